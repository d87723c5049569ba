import type { EnginePolicy } from './engine-policy.ts';
import { type Planner, toWindowEnd } from './planner.ts';
import type { RowId, RowTable } from './row-table.ts';

/** How far a request with room looks ahead, so that looking costs less than it saves. */
const mostWindows = 100;
const mostLookedAt = 200;

/**
 * Takes rows that are nearly due out of their plan, to go along in a request that goes out anyway and has room for so many:
 * those of which the most has passed of the time between two reads, unless somebody else than the pace asked for that
 * time, as the provider or news that were pushed.
 */
export function takeEarlyRows(
  rows: RowTable,
  planner: Planner,
  room: number,
  now: number,
  policy: EnginePolicy,
): readonly RowId[] {
  const { batchWindowMs, earlyShare } = policy;
  const taken: RowId[] = [];
  if (earlyShare === 0 || batchWindowMs === 0) return taken;
  let lookedAt = 0;
  // Beyond this, no gap of the pace's own is so long that a row could be early.
  const endsAt = now + earlyShare * toLongestGapMs(policy);
  let at = toWindowEnd(now, batchWindowMs);
  for (let window = 0; window < mostWindows && taken.length < room; window += 1, at += batchWindowMs) {
    if (at > endsAt) break;
    const early: RowId[] = [];
    for (const id of planner.idsAt(at)) {
      if (taken.length + early.length === room || lookedAt === mostLookedAt) break;
      lookedAt += 1;
      if (isEarly(rows, id, at, now, policy)) early.push(id);
    }
    for (const id of early) planner.remove(id, at);
    taken.push(...early);
  }
  return taken;
}

/** The longest time between two reads that nobody but the pace has asked for. */
function toLongestGapMs({ ceilingMs, jitterShare, batchWindowMs }: EnginePolicy): number {
  return ceilingMs * (1 + jitterShare) + batchWindowMs;
}

function isEarly(rows: RowTable, id: RowId, at: number, now: number, policy: EnginePolicy): boolean {
  const readAt = rows.readAtOf(id) ?? Number.NaN;
  const gap = at - readAt;
  const isOwnPace = gap <= toLongestGapMs(policy) && gap < policy.pushedGapMs;
  if (!isOwnPace || at - now > policy.earlyShare * gap || now - readAt < policy.floorMs) return false;
  const { reading, failedReads, missingReads } = rows.get(id);
  return reading?.retryAfterMs === undefined && failedReads === 0 && missingReads === 0;
}
