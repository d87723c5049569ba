import type { MigrationAdapter } from '../adapter/contract.ts';
import type { Lane, ParkReason } from '../lane/lane.ts';
import type { Appointment } from './agenda.ts';
import { createIdList, type IdList, type IdLists } from './id-lists.ts';
import type { Planner } from './planner.ts';
import type { RowId } from './row-table.ts';

/** Rows of one adapter and one group in one lane. They take turns with the other sources of the lane. */
export interface Source {
  readonly index: number;
  readonly adapter: MigrationAdapter;
  readonly lane: LaneQueue;
  readonly group: string | undefined;
  /** Whether its rows may be read in one request with others. */
  readonly canShare: boolean;
  /** Knows when its rows are due. Sources whose rows can share a request have one in common. */
  readonly planner: Planner;
  /** How many rows belong to it. */
  rows: number;
  /** Rows that have been told why they wait; they go first. */
  readonly held: IdList;
  /** How many of them, from the first on, were told a reason that is over. */
  outdated: number;
  readonly waiting: IdList;
  /** The sources whose turns come before and after; undefined at the ends, and for one that has no turn. */
  previous: Source | undefined;
  next: Source | undefined;
  hasTurn: boolean;
}

/** The sources of one adapter in one lane, by the groups of their rows. */
export interface AdapterSources {
  readonly planner: Planner;
  readonly byGroup: Map<string | undefined, Source>;
}

/** A lane, and the rows whose time has come and that wait for their turn in it. */
export interface LaneQueue {
  readonly type: 'lane';
  readonly name: string;
  state: Lane;
  /** The sources of rows that may share a request, and of those that may not, by adapter. */
  readonly shared: Map<MigrationAdapter, AdapterSources>;
  readonly alone: Map<MigrationAdapter, AdapterSources>;
  /** The sources with rows that wait, in the order of their turns. */
  firstTurn: Source | undefined;
  lastTurn: Source | undefined;
  /** Where telling rows of the parked lane why they wait has come to. */
  untold: Source | undefined;
  /** Rows that wait and have not been told why. */
  waitingCount: number;
  heldCount: number;
  outdatedCount: number;
  /** The reason that the others of those that were told one know. */
  toldReason: ParkReason | undefined;
  /** Parts of a request that failed as a whole, to be asked next. */
  readonly parts: RowId[][];
  /** When it opens again, while it is parked or paced. */
  appointment: Appointment<unknown> | undefined;
}

export function createLaneQueue(name: string, state: Lane): LaneQueue {
  return {
    type: 'lane',
    name,
    state,
    shared: new Map(),
    alone: new Map(),
    firstTurn: undefined,
    lastTurn: undefined,
    untold: undefined,
    waitingCount: 0,
    heldCount: 0,
    outdatedCount: 0,
    toldReason: undefined,
    parts: [],
    appointment: undefined,
  };
}

export function createSource(
  address: Pick<Source, 'index' | 'adapter' | 'lane' | 'group' | 'canShare' | 'planner'>,
): Source {
  return {
    ...address,
    rows: 0,
    held: createIdList(),
    outdated: 0,
    waiting: createIdList(),
    previous: undefined,
    next: undefined,
    hasTurn: false,
  };
}

export function hasRowsWaiting(lane: LaneQueue): boolean {
  return lane.waitingCount + lane.heldCount + lane.parts.length > 0;
}

/** A row joins the end of its source. */
export function enqueue(lists: IdLists, source: Source, id: RowId, isHeld: boolean): void {
  const { lane } = source;
  lists.append(isHeld ? source.held : source.waiting, id);
  if (isHeld) lane.heldCount += 1;
  else lane.waitingCount += 1;
  if (!source.hasTurn) giveTurn(lane, source);
}

/** A row leaves its source without having been read. */
export function withdraw(lists: IdLists, source: Source, id: RowId, isHeld: boolean): void {
  lists.remove(isHeld ? source.held : source.waiting, id);
  if (isHeld) source.lane.heldCount -= 1;
  else source.lane.waitingCount -= 1;
  // Which of them it was is not known; one that is told the same once more takes no notice.
  setOutdated(source, Math.min(source.outdated, source.held.size));
}

/** A source that no row belongs to any more has no turn either, so that groups which come and go leave nothing behind. */
export function endTurns(source: Source): void {
  if (source.hasTurn) leaveTurn(source.lane, source);
}

/** The lane is parked for a reason: rows that were told another one are to be told again. */
export function noteReason(lane: LaneQueue, reason: ParkReason | undefined): void {
  if (lane.toldReason === reason) return;
  lane.toldReason = reason;
  for (let source = lane.firstTurn; source !== undefined; source = source.next)
    setOutdated(source, source.held.size);
}

/** Whether rows wait that have not been told why, or not what the reason is by now. */
export function hasUntold(lane: LaneQueue): boolean {
  return lane.waitingCount + lane.outdatedCount > 0;
}

/**
 * The rows of the next request: one of the source whose turn it is, and, where its adapter reads many at once, one of each
 * that follows, round and round, so that no source waits for another's thousands.
 */
export function takeBatch(lists: IdLists, lane: LaneQueue): RowId[] {
  const part = lane.parts.shift();
  if (part !== undefined) return part;
  const batch: RowId[] = [];
  const leftOut: Source[] = [];
  let adapter: MigrationAdapter | undefined;
  let size = 1;
  while (batch.length < size) {
    const source = lane.firstTurn;
    if (source === undefined) break;
    if (adapter !== undefined && (source.adapter !== adapter || !source.canShare)) {
      leaveTurn(lane, source);
      leftOut.push(source);
      continue;
    }
    const id = takeFirst(lists, source);
    passTurn(lane, source);
    if (id === undefined) continue;
    if (adapter === undefined && !source.canShare) return [id];
    batch.push(id);
    if (adapter !== undefined) continue;
    ({ adapter } = source);
    size = adapter.capabilities.maxBatchSize;
  }
  for (const source of leftOut.reverse()) giveFirstTurn(lane, source);
  return batch;
}

/** The row whose turn it is. */
export function takeNext(lists: IdLists, lane: LaneQueue): RowId | undefined {
  const part = lane.parts.at(-1);
  if (part !== undefined) {
    const id = part.pop();
    if (part.length === 0) lane.parts.pop();
    return id;
  }
  for (let source = lane.firstTurn; source !== undefined; source = lane.firstTurn) {
    const id = takeFirst(lists, source);
    passTurn(lane, source);
    if (id !== undefined) return id;
  }
  return undefined;
}

/** Takes a row out of the parts of a request that failed as a whole. */
export function takeOutOfParts(lane: LaneQueue, id: RowId): void {
  for (const [index, part] of lane.parts.entries()) {
    const position = part.indexOf(id);
    if (position < 0) continue;
    part.splice(position, 1);
    if (part.length === 0) lane.parts.splice(index, 1);
    return;
  }
}

/** Takes a row out of its source that does not know why it waits; undefined when there is none. */
export function takeUntold(lists: IdLists, lane: LaneQueue): { source: Source; id: RowId } | undefined {
  while (hasUntold(lane)) {
    const source = lane.untold ?? lane.firstTurn;
    if (source === undefined) break;
    const id = source.outdated > 0 ? shiftHeld(lists, source) : shiftWaiting(lists, source);
    if (id === undefined) {
      lane.untold = source.next;
      continue;
    }
    lane.untold = source;
    return { source, id };
  }
  return undefined;
}

function takeFirst(lists: IdLists, source: Source): RowId | undefined {
  return shiftHeld(lists, source) ?? shiftWaiting(lists, source);
}

function shiftHeld(lists: IdLists, source: Source): RowId | undefined {
  const id = lists.shift(source.held);
  if (id === undefined) return undefined;
  source.lane.heldCount -= 1;
  if (source.outdated > 0) setOutdated(source, source.outdated - 1);
  return id;
}

function shiftWaiting(lists: IdLists, source: Source): RowId | undefined {
  const id = lists.shift(source.waiting);
  if (id !== undefined) source.lane.waitingCount -= 1;
  return id;
}

function setOutdated(source: Source, outdated: number): void {
  source.lane.outdatedCount += outdated - source.outdated;
  source.outdated = outdated;
}

function giveTurn(lane: LaneQueue, source: Source): void {
  source.hasTurn = true;
  source.previous = lane.lastTurn;
  if (lane.lastTurn === undefined) lane.firstTurn = source;
  else lane.lastTurn.next = source;
  lane.lastTurn = source;
}

/** The first in turn goes to the end, or out when none of its rows waits. */
function passTurn(lane: LaneQueue, source: Source): void {
  const isEmpty = source.held.size + source.waiting.size === 0;
  if (!isEmpty && source.next === undefined) return;
  leaveTurn(lane, source);
  if (!isEmpty) giveTurn(lane, source);
}

function leaveTurn(lane: LaneQueue, source: Source): void {
  const { previous, next } = source;
  if (lane.untold === source) lane.untold = next;
  if (previous === undefined) lane.firstTurn = next;
  else previous.next = next;
  if (next === undefined) lane.lastTurn = previous;
  else next.previous = previous;
  source.previous = undefined;
  source.next = undefined;
  source.hasTurn = false;
}

function giveFirstTurn(lane: LaneQueue, source: Source): void {
  source.hasTurn = true;
  source.next = lane.firstTurn;
  if (lane.firstTurn === undefined) lane.lastTurn = source;
  else lane.firstTurn.previous = source;
  lane.firstTurn = source;
}
