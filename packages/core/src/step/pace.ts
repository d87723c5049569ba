import type { MigrationReading } from '../model/migration-status.ts';
import type { PacePolicy } from './pace-policy.ts';

/** What the pace of one migration depends on, after a good read. Durations in milliseconds. */
export interface PaceMoment {
  /** How long the present stretch has been followed: the present phase, or the work since it last stood still. */
  readonly ageMs: number;
  /**
   * How much longer it will take, by its progress: `Infinity` while nothing is done, negative for how long it is overdue,
   * absent where no progress is reported.
   */
  readonly remainingMs?: number | undefined;
  /** How long the provider asks to wait: a hint of the adapter or a Retry-After. It holds for this one gap. 0 for no wish. */
  readonly minimumMs: number;
  /** 0 to 1. */
  readonly random: number;
  /** What the read brought. The rule does not look at it; a {@link Pace} may. */
  readonly reading?: MigrationReading | undefined;
}

/**
 * A pace of one's own: how long to wait after a good read, in milliseconds, or undefined for what the rule says, which
 * comes as `gapMs`, without jitter and without the provider's minimum.
 *
 * The ceiling does not bind it. The floor and the provider's minimum do, jitter is added as always, `Infinity` is the
 * longest gap there is (24.8 days), and NaN is undefined. What it throws goes through {@link toGap}; a tracker reports it
 * like what a listener throws, and follows the rule.
 *
 * @example
 * const pace: Pace = ({ reading }, gapMs) => {
 *   if (reading?.state === 'awaiting_input') return 15 * 60_000;
 *   return reading?.phase === 'import' ? gapMs / 2 : undefined;
 * };
 */
export type Pace = (moment: PaceMoment, gapMs: number) => number | undefined;

/** The longest delay that a timer of the platform takes. */
const longestGapMs = 2 ** 31 - 1;

/**
 * How long to wait after a good read, in milliseconds.
 *
 * Wait a third of what remains by estimate, but not beyond the geometric mean of the time followed so far and of the whole
 * time by estimate, and no less than a fiftieth and no more than three times the time followed; without progress, wait a
 * fifth of that time; never more than five minutes. (The numbers are the policy's defaults.)
 *
 * The upper bounds are there because an estimate is wrong when a migration speeds up: one whose progress grows with the
 * square of the time ends at that mean. The lower bound is there because news that are late by a fiftieth of the duration
 * are good enough. Jitter comes last, so that it also spreads what a cap has made equal, and only adds. It is a share of the
 * gap, and of the ceiling at most, so that an hour that a provider asks for does not become longer by minutes.
 *
 * Pure and total: whatever the moment holds, the gap is finite and at least the floor.
 *
 * @example
 * toGap({ ageMs: 600_000, remainingMs: 300_000, minimumMs: 0, random: 0 }, defaultEnginePolicy); // 102 000
 * toGap({ ageMs: 600_000, minimumMs: 0, random: 0 }, defaultEnginePolicy); // 120 000
 */
export function toGap(moment: PaceMoment, policy: PacePolicy, pace?: Pace): number {
  const ruled = toRuleGap(moment, policy);
  const own = pace?.(moment, ruled);
  const wanted = typeof own === 'number' && !Number.isNaN(own) ? own : ruled;
  return withMinimumAndJitter(wanted, moment.minimumMs, moment.random, policy);
}

/**
 * How long to wait after a failed read, in milliseconds: doubling from the floor to the ceiling for failures, or as long
 * as asked. That ceiling is lower than the other: once an outage is over, people wait for news.
 *
 * @param failedReads Failed reads before this one, since the last good one.
 */
export function toFailureGap(
  failedReads: number,
  random: number,
  policy: PacePolicy,
  retryAfterMs: number = 0,
): number {
  const doubled = policy.floorMs * 2 ** clamp(failedReads, 0, 31);
  const capped = Math.min(doubled, policy.failureCeilingMs, policy.ceilingMs);
  return withMinimumAndJitter(capped, retryAfterMs, random, policy);
}

/** How far a stretch has come, and since when. Durations in milliseconds, up to the read that brought `percent`. */
export interface ProgressSample {
  /** 0 to 100; undefined where none is reported. */
  readonly percent: number | undefined;
  /** How long the stretch has been followed. */
  readonly ageMs: number;
  /** How long ago the progress was first seen to be as far as it is. 0 when this read saw it move. */
  readonly stillMs: number;
  /** How far the stretch was when it was first seen. */
  readonly firstPercent: number;
  /** How long ago that was. */
  readonly firstMs: number;
}

/**
 * How much longer a migration will take, by its progress so far; see {@link PaceMoment.remainingMs}.
 *
 * What was gained since the stretch was first seen gives the speed. The clock stops where progress was last seen to move,
 * and what has passed since counts down: a standstill does not make the end recede, it makes it overdue. While nothing was
 * gained, what was there at first is taken for the work of the time followed, until it has stood still for too long.
 *
 * @example
 * estimateRemainingMs({ percent: 60, ageMs: 300_000, stillMs: 0, firstPercent: 0, firstMs: 300_000 }); // 200 000
 */
export function estimateRemainingMs(sample: ProgressSample): number | undefined {
  const { percent, ageMs, stillMs, firstPercent, firstMs } = sample;
  if (percent === undefined || Number.isNaN(percent)) return undefined;
  const left = Math.max(0, 100 - percent);
  const gained = percent - firstPercent;
  if (gained > 0) return (left / gained) * Math.max(0, firstMs - stillMs) - stillMs;
  if (!(percent > 0)) return Number.POSITIVE_INFINITY;
  const guess = (left / percent) * ageMs;
  return guess > stillMs ? guess : -stillMs;
}

/**
 * A stretch is the time over which one estimate makes sense: a phase, or the work between two rests. These two numbers are
 * all that the pace remembers of a migration; 32 bits are enough for each.
 */
export interface Stretch {
  /** How far it was when first seen; 0 where no progress is reported. */
  readonly percent: number;
  /** When that was, in milliseconds of the clock's `now()`. */
  readonly at: number;
}

/**
 * The first stretch of a migration. At 0 percent nothing was done before it was tracked, so it began then; with progress
 * it may have begun long before, and speed is only known from its first read on.
 */
export function toFirstStretch(percent: number | undefined, trackedAt: number, now: number): Stretch {
  return percent ? { percent, at: now } : { percent: 0, at: trackedAt };
}

/** A stretch that began while the migration was followed: at nothing, and no earlier than the read before. */
export function toLaterStretch(previousReadAt: number): Stretch {
  return { percent: 0, at: previousReadAt };
}

/** How long a stretch has been followed, in milliseconds. */
export function toStretchAgeMs(stretch: Stretch, trackedAt: number, now: number): number {
  return now - (stretch.percent === 0 ? stretch.at : trackedAt);
}

function toRuleGap(moment: PaceMoment, policy: PacePolicy): number {
  const ageMs = clamp(moment.ageMs, 0, longestGapMs);
  const wanted = toWantedGap(ageMs, moment.remainingMs, policy);
  const capped = Math.min(Math.max(wanted, policy.leastAgeShare * ageMs), policy.ceilingMs);
  return Math.max(capped, policy.floorMs);
}

function toWantedGap(ageMs: number, remainingMs: number | undefined, policy: PacePolicy): number {
  if (remainingMs === undefined || Number.isNaN(remainingMs)) return policy.ageShare * ageMs;
  const mostMs = policy.mostAgeShare * ageMs;
  if (remainingMs < 0) return Math.min(policy.overdueShare * Math.min(-remainingMs, longestGapMs), mostMs);
  const restMs = Math.min(remainingMs, longestGapMs);
  const spedUpMs = Math.sqrt(ageMs * (ageMs + restMs)) - ageMs;
  return Math.min(policy.remainderShare * restMs, spedUpMs, mostMs);
}

function withMinimumAndJitter(
  wanted: number,
  minimumMs: number,
  random: number,
  { floorMs, ceilingMs, jitterShare }: PacePolicy,
): number {
  const gap = Math.min(Math.max(wanted, floorMs, clamp(minimumMs, 0, longestGapMs)), longestGapMs);
  const spread = Math.min(gap, Math.max(ceilingMs, floorMs));
  return Math.min(gap + jitterShare * clamp(random, 0, 1) * spread, longestGapMs);
}

/** NaN is the least. */
function clamp(value: number, least: number, most: number): number {
  return value > least ? Math.min(value, most) : least;
}
