import type { MigrationAdapter } from '../adapter/contract.ts';
import { describeValue } from '../model/describe-value.ts';
import { MigrationStatusError } from '../model/errors/migration-status-error.ts';
import { ProviderResponseError } from '../model/errors/provider-response-error.ts';
import { type FailureClass, isFailureClass } from '../model/failure-class.ts';
import { isMigrationState } from '../model/migration-state.ts';
import type { MigrationReading, MigrationStatus } from '../model/migration-status.ts';
import { toMigrationStatus } from '../model/to-migration-status.ts';
import type { ReadFailure } from '../step/conditions.ts';

/** What is needed to read one migration. */
export interface ReadTarget {
  readonly key: string;
  readonly ref: unknown;
  readonly memo: unknown;
}

/** What a read of one migration brought. */
export type ReadOutcome =
  | { readonly status: MigrationStatus; readonly retryAfterMs: number | undefined; readonly memo: unknown }
  | { readonly error: unknown };

/**
 * Reads migrations of one adapter, in one request where there are several, and never rejects: whatever an adapter does,
 * each target gets an outcome.
 *
 * @param now The wall clock, epoch milliseconds.
 */
export async function readTargets(
  adapter: MigrationAdapter,
  targets: readonly ReadTarget[],
  now: () => number,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, ReadOutcome>> {
  try {
    const results = await askAdapter(adapter, targets, now(), signal);
    const observedAt = new Date(now()).toISOString();
    return new Map(
      targets.map((target) => [target.key, toOutcome(adapter, target, results.get(target.key), observedAt)]),
    );
  } catch (error) {
    return new Map(targets.map(({ key }) => [key, { error }]));
  }
}

const missing: MigrationReading<never> = { state: 'not_found', nativeState: '', native: null };

/** What the adapter says, by key. An adapter of somebody else may return anything. */
async function askAdapter(
  adapter: MigrationAdapter,
  targets: readonly ReadTarget[],
  wallTime: number,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, unknown>> {
  const [first] = targets;
  if (first !== undefined && targets.length === 1) {
    return new Map([[first.key, await adapter.getStatus(first.ref, { signal, memo: first.memo, wallTime })]]);
  }
  const refs = targets.map(({ ref }) => ref);
  const memos = new Map(targets.map(({ key, memo }) => [key, memo]));
  const results: unknown = await adapter.getStatuses?.(refs, { signal, memos, wallTime });
  if (!(results instanceof Map)) throw toNoReading(adapter);
  return new Map(targets.map(({ key }) => [key, results.has(key) ? results.get(key) : missing]));
}

/** What is no reading must not reach a row. */
function toOutcome(
  adapter: MigrationAdapter,
  { key, ref }: ReadTarget,
  result: unknown,
  observedAt: string,
): ReadOutcome {
  if (MigrationStatusError.isInstance(result)) return { error: result };
  if (!isReading(result)) return { error: toNoReading(adapter) };
  try {
    const status = toMigrationStatus(result, { provider: adapter.provider, key, ref, observedAt });
    return { status, retryAfterMs: toDelayMs(result.retryAfterMs), memo: result.memo };
  } catch (error) {
    return { error: toNoReading(adapter, error) };
  }
}

function isReading(value: unknown): value is MigrationReading {
  if (typeof value !== 'object' || value === null) return false;
  const { state, nativeState, progress, issues }: Partial<Record<keyof MigrationReading, unknown>> = value;
  return (
    isMigrationState(state) &&
    typeof nativeState === 'string' &&
    (progress === undefined || typeof progress === 'object') &&
    (issues === undefined || Array.isArray(issues))
  );
}

function toNoReading({ provider }: MigrationAdapter, cause?: unknown): ProviderResponseError {
  const message = `the adapter of ${provider} returned no reading`;
  return new ProviderResponseError({ provider, path: '$', message, cause });
}

/** An error of any origin in the words of a failed read. */
export function toReadFailure(adapter: MigrationAdapter, error: unknown): ReadFailure {
  const isOurs = MigrationStatusError.isInstance(error);
  const retryAfterMs = isOurs ? toDelayMs(error.retryAfterMs) : undefined;
  return {
    failure: classifySafely(adapter, error),
    code: isOurs ? error.code : 'unreachable',
    message: error instanceof Error ? error.message : `the adapter threw ${describeValue(error)}`,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
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

/** A time that is no time would keep a row from ever being read again, or have it read all the time. */
function toDelayMs(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
