/**
 * Items by number, from 0. A vector never changes: another item at a number gives another vector, which shares with it all
 * nodes except those on the way from the root to that number. The way follows from the number, so nothing is searched.
 */
export interface ItemVector<Item> {
  /** How many bits of a number the levels below the root take; 0 where the root is a leaf. */
  readonly shift: number;
  readonly root: Node<Item>;
}

type Node<Item> = Leaf<Item> | Branch<Item>;
type Leaf<Item> = readonly (Item | undefined)[];
type Branch<Item> = readonly (Node<Item> | undefined)[];

/** 32 to a node: a hundred thousand items are four levels. */
const bitsPerLevel = 5;
const width = 1 << bitsPerLevel;

/** A vector without items. */
export function createVector<Item>(): ItemVector<Item> {
  return { shift: 0, root: [] };
}

/** The item at a number; undefined where there is none. */
export function itemAt<Item>(vector: ItemVector<Item>, number: number): Item | undefined {
  if (!hasRoomFor(vector, number)) return undefined;
  let node = vector.root;
  for (let { shift } = vector; ; shift -= bitsPerLevel) {
    if (isLeaf(node, shift)) return node[digitAt(number, shift)];
    node = node[digitAt(number, shift)] ?? [];
  }
}

/** The vector with an item at a number, or with none where that is undefined. */
export function withItem<Item>(
  vector: ItemVector<Item>,
  number: number,
  item: Item | undefined,
): ItemVector<Item> {
  let { root, shift } = vector;
  for (; !hasRoomFor({ shift }, number); shift += bitsPerLevel) root = [root];
  return { shift, root: withItemBelow(root, shift, number, item) };
}

function withItemBelow<Item>(
  node: Node<Item>,
  shift: number,
  number: number,
  item: Item | undefined,
): Node<Item> {
  const digit = digitAt(number, shift);
  if (isLeaf(node, shift)) {
    const items = node.slice();
    items[digit] = item;
    return items;
  }
  const children = node.slice();
  children[digit] = withItemBelow(children[digit] ?? [], shift - bitsPerLevel, number, item);
  return children;
}

/**
 * Calls back for every number at which two vectors differ. Nodes that they share are passed over, so that it costs no more
 * than what has come between them.
 */
export function compareVectors<Item>(
  before: ItemVector<Item>,
  after: ItemVector<Item>,
  tell: (itemBefore: Item | undefined, itemAfter: Item | undefined) => void,
): void {
  const shift = Math.max(before.shift, after.shift);
  compareNodes(deepen(before, shift), deepen(after, shift), shift, tell);
}

/** The root of a vector, as if it had as many levels as another one. */
function deepen<Item>({ root, shift }: ItemVector<Item>, wanted: number): Node<Item> {
  let node = root;
  for (let level = shift; level < wanted; level += bitsPerLevel) node = [node];
  return node;
}

function compareNodes<Item>(
  before: Node<Item>,
  after: Node<Item>,
  shift: number,
  tell: (itemBefore: Item | undefined, itemAfter: Item | undefined) => void,
): void {
  if (before === after) return;
  for (let digit = 0; digit < Math.max(before.length, after.length); digit += 1) {
    if (isLeaf(before, shift) && isLeaf(after, shift)) {
      if (before[digit] !== after[digit]) tell(before[digit], after[digit]);
    } else if (!isLeaf(before, shift) && !isLeaf(after, shift)) {
      compareNodes(before[digit] ?? [], after[digit] ?? [], shift - bitsPerLevel, tell);
    }
  }
}

/** What a node is follows from its level alone: items are anything, also arrays. */
function isLeaf<Item>(_node: Node<Item>, shift: number): _node is Leaf<Item> {
  return shift === 0;
}

function hasRoomFor({ shift }: { readonly shift: number }, number: number): boolean {
  return number >>> shift < width;
}

function digitAt(number: number, shift: number): number {
  return (number >>> shift) & (width - 1);
}
