import type { Row } from './row.ts';

/** How long before its deadline a wait looks once more: long enough for an answer, and short enough for it to be news. */
export const lastLookMs = 1_000;

/**
 * Whether a row may be read now although its time has not come, because somebody who waits for it will not wait for that
 * time. Only its own pace may be hurried: not what the provider has asked for, nor the distance that is kept after a
 * failure. That two reads are a floor apart is seen to where the row is refreshed.
 */
export function allowsLastLook(
  { stopped, dueAt, readAt, failedReads, missingReads, reading }: Row,
  now: number,
): boolean {
  if (stopped !== undefined || failedReads > 0 || missingReads > 0) return false;
  return dueAt > now && readAt !== undefined && now >= readAt + (reading?.retryAfterMs ?? 0);
}
