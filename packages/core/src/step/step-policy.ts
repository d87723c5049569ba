import type { Pace } from './pace.ts';
import type { PacePolicy } from './pace-policy.ts';

/** The numbers that {@link step} decides by. */
export interface StepPolicy extends PacePolicy {
  /** A pace of one's own, where the rule does not fit. */
  readonly pace?: Pace | undefined;
  /** The least between news that was pushed and the next read, in milliseconds. Default 900 000. */
  readonly pushedGapMs: number;
  /** How many refused reads in a row (401, 403, invalid request) stop reading. Default 3. */
  readonly refusedReads: number;
  /** How long `not_found` may mean "not known yet", in milliseconds. Default 30 000. */
  readonly notFoundGraceMs: number;
  /** How many reads in a row must say `not_found` before it is believed. Default 3. */
  readonly notFoundReads: number;
  /** How long reported progress may stand still before that is worth saying, in milliseconds. Default 900 000. */
  readonly stalledAfterMs: number;
  /** How many good reads must have seen the same progress for it. Default 5. */
  readonly stalledReads: number;
}

export const defaultStepPolicy: StepPolicy = {
  floorMs: 1_000,
  ceilingMs: 300_000,
  failureCeilingMs: 60_000,
  ageShare: 0.2,
  remainderShare: 0.34,
  overdueShare: 0.12,
  leastAgeShare: 0.019,
  mostAgeShare: 3,
  jitterShare: 0.05,
  pushedGapMs: 900_000,
  refusedReads: 3,
  notFoundGraceMs: 30_000,
  notFoundReads: 3,
  stalledAfterMs: 900_000,
  stalledReads: 5,
};
