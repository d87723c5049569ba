/** A list of row ids, first in first out. Made by {@link createIdList}, changed by {@link IdLists} only. */
export interface IdList {
  first: number;
  last: number;
  size: number;
}

/** Any number of lists over the same ids; an id is in one list at most. */
export interface IdLists {
  append(list: IdList, id: number): void;
  /** Takes an id out of the list that it is in. */
  remove(list: IdList, id: number): void;
  /** Takes the first out; undefined when the list is empty. */
  shift(list: IdList): number | undefined;
  /** The ids in order; the list must not change meanwhile. */
  each(list: IdList): Iterable<number>;
  /** That many ids are to be expected in all: room is made for them when there is need for more. */
  reserve(count: number): void;
}

const none = -1;

export function createIdList(): IdList {
  return { first: none, last: none, size: 0 };
}

/** Makes lists that keep two numbers per id and nothing per list but its ends, so that a row in a list costs eight bytes. */
export function createIdLists(): IdLists {
  let next = new Int32Array(256);
  let previous = new Int32Array(256);
  let expected = 0;

  function makeRoom(id: number): void {
    if (id < next.length) return;
    const length = Math.max(id + 1, Math.ceil(next.length * 1.25), expected);
    next = toLonger(next, length);
    previous = toLonger(previous, length);
  }

  function remove(list: IdList, id: number): void {
    const before = previous[id] ?? none;
    const after = next[id] ?? none;
    if (before === none) list.first = after;
    else next[before] = after;
    if (after === none) list.last = before;
    else previous[after] = before;
    list.size -= 1;
  }

  return {
    append(list, id) {
      makeRoom(id);
      previous[id] = list.last;
      next[id] = none;
      if (list.last === none) list.first = id;
      else next[list.last] = id;
      list.last = id;
      list.size += 1;
    },
    remove,
    shift(list) {
      const { first } = list;
      if (first === none) return undefined;
      remove(list, first);
      return first;
    },
    *each({ first }) {
      for (let id = first; id !== none; id = next[id] ?? none) yield id;
    },
    reserve(count) {
      expected = count;
    },
  };
}

function toLonger(numbers: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length);
  longer.set(numbers);
  return longer;
}
