import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createListKeeper } from '../../src/view/list-keeper.ts';

interface Item {
  readonly key: string;
}

function createList(length: number) {
  const keeper = createListKeeper<Item>(({ key }) => key);
  const items = Array.from({ length }, (_, index) => ({ key: `key ${index}` }));
  for (const item of items) keeper.put(keeper.add(item.key), item, undefined);
  return { keeper, items, list: keeper.toList() };
}

test('an index and a slice mean what they mean for an array', () => {
  const { items, list } = createList(100);
  const anyIndex = fc.oneof(
    fc.integer({ min: -120, max: 120 }),
    fc.constantFrom(undefined, 1.7, -1.2, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  );
  fc.assert(
    fc.property(anyIndex, anyIndex, (start, end) => {
      expect(list.slice(start, end)).toEqual(items.slice(start, end));
      if (start !== undefined) expect(list.at(start)).toBe(items.at(start));
    }),
    { numRuns: 500 },
  );
});

test('an iteration goes on with the list it began with', () => {
  const { keeper, items, list } = createList(100);
  const seen: Item[] = [];
  for (const item of list) {
    seen.push(item);
    keeper.drop(item.key);
  }
  expect(seen).toEqual(items);
  expect(keeper.toList().size).toBe(0);
  expect([...keeper.toList()]).toEqual([]);
});

test('numbers are given out again, and an older list still knows what had them', () => {
  const { keeper, items, list } = createList(10);
  for (const { key } of items) keeper.drop(key);
  const numbers = items.map((_, index) => keeper.add(`other ${index}`));
  expect(Math.max(...numbers)).toBe(9);
  keeper.put(numbers[0] ?? 0, { key: 'other 0' }, undefined);
  expect(list.get('key 9')).toBe(items[9]);
  expect(list.get('other 0')).toBeUndefined();
  expect(keeper.toList().get('key 9')).toBeUndefined();
  expect(keeper.toList().get('other 0')).toEqual({ key: 'other 0' });
});

test('a key that is unknown is dropped without a word', () => {
  const { keeper, list } = createList(3);
  keeper.drop('nobody');
  expect(keeper.toList()).toBe(list);
});

test('the changes between two lists are those that a comparison of all their items finds', () => {
  const anyStep = fc.record({ key: fc.nat(70), isPut: fc.boolean() });
  fc.assert(
    fc.property(fc.array(anyStep), fc.array(anyStep), (steps, laterSteps) => {
      const keeper = createListKeeper<Item>(({ key }) => key);
      const play = (all: typeof steps) => {
        for (const { key: number, isPut } of all) {
          const key = `key ${number}`;
          if (isPut) keeper.put(keeper.numberOf(key) ?? keeper.add(key), { key }, undefined);
          else keeper.drop(key);
        }
        return keeper.toList();
      };
      const before = play(steps);
      const after = play(laterSteps);
      const { put, removed } = after.changesSince(before);
      const byKey = (a: Item, b: Item) => (a.key < b.key ? -1 : 1);
      expect(put.toSorted(byKey)).toEqual(
        [...after].filter((item) => before.get(item.key) !== item).sort(byKey),
      );
      expect(removed.toSorted(byKey)).toEqual(
        [...before].filter(({ key }) => after.get(key) === undefined).sort(byKey),
      );
    }),
    { numRuns: 300 },
  );
});

test('a list that is compared with itself has no changes, and only lists of views can be compared', () => {
  const { list } = createList(100);
  expect(list.changesSince(list)).toEqual({ put: [], removed: [] });
  expect(() => list.changesSince(Object.create(list))).toThrow(TypeError);
});
