import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareMoments, createTimeline, itemThen, type Moment } from '../../src/view/item-timeline.ts';

/** A timeline with an item at each number up to a length. */
function createItems(length: number) {
  const timeline = createTimeline<string>();
  for (let number = 0; number < length; number += 1) timeline.put(number, `item ${number}`);
  return timeline;
}

/** How many changes a moment leads to. */
function countChanges({ first }: Moment<string>): number {
  let changes = 0;
  for (let change = first; change.next !== undefined; change = change.next) changes += 1;
  return changes;
}

test('there is nothing at a number that was never given', () => {
  const timeline = createTimeline<string>();
  timeline.put(40, 'far');
  const moment = timeline.toMoment();
  for (const number of [0, 39, 41, 2 ** 31]) {
    expect(timeline.itemAt(number)).toBeUndefined();
    expect(itemThen(moment, number)).toBeUndefined();
  }
  expect(timeline.itemAt(40)).toBe('far');
  expect(itemThen(moment, 40)).toBe('far');
});

test('a moment keeps what was, whether it is looked into before, between or after changes', () => {
  const timeline = createItems(3);
  const moment = timeline.toMoment();
  expect(itemThen(moment, 1)).toBe('item 1');
  timeline.put(1, 'another');
  expect(itemThen(moment, 1)).toBe('item 1');
  timeline.put(1, 'a third');
  timeline.put(2, undefined);
  timeline.put(3, 'one more');
  expect([0, 1, 2, 3].map((number) => itemThen(moment, number))).toEqual([
    'item 0',
    'item 1',
    'item 2',
    undefined,
  ]);
  expect([0, 1, 2, 3].map(timeline.itemAt)).toEqual(['item 0', 'a third', undefined, 'one more']);
});

test('a moment that nobody lets go of holds no more changes than there are items', () => {
  const timeline = createItems(1_000);
  const moment = timeline.toMoment();
  for (let change = 0; change < 10_000; change += 1) {
    timeline.put(change % 7, `change ${change}`);
    timeline.toMoment();
  }
  expect(countChanges(moment)).toBe(1_000);
  expect(itemThen(moment, 3)).toBe('item 3');
});

test('from a moment lead the changes after it, and none before it', () => {
  const timeline = createItems(1_000);
  const moment = timeline.toMoment();
  expect(countChanges(moment)).toBe(0);
  timeline.put(0, 'another');
  expect(countChanges(moment)).toBe(1);
});

const anyChange = fc.tuple(fc.nat({ max: 30 }), fc.option(fc.string(), { nil: undefined }));
const anyChanges = fc.array(anyChange, { minLength: 300, maxLength: 1_200 });

test('a timeline holds what an array holds, and each moment what that held, also over eras', () => {
  fc.assert(
    fc.property(anyChanges, (changes) => {
      const timeline = createTimeline<string>();
      const items: (string | undefined)[] = [];
      const past: { readonly moment: Moment<string>; readonly items: readonly (string | undefined)[] }[] = [];
      for (const [index, [number, item]] of changes.entries()) {
        timeline.put(number, item);
        items[number] = item;
        if (index % 37 === 0) past.push({ moment: timeline.toMoment(), items: [...items] });
        // One that is looked into every now and then.
        if (past[0]) expect(itemThen(past[0].moment, number)).toBe(past[0].items[number]);
      }
      for (let number = 0; number <= 30; number += 1) {
        expect(timeline.itemAt(number)).toBe(items[number]);
        for (const then of past) expect(itemThen(then.moment, number)).toBe(then.items[number]);
      }
    }),
    { numRuns: 30 },
  );
});

test('two moments differ where their items do, whichever was earlier', () => {
  fc.assert(
    fc.property(anyChanges, fc.nat(1_200), fc.nat(1_200), (changes, firstAt, secondAt) => {
      const timeline = createTimeline<string>();
      const moments = [timeline.toMoment(), timeline.toMoment()] as const;
      const taken: Moment<string>[] = [...moments];
      for (const [index, [number, item]] of changes.entries()) {
        timeline.put(number, item);
        if (index === firstAt) taken[0] = timeline.toMoment();
        if (index === secondAt) taken[1] = timeline.toMoment();
      }
      const [before = moments[0], after = moments[1]] = taken;
      const told: unknown[] = [];
      compareMoments(before, after, (...items) => told.push(items));
      const expected = Array.from({ length: 31 }, (_, at) => [itemThen(before, at), itemThen(after, at)]);
      const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
      expect(told.sort(byText)).toEqual(expected.filter(([a, b]) => a !== b).sort(byText));
    }),
    { numRuns: 100 },
  );
});
