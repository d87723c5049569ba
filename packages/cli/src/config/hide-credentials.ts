import type { MigrationAdapter } from '@migration-status/core';

/** What stands in the place of a credential. */
const placeholder = '[redacted]';

/** Shorter ones are left, because they would blank out ordinary words. */
const leastLength = 4;

/** So far an error is followed to what lies behind it. */
const mostCauses = 4;

/**
 * Makes a function that takes credentials out of an error, of what lies behind it too, and gives the same error. The error of
 * somebody's adapter may hold what the adapter was made with, and would be shown to everybody.
 */
export function createErrorCleaner(credentials: readonly string[]): (error: unknown) => unknown {
  const secrets = credentials
    .filter((credential) => credential.length >= leastLength)
    .flatMap((credential) => [credential, encodeURIComponent(credential.toWellFormed())])
    .sort((a, b) => b.length - a.length);
  const hide = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, placeholder), text);

  function clean(error: unknown, depth = mostCauses): unknown {
    if (typeof error === 'string') return hide(error);
    if (!(error instanceof Error) || depth === 0) return error;
    for (const name of ['message', 'stack'] as const) {
      const text = error[name];
      const isTold = typeof text === 'string' && hide(text) !== text;
      if (isTold)
        Reflect.defineProperty(error, name, { value: hide(text), configurable: true, writable: true });
    }
    const behind = error instanceof AggregateError ? [error.cause, ...error.errors] : [error.cause];
    for (const cause of behind) clean(cause, depth - 1);
    return error;
  }

  return (error) => clean(error);
}

/** The same adapter, whose errors are cleaned on their way out. */
export function withCleanErrors(
  adapter: MigrationAdapter,
  clean: (error: unknown) => unknown,
): MigrationAdapter {
  const { specVersion, provider, capabilities, states } = adapter;
  const { getStatuses, urlLengthOf, list, start, cancel, parsePush } = adapter;

  async function guard<Value>(call: () => Promise<Value>): Promise<Value> {
    try {
      return await call();
    } catch (error) {
      throw clean(error);
    }
  }

  return {
    specVersion,
    provider,
    capabilities,
    states,
    parseRef: (value) => adapter.parseRef(value),
    key: (ref) => adapter.key(ref),
    lane: (ref) => adapter.lane(ref),
    classify: (error) => adapter.classify(error),
    getStatus: (...words) => guard(() => adapter.getStatus(...words)),
    ...(getStatuses && {
      getStatuses: (...words) =>
        guard(async () => {
          const found = await getStatuses.apply(adapter, words);
          for (const each of found.values()) clean(each);
          return found;
        }),
    }),
    ...(urlLengthOf && { urlLengthOf: (ref) => urlLengthOf.call(adapter, ref) }),
    ...(list && {
      async *list(...words) {
        try {
          yield* list.apply(adapter, words);
        } catch (error) {
          throw clean(error);
        }
      },
    }),
    ...(start && { start: (...words) => guard(() => start.apply(adapter, words)) }),
    ...(cancel && { cancel: (...words) => guard(() => cancel.apply(adapter, words)) }),
    ...(parsePush && { parsePush: (...words) => guard(() => parsePush.apply(adapter, words)) }),
  };
}
