import { toPercent } from '../model/to-percent.ts';
import { estimateRemainingMs, toStretchAgeMs } from './pace.ts';
import type { Row } from './row.ts';

/** How long progress must have been watched before its speed is believed. */
const leastWatchedMs = 30_000;

/** How much longer than it has been watched something may be said to take. */
const mostTimesWatched = 20;

/**
 * When a migration will have ended if it goes on as it does, by the wall clock in epoch milliseconds. Undefined where that
 * would be a guess: it does not run, its progress is not reported, has not been seen to move, has been watched for too
 * short a time or over too small a part, is overdue, or we have trouble looking.
 */
export function estimateEnd(row: Row): number | undefined {
  const { reading, readAt, conditions, progressFrom, progressSince, stillSince } = row;
  const percent = toPercent(reading?.progress);
  if (reading?.state !== 'running' || percent === undefined || readAt === undefined) return undefined;
  const firstMs = readAt - progressSince;
  if (conditions.length > 0 || percent <= progressFrom || firstMs < leastWatchedMs) return undefined;
  const remainingMs = estimateRemainingMs({
    percent,
    ageMs: toStretchAgeMs({ percent: progressFrom, at: progressSince }, row.trackedAt, readAt),
    stillMs: readAt - stillSince,
    firstPercent: progressFrom,
    firstMs,
  });
  const isBelievable =
    remainingMs !== undefined && remainingMs > 0 && remainingMs <= mostTimesWatched * firstMs;
  return isBelievable ? row.observedAt + Math.round(remainingMs) : undefined;
}
