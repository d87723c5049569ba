const defaultPageSize = 10;

/**
 * How lists are wrapped, which the vendor does not say: a bare array, or an object with the array under
 * this name.
 */
export type ListEnvelope = 'array' | 'data' | 'items' | 'results' | 'migrations';

/** The envelopes with an object, and the name under which each of them counts the whole list. */
const totalNames = { data: 'total', items: 'total', results: 'count', migrations: 'total_count' } as const;

/** Every `ListEnvelope`. */
export const listEnvelopes = ['array', ...Object.keys(totalNames)];

/** The part of a list that was asked for; pages count from 1. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly page: number;
  readonly pageSize: number;
  readonly total: number;
}

/** Reads `page` and `page_size`; `undefined` when one of them is not a whole number above 0. */
export function pageOf<Item>(all: readonly Item[], query: URLSearchParams): Page<Item> | undefined {
  const page = Number(query.get('page') ?? 1);
  const pageSize = Number(query.get('page_size') ?? defaultPageSize);
  if (!Number.isInteger(page) || !Number.isInteger(pageSize) || page < 1 || pageSize < 1) return undefined;
  const items = all.slice((page - 1) * pageSize, page * pageSize);
  return { items, page, pageSize, total: all.length };
}

/** The body of a list. */
export function wrapPage({ items, page, pageSize, total }: Page<unknown>, envelope: ListEnvelope): unknown {
  if (envelope === 'array') return items;
  return {
    ...(envelope === 'data' && { object: 'list' }),
    [envelope]: items,
    page,
    page_size: pageSize,
    [totalNames[envelope]]: total,
  };
}
