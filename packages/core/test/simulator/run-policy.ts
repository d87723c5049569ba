import type { EnginePolicy } from '../../src/index.ts';
import type { Random } from './random.ts';

/** The numbers of one run. */
export type RunPolicy = Omit<EnginePolicy, 'pace'>;

/** Draws the numbers of a run: short ones, so that little time shows much, and odd ones, so that limits meet. */
export function drawPolicy(random: Random): RunPolicy {
  return {
    floorMs: random.magnitude(20, 1_000),
    ceilingMs: random.magnitude(300, 30_000),
    failureCeilingMs: random.magnitude(200, 20_000),
    ageShare: random.between(0.05, 0.5),
    remainderShare: random.between(0.2, 1),
    overdueShare: random.between(0.05, 0.5),
    leastAgeShare: random.between(0.005, 0.05),
    mostAgeShare: random.between(0.3, 2),
    jitterShare: random.pick([0, 0.2, 0.5]),
    pushedGapMs: random.magnitude(2_000, 60_000),
    refusedReads: random.integer(1, 3),
    notFoundGraceMs: random.pick([0, 500, 3_000, 10_000]),
    notFoundReads: random.integer(1, 4),
    stalledAfterMs: random.magnitude(1_000, 20_000),
    stalledReads: random.integer(1, 5),
    concurrency: random.pick([1, 2, 4, 8]),
    requestsPerSecond: random.magnitude(2, 100),
    burst: random.integer(1, 10),
    breakerAfter: random.integer(1, 5),
    parkFloorMs: random.magnitude(100, 3_000),
    parkCeilingMs: random.magnitude(500, 20_000),
    retryBudget: random.integer(2, 12),
    readTimeoutMs: random.magnitude(300, 10_000),
    batchWindowMs: random.pick([0, 100, 1_000]),
    earlyShare: random.pick([0, 0.3, 0.6]),
    batchUrlLength: 4_000,
  };
}
