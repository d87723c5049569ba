import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createScriptedAdapter } from '../../../../test/support/scripted-adapter.ts';
import type { MigrationAdapter } from '../../src/adapter/contract.ts';
import { createAgenda } from '../../src/engine/agenda.ts';
import { createIdLists, type IdLists } from '../../src/engine/id-lists.ts';
import {
  createLaneQueue,
  createSource,
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
} from '../../src/engine/lane-queue.ts';
import { createPlanner } from '../../src/engine/planner.ts';
import { createLane, type ParkReason } from '../../src/lane/lane.ts';

const inTens: MigrationAdapter = createScriptedAdapter({ script: {}, batch: 10 });
const inThrees: MigrationAdapter = createScriptedAdapter({ script: {}, batch: 3 });
const single: MigrationAdapter = createScriptedAdapter({ script: {} });

interface SourceKind {
  readonly adapter: MigrationAdapter;
  readonly canShare: boolean;
}

interface Queue {
  readonly lane: LaneQueue;
  readonly lists: IdLists;
  readonly sources: readonly Source[];
}

function createQueue(kinds: readonly SourceKind[]): Queue {
  const lane = createLaneQueue('lane', createLane(0));
  const lists = createIdLists();
  const planner = createPlanner(createAgenda(), lists);
  const sources = kinds.map(({ adapter, canShare }, index) =>
    createSource({ index, adapter, lane, group: `group ${index}`, canShare, planner }),
  );
  return { lane, lists, sources };
}

/** A source per list of ids, with those ids waiting. */
function fill(kind: SourceKind, ...idsOfSources: readonly (readonly number[])[]): Queue {
  const queue = createQueue(idsOfSources.map(() => kind));
  for (const [index, ids] of idsOfSources.entries()) join(queue, index, ids);
  return queue;
}

function join({ lists, sources }: Queue, index: number, ids: readonly number[], isHeld = false): void {
  const source = sources[index];
  if (source) for (const id of ids) enqueue(lists, source, id, isHeld);
}

function leave({ lists, sources }: Queue, index: number, id: number, isHeld = false): void {
  const source = sources[index];
  if (source) withdraw(lists, source, id, isHeld);
}

function takeAll({ lane, lists }: Queue): number[][] {
  const batches: number[][] = [];
  while (hasRowsWaiting(lane)) {
    batches.push(takeBatch(lists, lane));
    expect(batches.length).toBeLessThan(1_000);
  }
  return batches;
}

const shared = { adapter: inThrees, canShare: true };
const alone = { adapter: single, canShare: false };

describe('turns', () => {
  test('go round all sources, whatever each has waiting', () => {
    const queue = fill(alone, [1, 2, 3, 4], [11], [21, 22]);
    expect(takeAll(queue)).toEqual([[1], [11], [21], [2], [22], [3], [4]]);
  });

  test('go round within a request for many too, and go on where it ended', () => {
    const queue = fill(shared, [1, 2, 3, 4, 5], [11], [21, 22, 23]);
    expect(takeAll(queue)).toEqual([
      [1, 11, 21],
      [2, 22, 3],
      [23, 4, 5],
    ]);
  });

  test('begin at the end for a source that comes back', () => {
    const queue = fill(alone, [1], [11, 12]);
    takeBatch(queue.lists, queue.lane);
    join(queue, 0, [2]);
    expect(takeAll(queue)).toEqual([[11], [2], [12]]);
  });

  test('are passed over by sources whose rows were all withdrawn', () => {
    const queue = fill(alone, [1], [11], [21], [31]);
    for (const index of [0, 1, 2]) leave(queue, index, index * 10 + 1);
    expect(takeAll(queue)).toEqual([[31]]);
    expect(queue.lane.firstTurn).toBeUndefined();
  });

  test('are kept by a source whose rows were withdrawn and came back', () => {
    const queue = fill(alone, [1], [11]);
    leave(queue, 0, 1);
    join(queue, 0, [2]);
    expect(takeAll(queue)).toEqual([[2], [11]]);
  });

  test('let rows that have been told why they wait go first', () => {
    const queue = fill(alone, [1, 2], [11]);
    join(queue, 0, [3, 4], true);
    expect(takeAll(queue)).toEqual([[3], [11], [4], [1], [2]]);
  });

  test('let the parts of a failed request go first', () => {
    const queue = fill(shared, [1, 2]);
    queue.lane.parts.push([7, 8], [9]);
    expect(takeAll(queue)).toEqual([[7, 8], [9], [1, 2]]);
  });

  test('of emptied sources do not cut a request for many short', () => {
    const queue = fill(shared, [1], [11], [21], [31], [41], [51]);
    for (const index of [1, 2, 3, 4]) leave(queue, index, index * 10 + 1);
    expect(takeAll(queue)).toEqual([[1, 51]]);
  });
});

describe('sources that cannot be part of a request for many', () => {
  test.each<[string, SourceKind]>([
    ['another adapter', { adapter: inTens, canShare: true }],
    ['rows that are to be read by themselves', { adapter: inThrees, canShare: false }],
  ])('are left out of it, and have their turn next: %s', (_title, kind) => {
    const queue = createQueue([shared, kind, shared, shared]);
    const thousands = Array.from({ length: 100 }, (_, index) => index + 1_000);
    join(queue, 0, thousands);
    join(queue, 1, [1]);
    join(
      queue,
      2,
      thousands.map((id) => id + 1_000),
    );
    join(
      queue,
      3,
      thousands.map((id) => id + 2_000),
    );
    const batches = takeAll(queue);
    expect(batches.findIndex((batch) => batch.includes(1))).toBe(1);
    expect(batches.filter((batch) => batch.length < 3).length).toBeLessThanOrEqual(2);
  });

  test('are taken one at a time where they may not share', () => {
    expect(takeAll(fill({ adapter: inThrees, canShare: false }, [1, 2], [11]))).toEqual([[1], [11], [2]]);
  });
});

describe('withdrawing', () => {
  test.each([1, 2, 3])('takes out row %s of three, and the others keep their order', (id) => {
    for (const isHeld of [false, true]) {
      const queue = createQueue([alone]);
      join(queue, 0, [1, 2, 3], isHeld);
      leave(queue, 0, id, isHeld);
      expect(takeAll(queue).flat()).toEqual([1, 2, 3].filter((other) => other !== id));
    }
  });

  test('takes a row out of its part, and an emptied part out of the lane', () => {
    const { lane } = createQueue([]);
    lane.parts.push([1, 2, 3], [4], [5, 6]);
    for (const id of [2, 4, 6, 99]) takeOutOfParts(lane, id);
    expect(lane.parts).toEqual([[1, 3], [5]]);
  });
});

test('rows that have not been told are found in whichever source they are', () => {
  const queue = fill(alone, [1, 2], [11]);
  join(queue, 0, [5], true);
  const told: number[] = [];
  for (let count = 0; count < 5; count += 1) {
    const taken = takeUntold(queue.lists, queue.lane);
    if (taken === undefined) continue;
    told.push(taken.id);
    enqueue(queue.lists, taken.source, taken.id, true);
  }
  expect({ told, waiting: queue.lane.waitingCount, held: queue.lane.heldCount }).toEqual({
    told: [1, 2, 11],
    waiting: 0,
    held: 4,
  });
});

test('rows that were told another reason are told again, before those that have not been told any', () => {
  const queue = fill(alone, [1, 2], [11]);
  join(queue, 0, [5, 6], true);
  noteReason(queue.lane, 'transient');
  join(queue, 0, [7], true);
  const told: number[] = [];
  while (hasUntold(queue.lane) && told.length < 10) {
    const taken = takeUntold(queue.lists, queue.lane);
    if (taken === undefined) break;
    told.push(taken.id);
    enqueue(queue.lists, taken.source, taken.id, true);
  }
  expect(told).toEqual([5, 6, 1, 2, 11]);
  noteReason(queue.lane, 'transient');
  expect(hasUntold(queue.lane)).toBe(false);
});

describe('whatever happens', () => {
  /** What waits in each source, for how many requests each has been passed over, and what the rows were told. */
  interface Model {
    readonly held: number[][];
    readonly waiting: number[][];
    readonly passedOver: number[];
    readonly knownReasons: Map<number, ParkReason>;
    reason: ParkReason;
    parts: number[][];
    last: number;
  }

  type QueueCommand = fc.Command<Model, Queue>;

  const kinds: readonly SourceKind[] = [
    shared,
    shared,
    { adapter: inThrees, canShare: false },
    { adapter: inTens, canShare: true },
    shared,
    { adapter: inTens, canShare: true },
    alone,
  ];

  const countOf = (lists: readonly (readonly number[])[]) =>
    lists.reduce((sum, { length }) => sum + length, 0);

  function expectAgreement(model: Model, { lane, sources }: Queue): void {
    expect({
      held: sources.map(({ held }) => held.size),
      waiting: sources.map(({ waiting }) => waiting.size),
      heldCount: lane.heldCount,
      waitingCount: lane.waitingCount,
      parts: lane.parts,
      hasRowsWaiting: hasRowsWaiting(lane),
    }).toEqual({
      held: model.held.map(({ length }) => length),
      waiting: model.waiting.map(({ length }) => length),
      heldCount: countOf(model.held),
      waitingCount: countOf(model.waiting),
      parts: model.parts,
      hasRowsWaiting: countOf([...model.held, ...model.waiting, ...model.parts]) > 0,
    });
    const turns: Source[] = [];
    for (let source = lane.firstTurn; source !== undefined; source = source.next) turns.push(source);
    expect(new Set(turns).size).toBe(turns.length);
    expect(turns.at(-1)).toBe(lane.lastTurn);
    const withoutTurn = sources.filter(({ hasTurn }) => !hasTurn);
    expect(withoutTurn.filter((source) => turns.includes(source))).toEqual([]);
    expect(withoutTurn.filter(({ held, waiting }) => held.size + waiting.size > 0)).toEqual([]);
  }

  function createParkedQueue(): Queue {
    const queue = createQueue(kinds);
    noteReason(queue.lane, 'throttled');
    return queue;
  }

  const sourceWith = ({ held, waiting }: Model, id: number) =>
    kinds.findIndex((_, index) => held[index]?.includes(id) || waiting[index]?.includes(id));

  /** Takes a row out of the model, and sees to it that it was the first of its source. */
  function takeFromModel(model: Model, id: number): number {
    const index = sourceWith(model, id);
    const list = model.held[index]?.length ? model.held[index] : model.waiting[index];
    expect(list?.shift()).toBe(id);
    model.passedOver[index] = 0;
    return index;
  }

  function toCommand(name: string, run: (model: Model, real: Queue) => void): QueueCommand {
    return {
      check: () => true,
      run(model, real) {
        run(model, real);
        expectAgreement(model, real);
      },
      toString: () => name,
    };
  }

  const add = (index: number, count: number, isHeld: boolean) =>
    toCommand(`add ${count} ${isHeld ? 'held ' : ''}to ${index}`, (model, real) => {
      const ids = Array.from({ length: count }, () => ++model.last);
      (isHeld ? model.held : model.waiting)[index]?.push(...ids);
      if (isHeld) for (const id of ids) model.knownReasons.set(id, model.reason);
      join(real, index, ids, isHeld);
    });

  const takeOut = (choice: number) =>
    toCommand(`withdraw ${choice}`, (model, real) => {
      const all = [...model.held, ...model.waiting].flat();
      const id = all[choice % Math.max(1, all.length)];
      if (id === undefined) return;
      const index = sourceWith(model, id);
      const isHeld = model.held[index]?.includes(id) ?? false;
      const list = (isHeld ? model.held : model.waiting)[index];
      list?.splice(list.indexOf(id), 1);
      leave(real, index, id, isHeld);
    });

  /** No source is passed over more often than there are sources, and no request carries less than it could. */
  const nextRequest = toCommand('next request', (model, { lane, lists }) => {
    if (!hasRowsWaiting(lane)) return;
    const before = kinds.map(
      (_, index) => (model.held[index]?.length ?? 0) + (model.waiting[index]?.length ?? 0),
    );
    const batch = takeBatch(lists, lane);
    if (model.parts.length > 0) {
      expect(batch).toEqual(model.parts.shift());
      return;
    }
    const taken = batch.map((id) => takeFromModel(model, id));
    const kind = kinds[taken[0] ?? -1];
    const isFit = (index: number) =>
      kinds[index]?.adapter === kind?.adapter && kinds[index]?.canShare === true;
    if (kind?.canShare) {
      expect(taken.filter((index) => !isFit(index))).toEqual([]);
      const couldBe = before.reduce((sum, count, index) => sum + (isFit(index) ? count : 0), 0);
      expect(batch.length).toBe(Math.min(couldBe, kind.adapter.capabilities.maxBatchSize));
    } else expect(batch.length).toBe(1);
    const shares = kinds.map((_, index) => taken.filter((other) => other === index).length);
    const most = Math.max(...shares);
    for (const [index, share] of shares.entries()) {
      if (kind?.canShare && isFit(index))
        expect(share).toBeGreaterThanOrEqual(Math.min(most - 1, before[index] ?? 0));
      const isLeftOut = share === 0 && (before[index] ?? 0) > 0;
      model.passedOver[index] = isLeftOut ? (model.passedOver[index] ?? 0) + 1 : 0;
      expect(model.passedOver[index]).toBeLessThan(kinds.length);
    }
  });

  const nextRow = toCommand('next row', (model, { lane, lists }) => {
    const id = takeNext(lists, lane);
    if (id === undefined) {
      expect(countOf([...model.held, ...model.waiting, ...model.parts])).toBe(0);
    } else if (model.parts.length > 0) {
      expect(model.parts.flat()).toContain(id);
      model.parts = model.parts
        .map((part) => part.filter((other) => other !== id))
        .filter(({ length }) => length > 0);
    } else takeFromModel(model, id);
  });

  /** Gives whether there was somebody to tell; when not, all know why they wait. */
  function tellNext(model: Model, { lane, lists }: Queue): boolean {
    const taken = takeUntold(lists, lane);
    if (taken === undefined) {
      expect(countOf(model.waiting)).toBe(0);
      const reasons = model.held.flat().map((id) => model.knownReasons.get(id));
      expect(reasons.filter((reason) => reason !== model.reason)).toEqual([]);
      return false;
    }
    const { id, source } = taken;
    const list = model.held[source.index]?.[0] === id ? model.held : model.waiting;
    expect(list[source.index]?.shift()).toBe(id);
    model.held[source.index]?.push(id);
    model.knownReasons.set(id, model.reason);
    enqueue(lists, source, id, true);
    return true;
  }

  const tell = toCommand('tell', tellNext);

  const tellAll = toCommand('tell all', (model, real) => {
    const count = countOf([...model.held, ...model.waiting]);
    for (let told = 0; tellNext(model, real); told += 1) expect(told).toBeLessThan(count);
  });

  const park = (reason: ParkReason) =>
    toCommand(`park by ${reason}`, (model, { lane }) => {
      model.reason = reason;
      noteReason(lane, reason);
    });

  const split = (count: number) =>
    toCommand(`split ${count}`, (model, { lane }) => {
      const ids = Array.from({ length: count }, () => ++model.last);
      lane.parts.push([...ids]);
      model.parts.push(ids);
    });

  const takeOutOfPart = (choice: number) =>
    toCommand(`withdraw from parts ${choice}`, (model, { lane }) => {
      const ids = model.parts.flat();
      const id = ids[choice % Math.max(1, ids.length)];
      if (id === undefined) return;
      takeOutOfParts(lane, id);
      model.parts = model.parts
        .map((part) => part.filter((other) => other !== id))
        .filter(({ length }) => length > 0);
    });

  test('the counts are right, requests are full, and nobody is passed over for long', () => {
    const anyAdd = fc
      .tuple(fc.nat(kinds.length - 1), fc.integer({ min: 1, max: 12 }), fc.boolean())
      .map(([index, count, isHeld]) => add(index, count, isHeld));
    const anyCommand = [
      anyAdd,
      anyAdd,
      fc.nat(1_000).map(takeOut),
      fc.constant(nextRequest),
      fc.constant(nextRequest),
      fc.constant(nextRequest),
      fc.constant(nextRow),
      fc.constant(tell),
      fc.constant(tellAll),
      fc.constantFrom<ParkReason>('throttled', 'transient').map(park),
      fc.integer({ min: 1, max: 4 }).map(split),
      fc.nat(1_000).map(takeOutOfPart),
    ];
    fc.assert(
      fc.property(fc.commands(anyCommand, { size: 'large', maxCommands: 150 }), (commands) => {
        const setup = () => ({
          model: {
            held: kinds.map(() => []),
            waiting: kinds.map(() => []),
            passedOver: kinds.map(() => 0),
            knownReasons: new Map(),
            reason: 'throttled' as const,
            parts: [],
            last: 0,
          },
          real: createParkedQueue(),
        });
        fc.modelRun(setup, commands);
      }),
      { numRuns: 200 },
    );
  });
});
