import { compareVectors, type ItemVector, itemAt } from './item-vector.ts';
import { numberAt, numbersBetween, type OrderedNumbers } from './ordered-numbers.ts';

/**
 * A list that never changes, of items that have a key each. Lists that were taken one after the other share what is the same
 * in them. An index is found in a few steps, whatever the size.
 */
export interface KeyedList<Item> extends Iterable<Item> {
  readonly size: number;
  /** The item at an index from 0, or from the end where it is negative; undefined where there is none. */
  at(index: number): Item | undefined;
  /** The item of a key; undefined where there is none. */
  get(key: string): Item | undefined;
  /** An array of the items from `start` up to `end`, with the defaults and negative numbers of `Array.prototype.slice`. */
  slice(start?: number, end?: number): readonly Item[];
  /**
   * What sets this list apart from an earlier one of the same view: the items that were not there, or were other objects, and
   * those whose keys are gone. It costs no more than what has changed between them. In no particular order; where an
   * item stands is not compared.
   */
  changesSince(earlier: KeyedList<Item>): ListChanges<Item>;
}

/** How a list differs from an earlier one. */
export interface ListChanges<Item> {
  /** Items that came, or took the place of others of the same key. */
  readonly put: readonly Item[];
  /** Items whose keys are not in the later list. */
  readonly removed: readonly Item[];
}

/** The vectors that lists were made of; so that one list can be compared with another one. */
const vectors = new WeakMap<object, ItemVector<unknown>>();

/** Makes a list of the items of a vector, in an order of their numbers. */
export function toKeyedList<Item>(
  order: OrderedNumbers,
  items: ItemVector<Item>,
  get: (key: string) => Item | undefined,
  keyOf: (item: Item) => string,
): KeyedList<Item> {
  const { size } = order;

  function* iterate(start: number, end: number): Generator<Item, undefined> {
    for (const numbers of numbersBetween(order, start, end)) {
      for (const number of numbers) {
        const item = itemAt(items, number);
        if (item !== undefined) yield item;
      }
    }
  }

  function changesSince(earlier: KeyedList<Item>): ListChanges<Item> {
    const put: Item[] = [];
    const removed: Item[] = [];
    const before = vectors.get(earlier);
    if (before === undefined) throw new TypeError('changesSince: expected a list of a view');
    compareVectors(before as ItemVector<Item>, items, (itemBefore, itemAfter) => {
      if (itemAfter !== undefined) put.push(itemAfter);
      if (itemBefore !== undefined && get(keyOf(itemBefore)) === undefined) removed.push(itemBefore);
    });
    return { put, removed };
  }

  const list: KeyedList<Item> = Object.freeze({
    size,
    at(index: number) {
      const number = numberAt(order, toIndex(index, size));
      return number === undefined ? undefined : itemAt(items, number);
    },
    get,
    slice: (start = 0, end = size) => [...iterate(toIndex(start, size), toIndex(end, size))],
    changesSince,
    [Symbol.iterator]: () => iterate(0, size),
  });
  vectors.set(list, items);
  return list;
}

function toIndex(index: number, size: number): number {
  const whole = Math.trunc(index) || 0;
  return whole < 0 ? whole + size : whole;
}
