import { createKeyIndex } from '../engine/key-index.ts';
import { createTimeline } from './item-timeline.ts';
import { createKeyedList, type KeyedList, type ListKeys } from './keyed-list.ts';
import { noNumbers, withNumber, withoutNumber } from './ordered-numbers.ts';
import { compareSortKeys, type SortKey } from './sort-key.ts';

/**
 * A list that changes, and gives a {@link KeyedList} of how it stands. Each of its keys has a number, from 0 up, by which
 * its owner can note more about it in arrays of its own; the number of a key that was dropped is given out again.
 */
export interface ListKeeper<Item> {
  /** The number of a key; undefined where it has none. */
  numberOf(key: string): number | undefined;
  /** Gives a key a number, and its turn among equals after all others, whether there is an item of it or not. */
  add(key: string): number;
  /** Takes the item of a key out of the list, and forgets its number and its turn. */
  drop(key: string): void;
  /** The item in the list; undefined where there is none. */
  itemOf(number: number): Item | undefined;
  /** Puts an item into the list, or another one in its place; moves it where its sort key has become another. */
  put(number: number, item: Item, sortKey: SortKey): void;
  /** Takes the item out of the list; does nothing where there is none. */
  remove(number: number): void;
  /** The list as it is: the same object until it changes. */
  toList(): KeyedList<Item>;
}

/** Makes an empty list of items, each of which says its key. */
export function createListKeeper<Item>(keyOf: (item: Item) => string): ListKeeper<Item> {
  /** By number; empty where it is free. */
  const keys: string[] = [];
  const numbers = createKeyIndex((number) => keys[number] ?? '');
  const freeNumbers: number[] = [];
  const sortKeys: SortKey[] = [];
  const turns: number[] = [];
  let lastTurn = 0;
  let dropped = 0;
  const { itemAt, put: putItem, toMoment } = createTimeline<Item>();
  let order = noNumbers;
  let list: KeyedList<Item> | undefined;
  const listKeys: ListKeys<Item> = { keyOf, numberOf: numbers.find, dropped: () => dropped };

  function compare(a: number, b: number): number {
    return compareSortKeys(sortKeys[a], sortKeys[b]) || (turns[a] ?? 0) - (turns[b] ?? 0);
  }

  function add(key: string): number {
    const number = freeNumbers.pop() ?? turns.length;
    lastTurn += 1;
    turns[number] = lastTurn;
    keys[number] = key;
    sortKeys[number] = undefined;
    numbers.add(key, number);
    return number;
  }

  function drop(key: string): void {
    const number = numbers.find(key);
    if (number === undefined) return;
    remove(number);
    numbers.remove(key);
    keys[number] = '';
    freeNumbers.push(number);
    dropped += 1;
  }

  function put(number: number, item: Item, sortKey: SortKey): void {
    const isListed = itemAt(number) !== undefined;
    const isInPlace = isListed && compareSortKeys(sortKeys[number], sortKey) === 0;
    if (isListed && !isInPlace) order = withoutNumber(order, number, compare);
    if (!isInPlace) {
      sortKeys[number] = sortKey;
      order = withNumber(order, number, compare);
    }
    putItem(number, item);
    list = undefined;
  }

  function remove(number: number): void {
    if (itemAt(number) === undefined) return;
    order = withoutNumber(order, number, compare);
    putItem(number, undefined);
    // A sort key may be of any size.
    sortKeys[number] = undefined;
    list = undefined;
  }

  return {
    numberOf: numbers.find,
    add,
    drop,
    itemOf: itemAt,
    put,
    remove,
    toList() {
      list ??= createKeyedList(order, toMoment(), listKeys);
      return list;
    },
  };
}
