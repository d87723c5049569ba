import { type CallContext, type ProviderResponseError, parseOptions } from '@migration-status/core/adapter';
import type { RestAccount } from './rest-account.ts';
import type { RestList } from './rest-description.ts';
import { createFilterSchema } from './rest-options.ts';
import { createPageWalk, type Given, type Listed } from './walk-pages.ts';

/** The `list` of an API that has one. */
export function createLister(account: RestAccount, described: RestList) {
  const { provider } = account.description;
  const filterSchema = createFilterSchema(described);
  const walkPages = createPageWalk(account, described);

  function list(filter: unknown = {}, { signal }: CallContext = {}): AsyncIterable<Listed> {
    const given = parseOptions(filterSchema, filter, { provider, subject: `${provider} list` });
    return walk(new Map(Object.entries(given)), signal);
  }

  async function* walk(
    given: Given,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Listed, void, undefined> {
    let firstError: ProviderResponseError | undefined;
    for await (const { listed, error } of walkPages(given, signal)) {
      firstError ??= error;
      for (const migration of listed) {
        signal?.throwIfAborted();
        yield migration;
      }
    }
    if (firstError) throw firstError;
  }

  return list;
}
