import { compareMoments, itemThen, type Moment } from './item-timeline.ts';
import { numberAt, numbersBetween, type OrderedNumbers } from './ordered-numbers.ts';

/**
 * A list that never changes, of items that have a key each. Lists that were taken one after the other share what is the same
 * in them. An index is found in a few steps, whatever the size. The latest list is the quickest to look into: an older one
 * first works out what has changed since it was taken, or was last looked into.
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
   * those whose keys are gone. It costs no more than what has changed between them, but for a look at all items once in as
   * many changes as there are items. In no particular order; where an item stands is not compared.
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

/** The keys of the items, as they are by now. */
export interface ListKeys<Item> {
  keyOf(item: Item): string;
  numberOf(key: string): number | undefined;
  /** How many have been dropped so far. */
  dropped(): number;
}

/** Makes a list of the items of a moment, in an order of their numbers; the keys are those of that moment too. */
export function createKeyedList<Item>(
  order: OrderedNumbers,
  moment: Moment<Item>,
  keys: ListKeys<Item>,
): KeyedList<Item> {
  return Object.freeze(new MomentList(order, moment, keys));
}

/** A class, because a list is made at every change, and closures for all it can do would be most of that. */
class MomentList<Item> implements KeyedList<Item> {
  readonly size: number;
  readonly #order: OrderedNumbers;
  readonly #moment: Moment<Item>;
  readonly #keys: ListKeys<Item>;
  readonly #dropped: number;
  #byKey: ReadonlyMap<string, Item> | undefined;

  constructor(order: OrderedNumbers, moment: Moment<Item>, keys: ListKeys<Item>) {
    this.size = order.size;
    this.#order = order;
    this.#moment = moment;
    this.#keys = keys;
    this.#dropped = keys.dropped();
  }

  at(index: number): Item | undefined {
    const number = numberAt(this.#order, toIndex(index, this.size));
    return number === undefined ? undefined : itemThen(this.#moment, number);
  }

  get(key: string): Item | undefined {
    const { numberOf, keyOf, dropped } = this.#keys;
    const number = numberOf(key);
    const item = number === undefined ? undefined : itemThen(this.#moment, number);
    if (item !== undefined && keyOf(item) === key) return item;
    if (dropped() === this.#dropped) return undefined;
    // The key may have had another number when this list was the latest: it is gone through, once.
    this.#byKey ??= new Map(Array.from(this, (each) => [keyOf(each), each]));
    return this.#byKey.get(key);
  }

  slice(start = 0, end = this.size): readonly Item[] {
    return [...this.#between(toIndex(start, this.size), toIndex(end, this.size))];
  }

  changesSince(earlier: KeyedList<Item>): ListChanges<Item> {
    if (!(#moment in earlier)) throw new TypeError('changesSince: expected a list of a view');
    const put: Item[] = [];
    const removed: Item[] = [];
    compareMoments(earlier.#moment, this.#moment, (itemBefore, itemAfter) => {
      if (itemAfter !== undefined) put.push(itemAfter);
      if (itemBefore !== undefined && this.get(this.#keys.keyOf(itemBefore)) === undefined)
        removed.push(itemBefore);
    });
    return { put, removed };
  }

  [Symbol.iterator](): Iterator<Item, undefined> {
    return this.#between(0, this.size);
  }

  *#between(start: number, end: number): Generator<Item, undefined> {
    for (const numbers of numbersBetween(this.#order, start, end)) {
      for (const number of numbers) {
        const item = itemThen(this.#moment, number);
        if (item !== undefined) yield item;
      }
    }
  }
}

function toIndex(index: number, size: number): number {
  const whole = Math.trunc(index) || 0;
  return whole < 0 ? whole + size : whole;
}
