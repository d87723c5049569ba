import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareSortKeys, type SortKey } from '../../src/view/sort-key.ts';

test('numbers come before strings, strings before nothing', () => {
  const keys: SortKey[] = [undefined, 'b', 10, '10', -1, 'B', Number.NEGATIVE_INFINITY, 9, ''];
  expect(keys.toSorted(compareSortKeys)).toEqual([
    Number.NEGATIVE_INFINITY,
    -1,
    9,
    10,
    '',
    '10',
    'B',
    'b',
    undefined,
  ]);
  expect([Number.NaN, 'z', 5].toSorted(compareSortKeys)).toEqual([5, 'z', Number.NaN]);
});

test('a list is sorted by the first value that differs, and a short one comes before what it begins', () => {
  const keys: SortKey[] = [['b', 1], ['a', 2], ['a'], [undefined, 0], ['a', 1, 'x'], 'a', ['a', 1]];
  expect(keys.toSorted(compareSortKeys)).toEqual([
    ['a'],
    'a',
    ['a', 1],
    ['a', 1, 'x'],
    ['a', 2],
    ['b', 1],
    [undefined, 0],
  ]);
});

test('every two keys have an order, whatever they are, and every three agree', () => {
  const anyValue = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.string(),
    fc.constantFrom(undefined, null, true, 'a', 0, -0),
  );
  const anyKey = fc.oneof(anyValue, fc.array(anyValue, { maxLength: 3 })) as fc.Arbitrary<SortKey>;
  fc.assert(
    fc.property(anyKey, anyKey, anyKey, (a, b, c) => {
      expect(Math.sign(compareSortKeys(a, b)) + Math.sign(compareSortKeys(b, a))).toBe(0);
      expect(compareSortKeys(a, a)).toBe(0);
      if (compareSortKeys(a, b) <= 0 && compareSortKeys(b, c) <= 0) {
        expect(compareSortKeys(a, c)).toBeLessThanOrEqual(0);
      }
    }),
    { numRuns: 2_000 },
  );
});
