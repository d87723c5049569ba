import type { Row } from '../step/row.ts';
import type { EnginePolicy } from './engine-policy.ts';
import { toWindowMs } from './grain.ts';
import type { Planner } from './planner.ts';
import type { RowId, RowTable } from './row-table.ts';

/** How far a request with room looks ahead, so that looking costs less than it saves. */
const mostWindows = 500;
const mostLookedAt = 200;

/** What is to be known of rows to tell whether they may go early. */
export interface EarlyRows {
  readAtOf: RowTable['readAtOf'];
  get(id: RowId): Pick<Row, 'reading' | 'failedReads' | 'missingReads'>;
}

/**
 * Takes rows that are nearly due out of their plan, to go along in a request that goes out anyway and has room for so many:
 * the next ones first, and those that have waited for most of the time between two reads, unless somebody else than the
 * pace asked for that time, as the provider or news that were pushed.
 */
export function takeEarlyRows(
  rows: EarlyRows,
  planner: Planner,
  room: number,
  now: number,
  policy: EnginePolicy,
): readonly RowId[] {
  const { batchWindowMs, earlyShare, floorMs } = policy;
  const taken: RowId[] = [];
  if (earlyShare === 0 || batchWindowMs === 0) return taken;
  let lookedAt = 0;
  // Beyond this, no gap of the pace's own is so long that a row could be early.
  const endsAt = now + earlyShare * toLongestGapMs(policy);
  let at = now;
  for (let window = 0; window < mostWindows && taken.length < room; window += 1) {
    // Rows that may go early from farther away wait for longer, and so are planned in wider windows.
    const windowMs = toWindowMs(Math.max(floorMs, (at - now) / earlyShare), batchWindowMs);
    at = (Math.floor(at / windowMs) + 1) * windowMs;
    if (at > endsAt || lookedAt === mostLookedAt) break;
    const planned = planner.idsAt(at);
    if (planned === undefined) continue;
    const early: RowId[] = [];
    for (const id of planned) {
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

function isEarly(rows: EarlyRows, id: RowId, at: number, now: number, policy: EnginePolicy): boolean {
  const readAt = rows.readAtOf(id) ?? Number.NaN;
  const gap = at - readAt;
  const isOwnPace = gap <= toLongestGapMs(policy) && gap < policy.pushedGapMs;
  if (!isOwnPace || at - now > policy.earlyShare * gap || now - readAt < policy.floorMs) return false;
  const { reading, failedReads, missingReads } = rows.get(id);
  return reading?.retryAfterMs === undefined && failedReads === 0 && missingReads === 0;
}
