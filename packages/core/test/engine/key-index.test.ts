import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { createKeyIndex, type KeyIndex } from '../../src/engine/key-index.ts';

afterEach(() => vi.restoreAllMocks());

/** An index with a `Map` beside it that owns the keys and says what is right. */
function createPair() {
  const keys = new Map<number, string>();
  const map = new Map<string, number>();
  const index = createKeyIndex((id) => keys.get(id) ?? '');
  let last = 0;
  return {
    index,
    map,
    add(key: string) {
      if (map.has(key)) return;
      const id = last++;
      keys.set(id, key);
      map.set(key, id);
      index.add(key, id);
    },
    remove(key: string) {
      index.remove(key);
      const id = map.get(key);
      if (id !== undefined) keys.delete(id);
      map.delete(key);
    },
    /** The keys that are not found as they should be. */
    wrong: (all: Iterable<string>) => [...all].filter((key) => index.find(key) !== map.get(key)),
  };
}

/** Dice that fall the same each time. */
function createDice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const oddKeys = [
  '',
  '\u0000',
  '\u0000\u0000',
  '__proto__',
  'toString',
  'é',
  'e\u0301',
  '🚚',
  '\ud83d',
  '\ude9a',
  'k'.repeat(100_000),
  `${'k'.repeat(100_000)}l`,
];

test('an index agrees with a map, whatever is added and removed', () => {
  const anyKey = fc.oneof(
    fc.constantFrom(...oddKeys),
    fc.nat(300).map(String),
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), anyKey), { minLength: 1, maxLength: 300 }), (steps) => {
      const { add, remove, wrong } = createPair();
      for (const [isAdding, key] of steps) {
        if (isAdding) add(key);
        else remove(key);
        expect(wrong([key])).toEqual([]);
      }
      expect(wrong([...oddKeys, ...steps.map(([, key]) => key)])).toEqual([]);
    }),
  );
});

test.each<[string, (index: number) => string]>([
  ['numbers', String],
  ['equal prefixes', (index) => `velt/${'organization'.repeat(10)}/${index}`],
  ['equal ends', (index) => `${index}/${'migration'.repeat(10)}`],
  [
    'characters outside of latin',
    (index) => `ключ/${String.fromCodePoint(0x1_f300 + (index % 500))}${index}`,
  ],
  ['one letter in different numbers', (index) => 'a'.repeat(index % 1_500) + Math.floor(index / 1_500)],
])('no key is lost over thousands of removals and additions: %s', (_title, toKey) => {
  const { add, remove, wrong, map } = createPair();
  const all = Array.from({ length: 3_000 }, (_, index) => toKey(index));
  const dice = createDice(7);
  const pick = () => all[Math.floor(dice() * all.length)] ?? '';
  for (const key of all) add(key);
  for (let round = 0; round < 3; round += 1) {
    for (let count = 0; count < 2_500; count += 1) remove(pick());
    expect(wrong(all)).toEqual([]);
    for (let count = 0; count < 2_500; count += 1) add(pick());
    expect(wrong(all)).toEqual([]);
  }
  for (const key of all) remove(key);
  expect({ size: map.size, found: all.filter((key) => wrong([key]).length > 0) }).toEqual({
    size: 0,
    found: [],
  });
});

/** Keys that meet each other on their way through the index: finding one asks for the key of another. */
function findColliding(count: number): string[] {
  let asked = 0;
  const probe: KeyIndex = createKeyIndex(() => {
    asked += 1;
    return 'first';
  });
  probe.add('first', 0);
  const colliding = ['first'];
  for (let index = 0; colliding.length < count; index += 1) {
    const before = asked;
    const key = `key/${index}`;
    if (probe.find(key) === undefined && asked > before) colliding.push(key);
  }
  return colliding;
}

test('keys that all begin their search at one place are kept apart', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.25);
  const colliding = findColliding(120);
  fc.assert(
    fc.property(fc.array(fc.nat(colliding.length - 1), { minLength: 50, maxLength: 600 }), (choices) => {
      const { add, remove, wrong, map } = createPair();
      for (const choice of choices) {
        const key = colliding[choice] ?? '';
        if (map.has(key)) remove(key);
        else add(key);
        expect(wrong(colliding)).toEqual([]);
      }
    }),
    { numRuns: 30 },
  );
});

test('what is not in the index can be removed, and there is still room for as many as come', () => {
  let asked = 0;
  const keys: string[] = [];
  const index = createKeyIndex((id) => {
    // Where there is no room left, a search would go round for ever.
    asked += 1;
    if (asked > 1_000_000) throw new Error('the index is full');
    return keys[id] ?? '';
  });
  for (let count = 0; count < 5_000; count += 1) index.remove(`none/${count}`);
  for (let id = 0; id < 5_000; id += 1) {
    const key = `key/${id}`;
    expect(index.find(key)).toBeUndefined();
    keys.push(key);
    index.add(key, id);
  }
  expect(keys.filter((key, id) => index.find(key) !== id)).toEqual([]);
});

test.each([0, 10])('with room made for a thousand beside %i, no key is moved twice', (before) => {
  vi.spyOn(Math, 'random').mockReturnValue(0.25);
  const asked = new Map<number, number>();
  const keys = Array.from({ length: 1_000 + before }, (_, id) => `key/${id}`);
  const index = createKeyIndex((id) => {
    asked.set(id, (asked.get(id) ?? 0) + 1);
    return keys[id] ?? '';
  });
  for (let id = 0; id < before; id += 1) index.add(`key/${id}`, id);
  index.reserve(keys.length);
  asked.clear();
  for (let id = before; id < keys.length; id += 1) index.add(`key/${id}`, id);
  expect(Math.max(...asked.values())).toBe(1);
  expect(keys.filter((key, id) => index.find(key) !== id)).toEqual([]);
});

test('making room moves nothing by itself', () => {
  let asked = 0;
  const index = createKeyIndex((id) => {
    asked += 1;
    return `key/${id}`;
  });
  for (let id = 0; id < 1_000; id += 1) index.add(`key/${id}`, id);
  asked = 0;
  index.reserve(1_000_000);
  expect(asked).toBe(0);
});

test('room that is there already is kept', () => {
  const { index, add, wrong } = createPair();
  const keys = Array.from({ length: 5_000 }, (_, id) => `key/${id}`);
  for (const key of keys) add(key);
  index.reserve(10);
  index.reserve(0);
  expect(wrong(keys)).toEqual([]);
});

test('two hundred thousand keys are found, though some of them share a hash', () => {
  const { add, remove, wrong, map } = createPair();
  for (let index = 0; index < 200_000; index += 1) add(`velt/org_${index % 1_000}/mig_${index}`);
  expect(wrong(map.keys())).toEqual([]);
  const removed = [...map.keys()].filter((_, index) => index % 3 === 0);
  for (const key of removed) remove(key);
  expect(wrong([...map.keys(), ...removed])).toEqual([]);
});
