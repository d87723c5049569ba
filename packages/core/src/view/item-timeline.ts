/**
 * Items by number, from 0, as they are and as they were. They lie in an array that is changed in place, so that a change
 * touches one place of it, however many there are. Each change is noted in a link that the next one hangs on: from a moment,
 * the links lead to the present. Nothing leads back, so what was before goes with the last who knows the moment.
 */
export interface ItemTimeline<Item> {
  /** The item that is at a number; undefined where there is none. */
  itemAt(number: number): Item | undefined;
  /** Puts an item at a number, or takes it away where that is undefined. */
  put(number: number, item: Item | undefined): void;
  /** How everything stands, for {@link itemThen}. */
  toMoment(): Moment<Item>;
}

/** How the items of a timeline stood once. */
export interface Moment<Item> {
  /** As they are, or as they were at the end of their era. */
  readonly items: Items<Item>;
  /** The first change after this moment; still empty while there is none. */
  readonly first: Change<Item>;
  /** The first change that nobody has looked at from this moment. */
  unseen: Change<Item>;
  /** What was, by number, where that was another item than there is in the array. */
  changed: Map<number, Item | undefined> | undefined;
}

type Items<Item> = readonly (Item | undefined)[];

/** An item was taken from a number. It is empty until it has happened. */
interface Change<Item> {
  number: number;
  before: Item | undefined;
  /** There as soon as it has happened: the one that is to come. */
  next: Change<Item> | undefined;
}

/**
 * An era has as many changes as there are items, and at least these; then the items go on in a copy. So a moment that is
 * never let go of holds no more changes than that.
 */
const shortestEra = 256;

/** Makes a timeline without items. */
export function createTimeline<Item>(): ItemTimeline<Item> {
  let items: (Item | undefined)[] = [];
  let present: Change<Item> = createChange();
  let changes = 0;
  /** Changes that no moment of the era knows to be after it are not noted. */
  let isWatched = false;

  function beginEra(): void {
    items = items.slice();
    present = createChange();
    changes = 0;
    isWatched = false;
  }

  function put(number: number, item: Item | undefined): void {
    if (isWatched) {
      if (changes >= Math.max(items.length, shortestEra)) beginEra();
      else note(number);
    }
    // No gaps: a list of that kind is slower to read.
    while (items.length < number) items.push(undefined);
    items[number] = item;
  }

  function note(number: number): void {
    const next: Change<Item> = createChange();
    present.number = number;
    present.before = items[number];
    present.next = next;
    present = next;
    changes += 1;
  }

  return {
    itemAt: (number) => items[number],
    put,
    toMoment() {
      isWatched = true;
      return { items, first: present, unseen: present, changed: undefined };
    },
  };
}

function createChange<Item>(): Change<Item> {
  return { number: 0, before: undefined, next: undefined };
}

/** The item that was at a number; undefined where there was none. */
export function itemThen<Item>(moment: Moment<Item>, number: number): Item | undefined {
  if (moment.unseen.next !== undefined) catchUp(moment);
  const { items, changed } = moment;
  return changed?.has(number) ? changed.get(number) : items[number];
}

/** Of all changes of a number the first one took away what was there. */
function catchUp<Item>(moment: Moment<Item>): void {
  moment.changed ??= new Map();
  const { changed } = moment;
  let { unseen } = moment;
  for (; unseen.next !== undefined; unseen = unseen.next) {
    if (!changed.has(unseen.number)) changed.set(unseen.number, unseen.before);
  }
  moment.unseen = unseen;
}

/**
 * Calls back for every number at which two moments differ. It looks at what has changed between them, or at everything where
 * they are of different eras.
 */
export function compareMoments<Item>(
  before: Moment<Item>,
  after: Moment<Item>,
  tell: (itemBefore: Item | undefined, itemAfter: Item | undefined) => void,
): void {
  for (const number of numbersBetween(before, after)) {
    const [itemBefore, itemAfter] = [itemThen(before, number), itemThen(after, number)];
    if (itemBefore !== itemAfter) tell(itemBefore, itemAfter);
  }
}

function numbersBetween<Item>(a: Moment<Item>, b: Moment<Item>): Iterable<number> {
  if (a.items !== b.items) return Array(Math.max(a.items.length, b.items.length)).keys();
  return numbersFrom(a.first, b.first) ?? numbersFrom(b.first, a.first) ?? [];
}

/** The numbers that have changed from one change up to another; undefined where that was earlier. */
function numbersFrom<Item>(first: Change<Item>, end: Change<Item>): ReadonlySet<number> | undefined {
  const numbers = new Set<number>();
  for (let change = first; change !== end; change = change.next) {
    if (change.next === undefined) return undefined;
    numbers.add(change.number);
  }
  return numbers;
}
