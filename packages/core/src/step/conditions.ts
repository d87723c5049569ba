import type { ErrorCode } from '../model/errors/migration-status-error.ts';
import type { FailureClass } from '../model/failure-class.ts';
import type { Condition, ConditionKind } from './row.ts';

/** Why a read brought nothing. */
export interface ReadFailure {
  readonly failure: FailureClass;
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
}

const kindOfFailure: Readonly<Record<FailureClass, ConditionKind>> = {
  transient: 'unreachable',
  throttled: 'throttled',
  unauthorized: 'unauthorized',
  forbidden: 'unauthorized',
  invalid_request: 'unreachable',
  invalid_response: 'unreachable',
};

/**
 * The conditions after a failed read: at most one tells why reads fail, and it keeps its beginning while it lasts. Who is
 * throttled cannot tell a standstill from not being allowed to look.
 */
export function withFailure(
  conditions: readonly Condition[],
  { failure, code, message }: ReadFailure,
  at: string,
): readonly Condition[] {
  const kind = kindOfFailure[failure];
  const same = conditions.find((condition) => condition.kind === kind);
  const condition: Condition = { kind, since: same?.since ?? at, message, failure, code };
  return kind === 'throttled' ? [condition] : [...conditions.filter(isStalled), condition];
}

/** The conditions while a read must wait: what a read has said itself is better than the reason of the wait. */
export function withHold(
  conditions: readonly Condition[],
  failure: ReadFailure,
  at: string,
): readonly Condition[] {
  const isSaid = conditions.some(({ kind }) => kind === kindOfFailure[failure.failure]);
  return isSaid ? conditions : withFailure(conditions, failure, at);
}

/** The conditions once reading stops for good: what stopped it is said once more. */
export function withStop(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.map((condition) =>
    isStalled(condition) ? condition : { ...condition, stopsReading: true },
  );
}

/** The conditions once somebody asks for another look. */
export function withoutStop(conditions: readonly Condition[]): readonly Condition[] {
  const isStopped = conditions.some(({ stopsReading }) => stopsReading);
  return isStopped
    ? conditions.map(({ stopsReading: _stopsReading, ...condition }) => condition)
    : conditions;
}

/** Whether a condition says the same as another to people; its wording may differ from read to read. */
export function isSameCondition(a: Condition, b: Condition): boolean {
  return (
    a.kind === b.kind && a.failure === b.failure && a.code === b.code && a.stopsReading === b.stopsReading
  );
}

/** The conditions after a good read. */
export function withoutFailure(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.every(isStalled) ? conditions : conditions.filter(isStalled);
}

/** Raises or clears `stalled`; keeps its beginning while it lasts. */
export function withStalled(
  conditions: readonly Condition[],
  evidence: string | undefined,
  at: string,
): readonly Condition[] {
  if (conditions.some(isStalled) === (evidence !== undefined)) return conditions;
  const others = conditions.filter((condition) => !isStalled(condition));
  return evidence === undefined ? others : [...others, { kind: 'stalled', since: at, message: evidence }];
}

function isStalled(condition: Condition): boolean {
  return condition.kind === 'stalled';
}
