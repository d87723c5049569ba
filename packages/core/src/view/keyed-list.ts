import { type ItemVector, itemAt } from './item-vector.ts';
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
}

/** Makes a list of the items of a vector, in an order of their numbers. */
export function toKeyedList<Item>(
  order: OrderedNumbers,
  items: ItemVector<Item>,
  get: (key: string) => Item | undefined,
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

  return Object.freeze({
    size,
    at(index: number) {
      const number = numberAt(order, toIndex(index, size));
      return number === undefined ? undefined : itemAt(items, number);
    },
    get,
    slice: (start = 0, end = size) => [...iterate(toIndex(start, size), toIndex(end, size))],
    [Symbol.iterator]: () => iterate(0, size),
  });
}

function toIndex(index: number, size: number): number {
  const whole = Math.trunc(index) || 0;
  return whole < 0 ? whole + size : whole;
}
