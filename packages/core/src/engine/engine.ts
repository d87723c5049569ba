import type { MigrationAdapter } from '../adapter/contract.ts';
import { admit, forgive, isRefused, type Lane, learn, opensAt } from '../lane/lane.ts';
import type { MigrationReading } from '../model/migration-status.ts';
import type { StepMoment } from '../step/regular-gap.ts';
import { toRepeatDueAt } from '../step/repeat.ts';
import { createRow, never, type Row } from '../step/row.ts';
import { type StepEvent, type StepResult, step } from '../step/step.ts';
import { createAgenda } from './agenda.ts';
import type { Clock } from './clock.ts';
import { takeEarlyRows } from './early-rows.ts';
import type { EnginePolicy } from './engine-policy.ts';
import { createEntry, type Entry, type EntryObserver, type EntryParts } from './entry.ts';
import { createGuard } from './guard.ts';
import { withGuardedPace } from './guarded-pace.ts';
import { createIdLists } from './id-lists.ts';
import {
  enqueue,
  hasRowsWaiting,
  hasUntold,
  type LaneQueue,
  noteReason,
  type Source,
  takeBatch,
  takeNext,
  takeOutOfParts,
  takeUntold,
  withdraw,
} from './lane-queue.ts';
import type { OngoingRead } from './ongoing-read.ts';
import {
  holdFailures,
  isSpoilt,
  isWholeFailure,
  laneRefusal,
  type ReadEvent,
  toLaneOutcome,
} from './outcomes.ts';
import { places } from './places.ts';
import { appoint, type Bucket, createPlanner } from './planner.ts';
import { type Answer, toOutcome, toReadEvent } from './read.ts';
import { type Answered, createRequests } from './requests.ts';
import { createRowTable, type RowId } from './row-table.ts';
import { createSourceTable } from './source-table.ts';

/** What an engine is made of. */
export interface EngineOptions {
  readonly clock: Clock;
  /** 0 to 1, like `Math.random`. */
  readonly random: () => number;
  readonly policy: EnginePolicy;
  /**
   * Is told of every event, after the observers of the row: a listener that closes everything cannot undo a wait that is
   * over. Not of a read that has nothing to tell, where nobody observes the row.
   */
  readonly onStep?: (id: RowId, event: StepEvent, result: StepResult) => unknown;
  /** Is told when a lane is parked. */
  readonly onPark?: (lane: string, state: Lane) => unknown;
  /** Is handed what a listener throws or rejects with. */
  readonly onListenerError: (error: unknown) => void;
}

/** Which migration is to be followed. */
export interface Subject {
  readonly adapter: MigrationAdapter;
  readonly ref: unknown;
  /** The caller sees to it that no key is added twice. */
  readonly key: string;
  /** Groups of one lane take turns. */
  readonly group?: string | undefined;
  /** What is known of it from before; left out, it is read as soon as its lane allows. */
  readonly row?: Row;
}

/** Follows any number of migrations with one timer: due rows → requests per lane → steps. */
export interface Engine {
  readonly clock: Clock;
  size(): number;
  /** That many more are to be expected: what has to grow makes room for all of them at once. */
  reserve(more: number): void;
  add(subject: Subject): RowId;
  find(key: string): RowId | undefined;
  ids(): IterableIterator<RowId>;
  entry(id: RowId): Entry;
  /** When its last good reading was taken, by the wall clock; 0 where it has none. */
  observedAtOf(id: RowId): number;
  /** Stops to follow it, and aborts its read unless others are part of the same request. */
  remove(id: RowId): void;
  /** Reads it as soon as its lane allows; joins a read that is out. Does nothing once it is settled. */
  refresh(id: RowId): void;
  /** Reads it under another ref of the same key, as soon as its lane allows; one that has ended is followed afresh. */
  readdress(id: RowId, ref: unknown): void;
  /** Takes news that came another way; a read that is out was asked for before, and is dropped. */
  push(id: RowId, reading: MigrationReading, at: number): void;
  regroup(id: RowId, group: string | undefined): void;
  /** How many claim it; the engine only keeps the number. */
  claimsOf(id: RowId): number;
  setClaims(id: RowId, claims: number): void;
  lanes(): Iterable<readonly [name: string, lane: Lane]>;
  /** Takes up a lane where it was. */
  restoreLane(name: string, lane: Lane): void;
  /** Calls back after a while; gives a function that calls it off. */
  setAlarm(delayMs: number, ring: () => void): () => void;
  /** Stops everything; leaves no timer and no request. What is known can still be looked at. */
  close(): void;
}

/** All that can be in the agenda of the engine. */
type Occasion =
  | Bucket
  | LaneQueue
  /** A deadline of somebody who waits. */
  | { readonly type: 'alarm'; readonly ring: () => void };

type ReadNews = Extract<StepEvent, { type: 'read' }>;

/** How many rows are taken up, and asked for, in one go: what happens to a million at once must not keep the process from anything else. */
const sliceSize = 1_000;

export function createEngine(given: EngineOptions): Engine {
  const { clock, random, onStep, onPark, onListenerError } = given;
  const agenda = createAgenda<Occasion>();
  const guard = createGuard(onListenerError);
  const policy = withGuardedPace(given.policy, guard);
  const rows = createRowTable();
  const lists = createIdLists();
  const sources = createSourceTable(createPlanner(agenda, lists), () => createPlanner(agenda, lists));
  const observers = new Map<RowId, Set<EntryObserver>>();
  const entryParts: EntryParts = { rows, sources, observers, now: clock.now };
  const requests = createRequests(rows, policy, (answers) =>
    turn((now, wallTime) => takeAnswers(answers, now, wallTime)),
  );
  let timer: { readonly at: number; readonly cancel: () => void } | undefined;
  let isClosed = false;
  /** How many rows this turn may still take up, and how many it may still ask for. */
  let capacity = sliceSize;
  let room = sliceSize;
  /** The lanes that may have something to send at the end of a turn; undefined outside of one. */
  let pumpedLater: Set<LaneQueue> | undefined;

  /** Keeps the one timer no later than the earliest appointment; one that rings too early does no harm. */
  function arm(): void {
    const nextAt = Math.min(agenda.nextAt() ?? never, requests.giveUpAt());
    if (nextAt !== never && timer !== undefined && timer.at <= nextAt) return;
    timer?.cancel();
    timer =
      nextAt === never
        ? undefined
        : { at: nextAt, cancel: clock.setTimer(onTimer, Math.max(0, nextAt - clock.now())) };
  }

  /** Takes in what has come; only then lanes send, so that all of it can share requests, and nothing goes that it forbids. */
  function turn(takeIn: (now: number, wallTime: number) => void): void {
    const now = clock.now();
    const touched = new Set<LaneQueue>();
    pumpedLater = touched;
    takeIn(now, clock.wallTime());
    pumpedLater = undefined;
    for (const lane of touched) pump(lane, now);
    arm();
  }

  function onTimer(): void {
    timer = undefined;
    capacity = sliceSize;
    room = sliceSize;
    turn((now, wallTime) => {
      takeAnswers(requests.giveUp(now), now, wallTime);
      takeDue(now);
    });
  }

  function takeDue(now: number): void {
    while (capacity > 0) {
      const occasion = agenda.takeDue(now);
      if (occasion === undefined) return;
      switch (occasion.type) {
        case 'bucket':
          takeUp(occasion, now);
          break;
        case 'lane':
          occasion.appointment = undefined;
          if (isRefused(occasion.state, policy.refusedReads)) refuseWaiting(occasion);
          else holdUntold(occasion, now);
          pump(occasion, now);
          break;
        case 'alarm':
          guard(occasion.ring);
          break;
      }
    }
  }

  /** Rows whose time has come wait for their turns; those that one go has no room for come with the next. */
  function takeUp(bucket: Bucket, now: number): void {
    let lane: LaneQueue | undefined;
    for (; capacity > 0; capacity -= 1) {
      const id = bucket.planner.take(bucket);
      if (id === undefined) return;
      const source = sourceOf(id);
      if (source.lane !== lane) pump(source.lane, now);
      ({ lane } = source);
      queueUp(id, source, now);
    }
    bucket.planner.putBack(bucket);
  }

  function queueUp(id: RowId, source: Source, now: number): void {
    const isParked = now < source.lane.state.parkedUntil;
    enqueue(lists, source, id, isParked);
    rows.setPlace(id, isParked ? places.held : places.waiting);
    if (isParked) hold(id, source.lane);
  }

  function hold(id: RowId, lane: LaneQueue): void {
    apply(id, {
      type: 'held',
      at: clock.wallTime(),
      failure: holdFailures[lane.state.parkedBy ?? 'throttled'],
    });
  }

  /** Tells rows of a parked lane why they wait. */
  function holdUntold(lane: LaneQueue, now: number): void {
    noteReason(lane, lane.state.parkedBy);
    for (; capacity > 0 && now < lane.state.parkedUntil; capacity -= 1) {
      const taken = takeUntold(lists, lane);
      if (taken === undefined) break;
      enqueue(lists, taken.source, taken.id, true);
      rows.setPlace(taken.id, places.held);
      hold(taken.id, lane);
    }
  }

  /** The same for the parts of requests, which are few. */
  function holdParts(lane: LaneQueue, now: number): void {
    for (const id of lane.parts.flat()) {
      const isInPart = rows.has(id) && rows.placeOf(id) === places.parted;
      if (isInPart && now < lane.state.parkedUntil) hold(id, lane);
    }
  }

  /** Lets as many requests go as the lane admits; in a turn not before all that is there has been taken in. */
  function pump(lane: LaneQueue, now: number = clock.now()): void {
    if (pumpedLater !== undefined) {
      pumpedLater.add(lane);
      return;
    }
    let wallTime: number | undefined;
    while (hasRowsWaiting(lane) && !isClosed) {
      if (room <= 0 || isRefused(lane.state, policy.refusedReads)) {
        openAt(lane, now);
        return;
      }
      const admission = admit(lane.state, now, policy);
      if (admission === 'full') return;
      if (admission !== 'admitted') {
        const isToTell = admission === 'parked' && hasUntold(lane);
        openAt(lane, isToTell ? now : opensAt(lane.state, policy));
        return;
      }
      const isPart = lane.parts.length > 0;
      const ids = takeBatch(lists, lane);
      if (!isPart) fill(ids, now);
      setAsideTooLong(lane, ids);
      wallTime ??= clock.wallTime();
      send(lane, ids, now, wallTime);
    }
    openAt(lane, undefined);
  }

  function openAt(lane: LaneQueue, at: number | undefined): void {
    if (lane.appointment?.at === at) return;
    if (lane.appointment) agenda.remove(lane.appointment);
    lane.appointment = at === undefined ? undefined : agenda.add(at, lane);
  }

  function refuseWaiting(lane: LaneQueue): void {
    for (; capacity > 0 && isRefused(lane.state, policy.refusedReads); capacity -= 1) {
      const id = takeNext(lists, lane);
      if (id === undefined) break;
      rows.setPlace(id, places.nowhere);
      apply(id, { type: 'refused', at: clock.wallTime(), failure: laneRefusal });
    }
  }

  function send(lane: LaneQueue, ids: RowId[], now: number, wallTime: number): void {
    const [first] = ids;
    if (first === undefined) return;
    for (const id of ids) rows.setPlace(id, places.read);
    room -= ids.length;
    requests.send(sourceOf(first).adapter, lane, ids, now, wallTime);
  }

  /** A request with room takes along what is nearly due. */
  function fill(ids: RowId[], now: number): void {
    const [first] = ids;
    if (first === undefined) return;
    const { adapter, canShare, planner } = sourceOf(first);
    const seats = adapter.capabilities.maxBatchSize - ids.length;
    if (canShare && seats > 0) ids.push(...takeEarlyRows(rows, planner, seats, now, policy));
  }

  /** What would make the URL of a request too long is asked next. */
  function setAsideTooLong(lane: LaneQueue, ids: RowId[]): void {
    const [first] = ids;
    if (first === undefined || ids.length === 1) return;
    const { adapter } = sourceOf(first);
    if (adapter.urlLengthOf === undefined) return;
    let length = 0;
    const end = ids.findIndex((id, index) => {
      length += adapter.urlLengthOf?.(rows.refOf(id)) ?? 0;
      return index > 0 && length > policy.batchUrlLength;
    });
    if (end < 0) return;
    const rest = ids.splice(end);
    for (const id of rest) rows.setPlace(id, places.parted);
    lane.parts.unshift(rest);
  }

  function takeAnswers(answers: readonly Answered[], now: number, wallTime: number): void {
    for (const { read, answer } of answers) if (!read.isOver) finish(read, answer, now, wallTime);
  }

  function finish(read: OngoingRead, answer: Answer, now: number, at: number): void {
    const { lane, ids, adapter } = read;
    read.isOver = true;
    const events = ids.map((id): ReadEvent => {
      if (id === undefined) return undefined;
      const outcome = toOutcome(adapter, answer, rows.keyOf(id), rows.readingOf(id));
      return toReadEvent(adapter, outcome, at, lane.state, policy);
    });
    const { parkedUntil, parkedBy } = lane.state;
    lane.state = learn(lane.state, toLaneOutcome(events), now, random(), policy);
    if (onPark && lane.state.parkedUntil !== parkedUntil) guard(onPark, lane.name, lane.state);
    const isParked = now < lane.state.parkedUntil;
    const isOtherwise = now >= parkedUntil || lane.state.parkedBy !== parkedBy;
    const isAlone = ids.length === 1;
    const canBatch = adapter.getStatuses !== undefined;
    const isInParts = isSpoilt(events);
    if (isInParts) splitInTwo(read);
    // Whoever is told may remove or refresh any row, also one whose turn comes later in this loop.
    for (let index = 0; index < ids.length; index += 1) {
      const id = ids[index];
      const event = events[index];
      if (id === undefined || event === undefined || isClosed) continue;
      ids[index] = undefined;
      rows.setPlace(id, places.nowhere);
      if (isAlone && canBatch) readAloneOrTogether(id, event);
      apply(id, event, now);
    }
    requests.end(read);
    if (isParked && isOtherwise) holdUntold(lane, now);
    if (isParked && (isOtherwise || isInParts)) holdParts(lane, now);
    pump(lane, now);
  }

  /** A request that fails as a whole is asked again in two parts, until the bad ref is alone. */
  function splitInTwo({ lane, ids }: OngoingRead): void {
    const left = ids.splice(0).filter((id) => id !== undefined);
    const middle = Math.ceil(left.length / 2);
    for (const id of left) rows.setPlace(id, places.parted);
    lane.parts.push(...[left.slice(0, middle), left.slice(middle)].filter(({ length }) => length > 0));
  }

  /** A row that spoils what it is part of is read by itself until it is read well. */
  function readAloneOrTogether(id: RowId, event: NonNullable<ReadEvent>): void {
    const source = sourceOf(id);
    if (source.canShare && isWholeFailure(event)) moveToSource(id, source, sources.toAlone(source));
    if (!source.canShare && event.type === 'read') moveToSource(id, source, sources.toShared(source));
  }

  function moveToSource(id: RowId, from: Source, to: Source): void {
    to.rows += 1;
    rows.setSource(id, to.index);
    sources.release(from);
  }

  /** Takes a row out of where it stands; a request that nobody is part of any more is aborted. */
  function detach(id: RowId): void {
    const source = sourceOf(id);
    switch (rows.placeOf(id)) {
      case places.planned:
        source.planner.remove(id, rows.dueAtOf(id));
        break;
      case places.waiting:
        withdraw(lists, source, id, false);
        break;
      case places.held:
        withdraw(lists, source, id, true);
        break;
      case places.parted:
        takeOutOfParts(source.lane, id);
        break;
      case places.read:
        requests.takeOut(source.lane, id);
        break;
    }
    rows.setPlace(id, places.nowhere);
  }

  /** The one way in which a row changes. */
  function apply(id: RowId, event: StepEvent, now: number = clock.now()): void {
    const moment = { now, random: random() };
    if (event.type === 'read' && !observers.has(id) && repeat(id, event, moment)) return;
    const row = rows.get(id);
    const result = step(row, event, moment, policy);
    rows.set(id, result.row);
    plan(id, row.dueAt, result.row.dueAt, now);
    const serial = rows.serialOf(id);
    const watching = observers.get(id);
    if (watching) for (const observe of [...watching]) guard(observe, event, result);
    // Whoever was told may have let go of it, and be following another under the same number.
    const isStillThere = rows.has(id) && rows.serialOf(id) === serial;
    if (onStep && isStillThere) guard(onStep, id, event, result);
  }

  /** Takes a read that brings nothing new, which is what most do, without a row being made; tells whether it was one. */
  function repeat(id: RowId, { reading, at }: ReadNews, moment: StepMoment): boolean {
    const well = rows.wellOf(id);
    const dueAt = well && toRepeatDueAt(well, reading, moment, policy);
    if (dueAt === undefined) return false;
    rows.repeat(id, reading, { readAt: moment.now, observedAt: at, dueAt });
    plan(id, never, dueAt, moment.now);
    return true;
  }

  /** Puts a row into the agenda, unless it waits for its turn or is being read. */
  function plan(id: RowId, plannedAt: number, dueAt: number, now: number): void {
    const place = rows.placeOf(id);
    if (place > places.planned || isClosed) return;
    const { planner, canShare } = sourceOf(id);
    if (place === places.planned) planner.remove(id, plannedAt);
    rows.setPlace(id, dueAt === never ? places.nowhere : places.planned);
    if (dueAt === never) return;
    const hasProgress = rows.readingOf(id)?.progress !== undefined;
    const at = appoint(dueAt, now, canShare ? policy.batchWindowMs : 0, hasProgress);
    rows.setDueAt(id, at);
    planner.add(id, at);
  }

  function sourceOf(id: RowId): Source {
    return sources.at(rows.sourceOf(id));
  }

  return {
    clock,
    size: rows.size,
    reserve(more) {
      const expected = rows.size() + more;
      rows.reserve(expected);
      lists.reserve(expected);
    },

    add({ adapter, ref, key, group, row }) {
      const now = clock.now();
      const source = sources.toSource(adapter, adapter.lane(ref), group, now);
      const first = row ?? createRow(now, now);
      const id = rows.add({ key, ref, source: source.index }, first);
      source.rows += 1;
      plan(id, never, first.dueAt, now);
      arm();
      return id;
    },

    find: rows.find,
    ids: rows.ids,
    entry: (id) => createEntry(entryParts, id),
    observedAtOf: rows.observedAtOf,

    remove(id) {
      if (!rows.has(id)) return;
      const source = sourceOf(id);
      detach(id);
      observers.delete(id);
      rows.delete(id);
      sources.release(source);
      pump(source.lane);
      arm();
    },

    refresh(id) {
      if (isClosed || !rows.has(id) || rows.placeOf(id) === places.read) return;
      if (rows.get(id).stopped === 'settled') return;
      const { lane } = sourceOf(id);
      lane.state = forgive(lane.state, policy.refusedReads);
      apply(id, { type: 'refresh' });
      arm();
    },

    readdress(id, ref) {
      if (isClosed || !rows.has(id)) return;
      detach(id);
      rows.setRef(id, ref);
      apply(id, { type: 'readdressed' });
      pump(sourceOf(id).lane);
      arm();
    },

    push(id, reading, at) {
      if (isClosed || !rows.has(id)) return;
      detach(id);
      apply(id, { type: 'pushed', at, reading });
      pump(sourceOf(id).lane);
      arm();
    },

    regroup(id, group) {
      const source = sourceOf(id);
      if (source.group === group) return;
      const { adapter, lane } = source;
      const place = rows.placeOf(id);
      const isHeld = place === places.held;
      const isQueued = isHeld || place === places.waiting;
      // What it was told may be over.
      const isTold = isHeld && lane.outdatedCount === 0;
      const next = source.canShare
        ? sources.toSource(adapter, lane.name, group, clock.now())
        : sources.toAlone({ ...source, group });
      if (isQueued) withdraw(lists, source, id, isHeld);
      moveToSource(id, source, next);
      if (isQueued) {
        enqueue(lists, next, id, isTold);
        rows.setPlace(id, isTold ? places.held : places.waiting);
      }
    },

    claimsOf: rows.claimsOf,
    setClaims: rows.setClaims,

    *lanes() {
      for (const { name, state } of sources.lanes()) yield [name, state];
    },
    restoreLane: sources.restoreLane,

    setAlarm(delayMs, ring) {
      const appointment = agenda.add(clock.now() + delayMs, { type: 'alarm', ring });
      arm();
      return () => {
        agenda.remove(appointment);
        arm();
      };
    },

    close() {
      isClosed = true;
      agenda.clear();
      requests.abortAll();
      arm();
    },
  };
}
