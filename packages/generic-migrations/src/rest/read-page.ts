import type { HttpReply } from '@migration-status/core/adapter';
import { type Checked, refuse } from './checked.ts';
import { toPath, toPointers, valueAt } from './json-pointer.ts';
import { toNumber } from './read-values.ts';
import type { RestItems } from './rest-description.ts';

/** One page of a list. */
export interface Page {
  /** Each is checked by itself, so that one of another shape does not spoil the rest. */
  readonly items: readonly unknown[];
  /** Where the items stand in the body. */
  readonly path: readonly PropertyKey[];
  /** How many there are on all pages; undefined when the answer does not say. */
  readonly total: number | undefined;
  /** How many a full page holds; undefined when the answer does not say. */
  readonly pageSize: number | undefined;
}

/** Finds the items of a page in a body. */
export function checkPage(
  body: unknown,
  described: RestItems,
  headers: HttpReply['headers'] | undefined,
): Checked<Page> {
  const pointers = toPointers(described.items);
  for (const pointer of pointers) {
    const items = valueAt(body, pointer);
    if (!Array.isArray(items)) continue;
    const total = readTotal(body, described.total, headers);
    const pageSize = described.pageSize === undefined ? undefined : countAt(body, described.pageSize);
    return { value: { items, path: toPath(pointer), total, pageSize } };
  }
  const [only = ''] = pointers;
  return pointers.length === 1 ? refuse(toPath(only), 'array') : refuse([], toExpectation(pointers));
}

function toExpectation(pointers: readonly string[]): string {
  const names = pointers.filter((pointer) => pointer !== '').map((pointer) => toPath(pointer).join('.'));
  const below = `an object with one under ${names.join(', ')}`;
  return pointers.includes('') ? `an array, or ${below}` : below.replace(' one ', ' an array ');
}

function readTotal(
  body: unknown,
  described: RestItems['total'],
  headers: HttpReply['headers'] | undefined,
): number | undefined {
  if (typeof described === 'object' && 'header' in described) {
    return toNumber(headers?.get(described.header) ?? undefined);
  }
  return toPointers(described)
    .map((pointer) => countAt(body, pointer))
    .find((count) => count !== undefined);
}

function countAt(body: unknown, pointer: string): number | undefined {
  const count = toNumber(valueAt(body, pointer));
  return Number.isInteger(count) ? count : undefined;
}
