/** One value to sort by. Numbers come before strings; nothing, and `NaN`, come last. */
export type SortValue = string | number | undefined;

/** What a row is sorted by: one value, or several of which the first that differs decides. */
export type SortKey = SortValue | readonly SortValue[];

/** Below 0 when `a` comes before `b`, 0 when neither does. Strings are compared by code units. */
export function compareSortKeys(a: SortKey, b: SortKey): number {
  if (a === b) return 0;
  if (!isList(a) && !isList(b)) return compareValues(a, b);
  const left = isList(a) ? a : [a];
  const right = isList(b) ? b : [b];
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = compareValues(left[index], right[index]);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function isList(key: SortKey): key is readonly SortValue[] {
  return Array.isArray(key);
}

/** The rank of what is neither a number nor a string; such values are all alike. */
const unordered = 2;

function compareValues(a: SortValue, b: SortValue): number {
  const rank = rankOf(a);
  const difference = rank - rankOf(b);
  if (difference !== 0 || rank === unordered || a === undefined || b === undefined) return difference;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Every value has its place, whatever a function without types returns: an order with gaps would lose rows. */
function rankOf(value: unknown): number {
  if (typeof value === 'number') return Number.isNaN(value) ? unordered : 0;
  return typeof value === 'string' ? 1 : unordered;
}
