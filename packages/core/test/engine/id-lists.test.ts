import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createIdList, createIdLists, type IdList, type IdLists } from '../../src/engine/id-lists.ts';

interface Model {
  readonly arrays: number[][];
}

interface Real {
  readonly lists: IdLists;
  readonly ends: IdList[];
}

type ListCommand = fc.Command<Model, Real>;

/** What is in a list, seen in passing, and the same again taken out one by one. */
function read(lists: IdLists, list: IdList): number[] {
  const seen = [...lists.each(list)];
  const ids: number[] = [];
  for (let id = lists.shift(list); id !== undefined; id = lists.shift(list)) ids.push(id);
  expect(seen).toEqual(ids);
  for (const id of ids) lists.append(list, id);
  return ids;
}

function expectAgreement({ arrays }: Model, { lists, ends }: Real): void {
  expect(ends.map(({ size }) => size)).toEqual(arrays.map(({ length }) => length));
  expect(ends.map((list) => read(lists, list))).toEqual(arrays);
}

function toCommand(name: string, run: (model: Model, real: Real) => void): ListCommand {
  return {
    check: () => true,
    run(model, real) {
      run(model, real);
      expectAgreement(model, real);
    },
    toString: () => name,
  };
}

/** An id is in one list at most, so one that is in a list goes over to the other. */
function append(to: number, id: number): ListCommand {
  return toCommand(`append ${id} to ${to}`, ({ arrays }, { lists, ends }) => {
    const from = arrays.findIndex((array) => array.includes(id));
    const [target, before] = [ends[to], ends[from]];
    if (before) lists.remove(before, id);
    if (from >= 0) arrays[from] = arrays[from]?.filter((other) => other !== id) ?? [];
    if (target) lists.append(target, id);
    arrays[to]?.push(id);
  });
}

function shift(from: number): ListCommand {
  return toCommand(`shift ${from}`, ({ arrays }, { lists, ends }) => {
    const list = ends[from];
    expect(list && lists.shift(list)).toBe(arrays[from]?.shift());
  });
}

function remove(choice: number): ListCommand {
  return toCommand(`remove ${choice}`, ({ arrays }, { lists, ends }) => {
    const ids = arrays.flat();
    const id = ids[choice % Math.max(1, ids.length)];
    const from = arrays.findIndex((array) => id !== undefined && array.includes(id));
    const list = ends[from];
    if (id === undefined || list === undefined) return;
    lists.remove(list, id);
    arrays[from] = arrays[from]?.filter((other) => other !== id) ?? [];
  });
}

/** However many are expected, the lists are what they were. */
function reserve(count: number): ListCommand {
  return toCommand(`reserve ${count}`, (_model, { lists }) => lists.reserve(count));
}

test('lists agree with arrays, whatever is appended, shifted and removed', () => {
  const anyList = fc.nat(2);
  // Beyond the 256 ids that there is room for at first, and far beyond.
  const anyId = fc.oneof(fc.nat(8), fc.constantFrom(255, 256, 257, 5_000));
  const anyCommand = [
    fc.tuple(anyList, anyId).map(([to, id]) => append(to, id)),
    fc.tuple(anyList, anyId).map(([to, id]) => append(to, id)),
    anyList.map(shift),
    fc.nat(100).map(remove),
    fc.nat(6_000).map(reserve),
  ];
  fc.assert(
    fc.property(fc.commands(anyCommand, { size: 'large', maxCommands: 200 }), (commands) => {
      const setup = () => ({
        model: { arrays: [[], [], []] },
        real: { lists: createIdLists(), ends: [createIdList(), createIdList(), createIdList()] },
      });
      fc.modelRun(setup, commands);
    }),
  );
});

test('thousands come out as they went in, without those that were removed in the middle', () => {
  const lists = createIdLists();
  const list = createIdList();
  const ids = Array.from({ length: 10_000 }, (_, index) => (index * 7_919) % 10_000);
  for (const id of ids) lists.append(list, id);
  for (const id of ids) if (id % 3 !== 0) lists.remove(list, id);
  expect(list.size).toBe(3_334);
  expect(read(lists, list)).toEqual(ids.filter((id) => id % 3 === 0));
});
