/** Below 0 when number `a` comes before number `b`; 0 only for a number and itself. */
export type CompareNumbers = (a: number, b: number) => number;

/**
 * Numbers in an order that is somebody else's to know. A tree never changes: with a number more or less it is another tree,
 * which shares with it all nodes except those on the way from the root to that number. While a number is in the latest tree
 * it must compare as it did when it came; older trees keep their order whatever becomes of it.
 */
export type OrderedNumbers = Leaf | Branch;

interface Leaf {
  readonly isLeaf: true;
  /** How many numbers are below this node. */
  readonly size: number;
  readonly numbers: readonly number[];
}

interface Branch {
  readonly isLeaf: false;
  readonly size: number;
  /** The first number below each child. */
  readonly numbers: readonly number[];
  readonly children: readonly OrderedNumbers[];
}

/** The most numbers of a node. */
const width = 32;

/** Two neighbours that have no more than this together become one; well below the width, so that they stay one. */
const joinedWidth = 24;

/** No numbers. */
export const noNumbers: OrderedNumbers = { isLeaf: true, size: 0, numbers: [] };

/** The tree with a number that it does not have yet. */
export function withNumber(tree: OrderedNumbers, number: number, compare: CompareNumbers): OrderedNumbers {
  const nodes = withNumberBelow(tree, number, compare);
  const [node = tree, ...others] = nodes;
  return others.length === 0 ? node : toBranch(nodes.map(firstOf), nodes);
}

/** The tree without a number that it has. */
export function withoutNumber(tree: OrderedNumbers, number: number, compare: CompareNumbers): OrderedNumbers {
  let node = withoutNumberBelow(tree, number, compare);
  while (!node.isLeaf && node.children.length < 2) node = childAt(node, 0);
  return node;
}

/** The number at an index from 0; undefined where there is none. */
export function numberAt(tree: OrderedNumbers, index: number): number | undefined {
  if (tree.isLeaf) return tree.numbers[index];
  let rest = index;
  for (const child of tree.children) {
    if (rest < child.size) return numberAt(child, rest);
    rest -= child.size;
  }
  return undefined;
}

/** The numbers with an index from `start` up to `end`, some at a time. */
export function* numbersBetween(
  tree: OrderedNumbers,
  start: number,
  end: number,
): Generator<readonly number[], undefined> {
  if (tree.isLeaf) {
    yield tree.numbers.slice(Math.max(start, 0), Math.max(end, 0));
    return;
  }
  let offset = 0;
  for (const child of tree.children) {
    if (offset >= end) return;
    if (offset + child.size > start) yield* numbersBetween(child, start - offset, end - offset);
    offset += child.size;
  }
}

/** How many of some numbers come before a number, itself included. */
function countUpTo(numbers: readonly number[], number: number, compare: CompareNumbers): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(numbers[middle] ?? number, number) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function indexOfChild({ numbers }: Branch, number: number, compare: CompareNumbers): number {
  return Math.max(countUpTo(numbers, number, compare) - 1, 0);
}

function childAt({ children }: Branch, index: number): OrderedNumbers {
  return children[index] ?? noNumbers;
}

/** The first number of a node that has any. */
function firstOf({ numbers: [first = 0] }: OrderedNumbers): number {
  return first;
}

function toLeaf(numbers: readonly number[]): Leaf {
  return { isLeaf: true, size: numbers.length, numbers };
}

function toBranch(
  numbers: readonly number[],
  children: readonly OrderedNumbers[],
  size = sumOfSizes(children),
): Branch {
  return { isLeaf: false, size, numbers, children };
}

function sumOfSizes(nodes: readonly OrderedNumbers[]): number {
  return nodes.reduce((sum, { size }) => sum + size, 0);
}

/** A branch with other nodes for some neighbouring children. The rest is not looked at. */
function withChildren(
  { numbers, children, size }: Branch,
  index: number,
  count: number,
  nodes: readonly OrderedNumbers[],
): Branch {
  const taken = sumOfSizes(children.slice(index, index + count));
  return toBranch(
    numbers.toSpliced(index, count, ...nodes.map(firstOf)),
    children.toSpliced(index, count, ...nodes),
    size - taken + sumOfSizes(nodes),
  );
}

/** One node, or the two that it was split into. */
function withNumberBelow(
  tree: OrderedNumbers,
  number: number,
  compare: CompareNumbers,
): readonly OrderedNumbers[] {
  if (tree.isLeaf) {
    const index = countUpTo(tree.numbers, number, compare);
    return split(toLeaf(tree.numbers.toSpliced(index, 0, number)), index);
  }
  const index = indexOfChild(tree, number, compare);
  const nodes = withNumberBelow(childAt(tree, index), number, compare);
  return split(withChildren(tree, index, 1, nodes), index + 1);
}

/**
 * Splits what is too wide: in the middle, or before the last one where that was added, so that a list that grows at its end
 * has full nodes.
 */
function split(tree: OrderedNumbers, addedAt: number): readonly OrderedNumbers[] {
  const { length } = tree.numbers;
  if (length <= width) return [tree];
  const middle = addedAt === length - 1 ? addedAt : length >>> 1;
  return [slicePart(tree, 0, middle), slicePart(tree, middle, length)];
}

function slicePart(tree: OrderedNumbers, start: number, end: number): OrderedNumbers {
  const numbers = tree.numbers.slice(start, end);
  return tree.isLeaf ? toLeaf(numbers) : toBranch(numbers, tree.children.slice(start, end));
}

function withoutNumberBelow(tree: OrderedNumbers, number: number, compare: CompareNumbers): OrderedNumbers {
  if (tree.isLeaf) return toLeaf(tree.numbers.toSpliced(tree.numbers.indexOf(number), 1));
  const index = indexOfChild(tree, number, compare);
  const child = withoutNumberBelow(childAt(tree, index), number, compare);
  if (child.size === 0) return withChildren(tree, index, 1, []);
  const before = join(tree.children[index - 1], child);
  if (before) return withChildren(tree, index - 1, 2, [before]);
  const after = join(child, tree.children[index + 1]);
  if (after) return withChildren(tree, index, 2, [after]);
  return withChildren(tree, index, 1, [child]);
}

/** Two neighbours as one node; undefined where there are not two, or where they have too much together. */
function join(
  left: OrderedNumbers | undefined,
  right: OrderedNumbers | undefined,
): OrderedNumbers | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (left.numbers.length + right.numbers.length > joinedWidth) return undefined;
  const numbers = [...left.numbers, ...right.numbers];
  if (left.isLeaf || right.isLeaf) return toLeaf(numbers);
  return toBranch(numbers, [...left.children, ...right.children]);
}
