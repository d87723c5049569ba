import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createVector, type ItemVector, itemAt, withItem } from '../../src/view/item-vector.ts';

function toVector(items: readonly string[]): ItemVector<string> {
  return items.reduce((vector, item, number) => withItem(vector, number, item), createVector<string>());
}

/** All nodes of a vector. */
function nodesOf(node: unknown): readonly unknown[] {
  return Array.isArray(node) ? [node, ...node.flatMap(nodesOf)] : [];
}

test('there is nothing at a number that was never given', () => {
  const vector = withItem(createVector<string>(), 40_000, 'far');
  for (const number of [0, 31, 39_999, 40_001, 32 ** 4, 2 ** 31])
    expect(itemAt(vector, number)).toBeUndefined();
  expect(itemAt(vector, 40_000)).toBe('far');
  expect(itemAt(createVector(), 0)).toBeUndefined();
});

test('another item leaves all nodes but those on its way as they are', () => {
  const vector = toVector(Array.from({ length: 40_000 }, (_, number) => `item ${number}`));
  const before = new Set(nodesOf(vector.root));
  const other = withItem(vector, 20_000, 'another');
  expect(nodesOf(other.root).filter((node) => !before.has(node)).length).toBe(4);
  expect(itemAt(vector, 20_000)).toBe('item 20000');
  expect(itemAt(other, 20_000)).toBe('another');
});

test('items may be lists themselves', () => {
  const item = [['inner']];
  expect(itemAt(withItem(createVector<string[][]>(), 33, item), 33)).toBe(item);
});

test('a vector holds what an array holds, and each older one what it held', () => {
  const anyNumber = fc.oneof(fc.nat({ max: 100 }), fc.nat({ max: 40_000 }));
  const anyItem = fc.option(fc.string(), { nil: undefined });
  fc.assert(
    fc.property(fc.array(fc.tuple(anyNumber, anyItem), { maxLength: 100, size: 'max' }), (changes) => {
      let vector = createVector<string>();
      const items = new Map<number, string | undefined>();
      const history = [{ vector, items: new Map(items) }];
      for (const [number, item] of changes) {
        vector = withItem(vector, number, item);
        items.set(number, item);
        history.push({ vector, items: new Map(items) });
      }
      for (const past of history) {
        for (const [number] of changes) expect(itemAt(past.vector, number)).toBe(past.items.get(number));
      }
    }),
    { numRuns: 30 },
  );
});
