import type { Row } from './row.ts';
import type { StepPolicy } from './step-policy.ts';

/**
 * How long to wait after a good read, in milliseconds: a share of the estimated remainder where progress allows an
 * estimate, bounded by the time followed so far because estimates are wrong when a migration speeds up; otherwise a share
 * of that time. The provider's own wish is a minimum for this one gap. Jitter comes last, so that it also spreads what a
 * cap has made equal, and only adds.
 */
export function toReadGap(
  row: Row,
  now: number,
  random: number,
  policy: StepPolicy,
  retryAfterMs: number = 0,
): number {
  const age = now - row.trackedAt;
  const remainder = estimateRemainder(row, now);
  const wanted =
    remainder === undefined ? policy.ageShare * age : Math.min(policy.remainderShare * remainder, age / 2);
  const capped = Math.min(Math.max(wanted, age / 100), policy.ceilingMs);
  return withJitter(Math.max(policy.floorMs, capped, retryAfterMs), random, policy);
}

/** How long to wait after the nth failed read in a row: doubling from the floor to the ceiling, or as long as asked. */
export function toFailureGap(
  failedReads: number,
  random: number,
  policy: StepPolicy,
  retryAfterMs: number = 0,
): number {
  const doubled = policy.floorMs * 2 ** Math.min(failedReads, 30);
  const capped = Math.min(doubled, policy.ceilingMs);
  return withJitter(Math.max(policy.floorMs, capped, retryAfterMs), random, policy);
}

/** The percentage that a progress amounts to; undefined when it does not say. */
export function toPercent(row: Pick<Row, 'status'>): number | undefined {
  const { percent, completed, total } = row.status?.progress ?? {};
  if (percent !== undefined) return percent;
  return completed !== undefined && total ? (completed / total) * 100 : undefined;
}

function estimateRemainder(row: Row, now: number): number | undefined {
  const percent = toPercent(row);
  if (percent === undefined || row.progressStart === undefined) return undefined;
  const gained = percent - row.progressStart.percent;
  return gained > 0 ? ((100 - percent) / gained) * (now - row.progressStart.at) : undefined;
}

function withJitter(gap: number, random: number, policy: StepPolicy): number {
  return gap * (1 + policy.jitterShare * random);
}
