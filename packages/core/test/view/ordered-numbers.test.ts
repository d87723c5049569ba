import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  noNumbers,
  numberAt,
  numbersBetween,
  type OrderedNumbers,
  withNumber,
  withoutNumber,
} from '../../src/view/ordered-numbers.ts';

const upwards = (a: number, b: number) => a - b;

function toArray(tree: OrderedNumbers, start = 0, end = tree.size): readonly number[] {
  return [...numbersBetween(tree, start, end)].flat();
}

function toTree(numbers: readonly number[], compare = upwards): OrderedNumbers {
  return numbers.reduce((tree, number) => withNumber(tree, number, compare), noNumbers);
}

function countTo(length: number): readonly number[] {
  return Array.from({ length }, (_, number) => number);
}

/** All nodes of a tree, and how many levels they are on. */
function survey(tree: OrderedNumbers): {
  readonly nodes: readonly OrderedNumbers[];
  readonly height: number;
} {
  if (tree.isLeaf) return { nodes: [tree], height: 1 };
  const below = tree.children.map(survey);
  expect(new Set(below.map(({ height }) => height)).size).toBe(1);
  expect(tree.numbers).toEqual(tree.children.map(({ numbers }) => numbers[0]));
  expect(tree.size).toBe(tree.children.reduce((sum, { size }) => sum + size, 0));
  return { nodes: [tree, ...below.flatMap(({ nodes }) => nodes)], height: 1 + (below[0]?.height ?? 0) };
}

test('numbers that come in order fill their nodes', () => {
  const tree = toTree(countTo(32 ** 2));
  const { nodes, height } = survey(tree);
  expect(height).toBe(2);
  expect(nodes.length).toBe(33);
  expect(toArray(tree)).toEqual(countTo(32 ** 2));
});

test('a hundred thousand numbers that come in any order are on four levels', () => {
  const tree = toTree(countTo(100_000).map((number) => (number * 7_919) % 100_003));
  expect(survey(tree).height).toBe(4);
  expect(tree.size).toBe(100_000);
});

test('another order is kept as well', () => {
  const backwards = (a: number, b: number) => b - a;
  expect(toArray(toTree(countTo(100), backwards))).toEqual(countTo(100).toReversed());
});

test('a number more or less leaves all nodes but those on its way as they are', () => {
  const tree = toTree(countTo(20_000).map((number) => 2 * number));
  const before = new Set(survey(tree).nodes);
  const { height } = survey(tree);
  for (const other of [withNumber(tree, 20_001, upwards), withoutNumber(tree, 20_000, upwards)]) {
    const replaced = survey(other).nodes.filter((node) => !before.has(node));
    expect(replaced.length).toBeLessThanOrEqual(2 * height);
  }
});

test('a tree that shrinks gives up its nodes and its levels', () => {
  let tree = toTree(countTo(5_000));
  for (const number of countTo(5_000)) {
    if (number % 100 !== 0) tree = withoutNumber(tree, number, upwards);
  }
  expect(toArray(tree)).toEqual(countTo(50).map((number) => 100 * number));
  expect(survey(tree).nodes.length).toBeLessThan(8);
  for (const number of toArray(tree)) tree = withoutNumber(tree, number, upwards);
  expect(survey(tree)).toEqual({ nodes: [noNumbers], height: 1 });
});

describe('whatever comes and goes', () => {
  const anyNumbers = fc.array(fc.integer({ min: 0, max: 999 }), {
    minLength: 1,
    maxLength: 3_000,
    size: 'max',
  });

  test('a tree holds what a sorted array holds, and each older one what it held', () => {
    fc.assert(
      fc.property(anyNumbers, (numbers) => {
        let tree = noNumbers;
        const held = new Set<number>();
        const history: { readonly tree: OrderedNumbers; readonly numbers: readonly number[] }[] = [];
        for (const [index, number] of numbers.entries()) {
          tree = held.has(number) ? withoutNumber(tree, number, upwards) : withNumber(tree, number, upwards);
          if (!held.delete(number)) held.add(number);
          if (index % 100 === 0) history.push({ tree, numbers: [...held].sort(upwards) });
        }
        history.push({ tree, numbers: [...held].sort(upwards) });
        for (const past of history) {
          survey(past.tree);
          expect(toArray(past.tree)).toEqual(past.numbers);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('an index and a range say what they say of an array', () => {
    const anyIndex = fc.integer({ min: -5, max: 1_100 });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(), { maxLength: 1_000, size: 'max' }),
        anyIndex,
        anyIndex,
        (numbers, a, b) => {
          const tree = toTree(numbers);
          const sorted = numbers.toSorted(upwards);
          expect(numberAt(tree, a)).toBe(sorted[a]);
          expect(toArray(tree, Math.max(a, 0), b)).toEqual(sorted.slice(Math.max(a, 0), Math.max(b, 0)));
        },
      ),
    );
  });
});
