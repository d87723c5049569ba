import type { MigrationAdapter } from '../adapter/contract.ts';
import { describeValue } from '../model/describe-value.ts';
import { MigrationStatusError } from '../model/errors/migration-status-error.ts';
import type { FailureClass } from '../model/errors/provider-request-error.ts';
import { ProviderResponseError } from '../model/errors/provider-response-error.ts';
import { isMigrationState } from '../model/migration-state.ts';
import type { MigrationReading } from '../model/migration-status.ts';
import { toMigrationStatus } from '../model/to-migration-status.ts';
import { isFailureClass, type ReadFailure } from '../step/conditions.ts';
import type { StepEvent } from '../step/step.ts';

/** The address of one migration. */
export interface ReadAddress {
  readonly key: string;
  readonly ref: unknown;
}

/** What is needed to read one migration. */
export interface ReadTarget extends ReadAddress {
  readonly memo: unknown;
}

/** What a read of one migration brought. */
export type ReadOutcome = { readonly reading: MigrationReading } | { readonly error: unknown };

/**
 * Reads migrations of one adapter, in one request where there are several, and never rejects: whatever an adapter does,
 * each target gets an outcome.
 */
export async function readTargets(
  adapter: MigrationAdapter,
  targets: readonly ReadTarget[],
  signal: AbortSignal,
  wallTime: number,
): Promise<ReadonlyMap<string, ReadOutcome>> {
  try {
    const [first] = targets;
    if (first !== undefined && targets.length === 1) {
      const reading = await adapter.getStatus(first.ref, { signal, memo: first.memo, wallTime });
      return new Map([[first.key, toOutcome(adapter, reading)]]);
    }
    const refs = targets.map((target) => target.ref);
    const memos = new Map(targets.map((target) => [target.key, target.memo]));
    const readings: unknown = await adapter.getStatuses?.(refs, { signal, memos, wallTime });
    if (!(readings instanceof Map)) throw toNoReading(adapter);
    return new Map(
      targets.map(({ key }) => [key, toOutcome(adapter, readings.has(key) ? readings.get(key) : missing)]),
    );
  } catch (error) {
    return new Map(targets.map(({ key }) => [key, { error }]));
  }
}

const missing: MigrationReading<never> = { state: 'not_found', nativeState: '', native: null };

/** An adapter of somebody else may return anything; what is no reading must not reach a row. */
function toOutcome(adapter: MigrationAdapter, result: unknown): ReadOutcome {
  if (MigrationStatusError.isInstance(result)) return { error: result };
  return isReading(result) ? { reading: result } : { error: toNoReading(adapter) };
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

/** What the outcome of a read means for the row of its migration. */
export function toReadEvent(
  adapter: MigrationAdapter,
  address: ReadAddress,
  outcome: ReadOutcome,
  at: string,
): StepEvent {
  const fail = (error: unknown): StepEvent => ({
    type: 'read_failed',
    at,
    failure: toReadFailure(adapter, error),
  });
  if ('error' in outcome) return fail(outcome.error);
  const { key, ref } = address;
  const { retryAfterMs, memo } = outcome.reading;
  try {
    const status = toMigrationStatus(outcome.reading, {
      provider: adapter.provider,
      key,
      ref,
      observedAt: at,
    });
    return { type: 'read', at, status, retryAfterMs: toDelayMs(retryAfterMs), memo };
  } catch (error) {
    return fail(toNoReading(adapter, error));
  }
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
