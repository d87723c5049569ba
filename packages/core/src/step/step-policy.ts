/** The numbers that {@link step} decides by. */
export interface StepPolicy {
  /** Shortest gap between two reads of one migration, in milliseconds. Default 1 000. */
  readonly floorMs: number;
  /** Longest gap between two reads of one migration, in milliseconds, before jitter. A longer floor wins. Default 60 000. */
  readonly ceilingMs: number;
  /** Without progress, the gap is this share of the time followed so far. Default 0.25. */
  readonly ageShare: number;
  /** With progress, the gap is this share of the estimated remainder, and at most half of the time followed. Default 0.7. */
  readonly remainderShare: number;
  /** The most that is added to a gap at random, as a share of it. Default 0.2. */
  readonly jitterShare: number;
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
  ceilingMs: 60_000,
  ageShare: 0.25,
  remainderShare: 0.7,
  jitterShare: 0.2,
  refusedReads: 3,
  notFoundGraceMs: 30_000,
  notFoundReads: 3,
  stalledAfterMs: 900_000,
  stalledReads: 5,
};
