import type { ErrorCode } from '../model/errors/migration-status-error.ts';
import type { FailureClass } from '../model/failure-class.ts';
import type { MigrationReading } from '../model/migration-status.ts';

/** The kinds of {@link Condition}. */
export type ConditionKind = 'unreachable' | 'throttled' | 'unauthorized' | 'stalled';

/**
 * Something true about our looking, not about the migration.
 *
 * | kind | means |
 * |---|---|
 * | `unreachable` | the last read brought no usable answer |
 * | `throttled` | the provider asks to wait |
 * | `unauthorized` | the provider refuses the credentials |
 * | `stalled` | reads succeed, and the reported progress has not moved for a long time |
 */
export interface Condition {
  readonly kind: ConditionKind;
  /** ISO 8601 in UTC. */
  readonly since: string;
  /** What happened last, or the evidence. For people. */
  readonly message: string;
  /** The class of the failed read; absent for `stalled`. */
  readonly failure?: FailureClass;
  readonly code?: ErrorCode;
  /** Present when the provider has refused often enough, and nothing is read any more until somebody asks for it. */
  readonly stopsReading?: true;
}

/**
 * All that {@link step} knows about one migration. Times are milliseconds of the clock's `now()`, except for those of the
 * wall clock, which are named so.
 */
export interface Row {
  /** The last good reading; a failed read leaves it alone. */
  readonly reading: MigrationReading | undefined;
  /** When it was taken, by the wall clock, in epoch milliseconds. */
  readonly observedAt: number;
  readonly conditions: readonly Condition[];
  /** Why no read is planned any more: the migration has ended, or the provider keeps refusing us. */
  readonly stopped: 'settled' | 'refused' | undefined;
  /** When to read next; {@link never} when stopped. */
  readonly dueAt: number;
  readonly trackedAt: number;
  /** When the last read came back, or news came another way. */
  readonly readAt: number | undefined;
  /** Reads in all, good and failed. */
  readonly reads: number;
  /** Failed reads since the last good one. */
  readonly failedReads: number;
  /** Refused reads since the last one that was not. */
  readonly refusedReads: number;
  /** Reads since the last one that knew the migration. */
  readonly missingReads: number;
  readonly missingSince: number | undefined;
  /** Good reads since state, phase or progress changed. */
  readonly stillReads: number;
  readonly stillSince: number;
  /** How far the present stretch was when it was first seen, in percent, in single precision; see `Stretch`. */
  readonly progressFrom: number;
  /** When that was. */
  readonly progressSince: number;
  /** What the adapter wants back at the next read. */
  readonly memo: unknown;
}

/** A number too, so that rows which have ended look to the platform like all others. */
export const never = Number.POSITIVE_INFINITY;

/** A migration that nobody has looked at yet. */
export function createRow(now: number, dueAt: number): Row {
  return {
    reading: undefined,
    observedAt: 0,
    conditions: noConditions,
    stopped: undefined,
    dueAt,
    trackedAt: now,
    readAt: undefined,
    reads: 0,
    failedReads: 0,
    refusedReads: 0,
    missingReads: 0,
    missingSince: undefined,
    stillReads: 0,
    stillSince: now,
    progressFrom: 0,
    progressSince: now,
    memo: undefined,
  };
}

/** Shared, so that a migration that is well costs nothing for its conditions. */
export const noConditions: readonly Condition[] = Object.freeze([]);
