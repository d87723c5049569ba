import { classifyFailure } from '../../packages/core/src/adapter/classify-failure.ts';
import type { MigrationAdapter } from '../../packages/core/src/adapter/contract.ts';
import { toMigrationKey } from '../../packages/core/src/adapter/migration-key.ts';
import type { Clock } from '../../packages/core/src/engine/clock.ts';
import { ConfigurationError } from '../../packages/core/src/model/errors/configuration-error.ts';
import { ProviderRequestError } from '../../packages/core/src/model/errors/provider-request-error.ts';
import type { FailureClass } from '../../packages/core/src/model/failure-class.ts';
import type { MigrationState } from '../../packages/core/src/model/migration-state.ts';
import type { MigrationReading } from '../../packages/core/src/model/migration-status.ts';

/** The address of a migration of a scripted adapter. */
export interface ScriptedRef {
  readonly id: string;
  /** Not part of the key. */
  readonly requestedAt?: string;
}

/** What an answer that is a function is told. */
export interface ScriptedQuestion {
  readonly key: string;
  readonly memo: unknown;
  readonly signal: AbortSignal | undefined;
}

/**
 * What a read brings: a reading, an error that it rejects with, nothing ever (also when it is aborted), or whatever a
 * function returns or throws.
 */
export type ScriptedAnswer = MigrationReading | Error | 'never' | ((question: ScriptedQuestion) => unknown);

/** A read as the adapter met it. Reads of one request have the same `request`. */
export interface ScriptedRead {
  readonly key: string;
  /** Counts the requests from 0. */
  readonly request: number;
  /** `now()` of the given clock, or else the wall time of the read. */
  readonly at: number;
  /** Whether its signal is aborted at the moment of asking. */
  readonly aborted: boolean;
}

export interface ScriptedAdapterOptions {
  /** Default `acme`. */
  readonly provider?: string;
  /** The answers to the reads of an id, in order; the last one stays. An id without answers is not found. */
  readonly script:
    | Readonly<Record<string, readonly ScriptedAnswer[]>>
    | ((id: string) => readonly ScriptedAnswer[]);
  /** The lane of an id. Default: one for all. */
  readonly lane?: (id: string) => string;
  /** How many refs go in one request; absent for an adapter without `getStatuses`. */
  readonly batch?: number;
  /** Tells the time of each read. */
  readonly clock?: Clock;
}

export interface ScriptedAdapter extends MigrationAdapter<unknown, ScriptedRef> {
  /** Every read so far, in order. */
  readonly reads: readonly ScriptedRead[];
}

/**
 * Makes an adapter that never touches the network.
 *
 * @example
 * const adapter = createScriptedAdapter({ script: { a: [toReading('running'), toFailure('throttled', 5_000), toReading('succeeded')] } });
 */
export function createScriptedAdapter(options: ScriptedAdapterOptions): ScriptedAdapter {
  const { provider = 'acme', script, lane = () => `https://${provider}.example`, batch, clock } = options;
  const reads: ScriptedRead[] = [];
  const asked = new Map<string, number>();
  let requests = 0;

  const toKey = ({ id }: ScriptedRef) => toMigrationKey(provider, [id]);

  /** Whatever the script says, a promise of it; a script may lie, so nothing is checked. */
  async function read(
    { id }: ScriptedRef,
    request: number,
    memo: unknown,
    signal: AbortSignal | undefined,
    wallTime: number = Date.now(),
  ): Promise<MigrationReading> {
    const key = toKey({ id });
    const turn = asked.get(key) ?? 0;
    asked.set(key, turn + 1);
    reads.push({
      key,
      request,
      at: clock?.now() ?? wallTime,
      get aborted() {
        return signal?.aborted ?? false;
      },
    });
    const answers = typeof script === 'function' ? script(id) : (script[id] ?? []);
    const answer = answers[Math.min(turn, answers.length - 1)] ?? toReading('not_found');
    if (answer === 'never') return new Promise(() => {});
    if (answer instanceof Error) throw answer;
    return (typeof answer === 'function' ? answer({ key, memo, signal }) : answer) as MigrationReading;
  }

  return {
    specVersion: 1,
    provider,
    capabilities: {
      progress: 'none',
      maxBatchSize: batch ?? 1,
      list: false,
      start: false,
      cancel: false,
      push: false,
    },
    states: {},
    reads,
    parseRef(value) {
      const fields: Partial<Record<string, unknown>> =
        typeof value === 'object' && value !== null ? value : {};
      const { id, requestedAt } = fields;
      if (typeof id === 'string') return typeof requestedAt === 'string' ? { id, requestedAt } : { id };
      throw new ConfigurationError({
        provider,
        option: 'id',
        message: `${provider} ref: "id" must be a string`,
      });
    },
    key: toKey,
    lane: ({ id }) => lane(id),
    getStatus: (ref, { memo, signal, wallTime } = {}) => read(ref, requests++, memo, signal, wallTime),
    ...(batch !== undefined && {
      async getStatuses(refs, { memos, signal, wallTime } = {}) {
        const request = requests++;
        const results = refs.map(async (ref) => {
          const result = read(ref, request, memos?.get(toKey(ref)), signal, wallTime);
          return [toKey(ref), await result.catch((error) => error)] as const;
        });
        return new Map(await Promise.all(results));
      },
    }),
    classify: classifyFailure,
  };
}

/** A reading in a state, with the same word as the native one. */
export function toReading(state: MigrationState, details: Partial<MigrationReading> = {}): MigrationReading {
  return { state, nativeState: state, native: { state }, ...details };
}

const codes = {
  transient: 'server_error',
  throttled: 'throttled',
  unauthorized: 'unauthorized',
  forbidden: 'forbidden',
  invalid_request: 'invalid_request',
  invalid_response: 'invalid_response',
} as const;

/** The error of a failed read of a class. */
export function toFailure(failure: FailureClass, retryAfterMs?: number): ProviderRequestError {
  const message = `the provider says ${failure}`;
  return new ProviderRequestError({ provider: 'acme', code: codes[failure], failure, message, retryAfterMs });
}
