import type { BatchReadContext, MigrationAdapter, ReadContext } from '../adapter/contract.ts';
import { isBudgetSpent, type Lane, type LanePolicy } from '../lane/lane.ts';
import { describeValue } from '../model/describe-value.ts';
import { MigrationStatusError } from '../model/errors/migration-status-error.ts';
import { ProviderRequestError } from '../model/errors/provider-request-error.ts';
import { ProviderResponseError } from '../model/errors/provider-response-error.ts';
import { type FailureClass, isFailureClass } from '../model/failure-class.ts';
import { isDelayMs } from '../model/is-delay-ms.ts';
import { isReading } from '../model/is-reading.ts';
import type { MigrationReading } from '../model/migration-status.ts';
import { normalizeReading } from '../model/normalize-reading.ts';
import type { ReadFailure } from '../step/conditions.ts';
import type { ReadEvent } from './outcomes.ts';

/** What a request brought, before anybody has looked at it: of one migration, of many by key, or an error of all. */
export type Answer =
  | { readonly error: unknown }
  | { readonly result: unknown }
  | { readonly results: ReadonlyMap<string, unknown> };

/** What a read of one migration brought. */
export type ReadOutcome = { readonly reading: MigrationReading } | { readonly error: unknown };

const missing: MigrationReading<never> = Object.freeze({ state: 'not_found', nativeState: '', native: null });

/**
 * Asks for one migration, and hands over the answer, an error too, whatever an adapter does. Without `await`, and with one
 * promise of its own, because it is done at every read.
 */
export function askForOne<Taken>(
  adapter: MigrationAdapter,
  ref: unknown,
  context: ReadContext,
  take: (answer: Answer) => Taken,
): Promise<Taken> {
  let asked: Promise<unknown>;
  try {
    asked = Promise.resolve(adapter.getStatus(ref, context));
  } catch (error) {
    asked = Promise.reject(error);
  }
  return asked.then(
    (result) => take({ result }),
    (error: unknown) => take({ error }),
  );
}

/** The same for many in one request. A key that the answer leaves out is `not_found`. */
export async function askForMany<Taken>(
  adapter: MigrationAdapter,
  refs: readonly unknown[],
  context: BatchReadContext,
  take: (answer: Answer) => Taken,
): Promise<Taken> {
  let answer: Answer;
  try {
    const results: unknown = await adapter.getStatuses?.(refs, context);
    answer = results instanceof Map ? { results } : { error: toNoReading(adapter) };
  } catch (error) {
    answer = { error };
  }
  return take(answer);
}

/**
 * What an answer says about one migration. An adapter of somebody else may return anything, and what is no reading must not
 * reach a row; one that is the known reading itself, which is frozen, needs no second look.
 */
export function toOutcome(
  adapter: MigrationAdapter,
  answer: Answer,
  key: string,
  known: MigrationReading | undefined,
): ReadOutcome {
  if ('error' in answer) return answer;
  try {
    const result = 'result' in answer ? answer.result : resultOf(answer.results, key);
    if (known !== undefined && result === known) return { reading: known };
    if (isReading(result)) return { reading: normalizeReading(result) };
    return { error: MigrationStatusError.isInstance(result) ? result : toNoReading(adapter) };
  } catch (error) {
    return { error: toNoReading(adapter, error) };
  }
}

function resultOf(results: ReadonlyMap<string, unknown>, key: string): unknown {
  const result = results.get(key);
  return result === undefined && !results.has(key) ? missing : result;
}

function toNoReading({ provider }: MigrationAdapter, cause?: unknown): ProviderResponseError {
  const message = `the adapter of ${provider} returned no reading`;
  return new ProviderResponseError({ provider, path: '$', message, cause });
}

/** What the outcome of a read means for its row. The lane is as it was while the read was out. */
export function toReadEvent(
  adapter: MigrationAdapter,
  outcome: ReadOutcome,
  at: number,
  lane: Lane,
  policy: LanePolicy,
): NonNullable<ReadEvent> {
  if ('reading' in outcome) return { type: 'read', at, reading: outcome.reading };
  const failure = toReadFailure(adapter, outcome.error);
  return { type: 'read_failed', at, failure, isBudgetSpent: isBudgetSpent(lane, policy) };
}

/** The error of a read that has not come back in time. */
export function toReadTimeout({ provider }: MigrationAdapter, timeoutMs: number): ProviderRequestError {
  const message = `${provider}: no answer within ${timeoutMs} ms`;
  return new ProviderRequestError({ provider, code: 'request_timeout', failure: 'transient', message });
}

/** An error of any origin in the words of a failed read. */
export function toReadFailure(adapter: MigrationAdapter, error: unknown): ReadFailure {
  const isOurs = MigrationStatusError.isInstance(error);
  return {
    failure: classifySafely(adapter, error),
    code: isOurs ? error.code : 'unreachable',
    message: error instanceof Error ? error.message : `the adapter threw ${describeValue(error)}`,
    ...(isOurs && isDelayMs(error.retryAfterMs) && { retryAfterMs: error.retryAfterMs }),
  };
}

function classifySafely(adapter: MigrationAdapter, error: unknown): FailureClass {
  try {
    const failure: unknown = adapter.classify(error);
    return isFailureClass(failure) ? failure : 'transient';
  } catch {
    return 'transient';
  }
}
