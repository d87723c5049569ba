import type { RowJson } from '@migration-status/core';

/** What rows can be grouped by. */
export type Grouping = 'provider' | 'group' | 'none';

const field = 'group-by';

/** The grouping that the address of the page asks for, after its `#`; undefined where it asks for none that there is. */
export function readGrouping(hash: string): Grouping | undefined {
  return toGrouping(new URLSearchParams(hash.slice(1)).get(field));
}

/** The address with a grouping in it. */
export function withGrouping(hash: string, grouping: Grouping): string {
  const fields = new URLSearchParams(hash.slice(1));
  fields.set(field, grouping);
  return `#${fields}`;
}

/** A word as a grouping; undefined for any other. */
export function toGrouping(word: string | null): Grouping | undefined {
  return word === 'provider' || word === 'group' || word === 'none' ? word : undefined;
}

/** By provider, where there is more than one. */
export function toUsualGrouping(rows: Iterable<RowJson>): Grouping {
  let first: string | undefined;
  for (const { provider } of rows) {
    first ??= provider;
    if (provider !== first) return 'provider';
  }
  return 'none';
}
