import type { MigrationReading } from '../model/migration-status.ts';
import { toPercent } from '../model/to-percent.ts';
import { estimateRemainingMs, toGap, toStretchAgeMs } from './pace.ts';
import type { Row } from './row.ts';
import type { StepPolicy } from './step-policy.ts';

/** The moment of an event, and the dice. */
export interface StepMoment {
  /** Milliseconds of the clock's `now()`. */
  readonly now: number;
  /** 0 to 1. */
  readonly random: number;
}

/** What the pace needs of a row: since when it is followed, and how its present stretch goes. */
export type PacedRow = Pick<Row, 'trackedAt' | 'stillSince' | 'progressFrom' | 'progressSince'>;

/** How long to wait after a good read that leaves a row with this reading, in milliseconds. */
export function toRegularGap(
  { trackedAt, stillSince, progressFrom, progressSince }: PacedRow,
  reading: MigrationReading | undefined,
  { now, random }: StepMoment,
  policy: StepPolicy,
  minimumMs = 0,
): number {
  const ageMs = toStretchAgeMs({ percent: progressFrom, at: progressSince }, trackedAt, now);
  // What waits in a queue has no speed yet: a 0 says nothing about how long it will take.
  const percent = reading?.state === 'pending' ? undefined : toPercent(reading?.progress);
  const remainingMs = estimateRemainingMs({
    // In single precision, as `progressFrom` is: a difference of rounding is no progress.
    percent: percent && Math.fround(percent),
    ageMs,
    stillMs: now - stillSince,
    firstPercent: progressFrom,
    firstMs: now - progressSince,
  });
  return toGap({ ageMs, remainingMs, minimumMs, random, reading }, policy, policy.pace);
}
