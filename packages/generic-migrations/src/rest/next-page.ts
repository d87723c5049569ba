import { type HttpReply, ProviderResponseError } from '@migration-status/core/adapter';
import { valueAt } from './json-pointer.ts';
import type { Page } from './read-page.ts';
import { toText, toWord } from './read-values.ts';
import type { RestPageSize, RestPaging } from './rest-description.ts';

/** What of a list is asked for: further query parameters, or a URL that the API handed out. */
export type PageTarget =
  | { readonly query: readonly (readonly [name: string, value: string])[]; readonly url?: never }
  | { readonly url: string; readonly query?: never };

/** A page that was read, and how far the walk has come with it. */
export interface WalkedPage {
  readonly body: unknown;
  readonly headers: HttpReply['headers'];
  readonly page: Page;
  /** How many pages were read, this one with them. */
  readonly pages: number;
  /** How many items were received, on all pages. */
  readonly received: number;
  /** How many of them differ. */
  readonly distinct: number;
  /** Whether this page brought any that were not there before. */
  readonly isNew: boolean;
  /** How many a page was asked to hold; undefined where that is left to the API. */
  readonly pageSize: number | undefined;
  /** Where the list is, without its query. */
  readonly url: string;
}

/** The first page of a list. */
export function toFirstPage(paging: RestPaging | undefined, pageSize: number | undefined): PageTarget {
  if (paging === undefined) return { query: [] };
  const size = toSizeQuery(paging.size, pageSize);
  if (paging.type === 'page') return { query: [[paging.parameter, String(paging.first ?? 1)], ...size] };
  if (paging.type === 'offset') return { query: [[paging.parameter, '0'], ...size] };
  return { query: size };
}

/**
 * The page after one; undefined after the last. Throws a `ProviderResponseError` where the page leads to another origin, which
 * must not be given the credentials.
 */
export function toNextPage(
  paging: RestPaging | undefined,
  walked: WalkedPage,
  provider: string,
): PageTarget | undefined {
  switch (paging?.type) {
    case undefined:
      return undefined;
    case 'page': {
      const number = (paging.first ?? 1) + walked.pages;
      return goesOn(walked) ? toNumbered(paging.parameter, number, paging.size, walked) : undefined;
    }
    case 'offset':
      return goesOn(walked) ? toNumbered(paging.parameter, walked.received, paging.size, walked) : undefined;
    case 'cursor': {
      const isLast = paging.hasMore !== undefined && valueAt(walked.body, paging.hasMore) === false;
      const cursor = isLast ? undefined : toWord(valueAt(walked.body, paging.pointer));
      if (cursor === undefined || cursor === '') return undefined;
      return { query: [[paging.parameter, cursor], ...toSizeQuery(paging.size, walked.pageSize)] };
    }
    case 'next_link': {
      const isLast = paging.isLast !== undefined && valueAt(walked.body, paging.isLast) === true;
      return isLast ? undefined : toLinked(toText(valueAt(walked.body, paging.pointer)), walked, provider);
    }
    case 'link_header':
      return toLinked(parseNextLink(walked.headers.get('link')), walked, provider);
  }
}

/**
 * The URL of the next page in a `Link` header, as RFC 8288 writes it; undefined where there is none.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8288#section-3
 */
export function parseNextLink(header: string | null): string | undefined {
  for (const [, url, parameters = ''] of (header ?? '').matchAll(link)) {
    const [, quoted, bare] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]+))/i.exec(parameters) ?? [];
    const relations = (quoted ?? bare ?? '').toLowerCase().split(/\s+/);
    if (relations.includes('next')) return url;
  }
  return undefined;
}

const link = /<([^>]*)>((?:\s*;\s*[^\s=;,]+\s*=\s*(?:"[^"]*"|[^\s;,"]*))*)/g;

/** A page that is not full is the last one, unless the page counts more on the others. */
function goesOn({ page, pageSize, distinct, isNew }: WalkedPage): boolean {
  const fullSize = page.pageSize ?? pageSize;
  const isFull = fullSize === undefined || page.items.length >= fullSize;
  return isNew && (isFull || distinct < (page.total ?? 0));
}

function toNumbered(
  parameter: string,
  number: number,
  size: RestPageSize | undefined,
  { pageSize }: WalkedPage,
): PageTarget {
  return { query: [[parameter, String(number)], ...toSizeQuery(size, pageSize)] };
}

function toSizeQuery(size: RestPageSize | undefined, pageSize: number | undefined) {
  return size === undefined ? [] : [[size.parameter, String(pageSize ?? size.value)] as const];
}

function toLinked(next: string | undefined, { url }: WalkedPage, provider: string): PageTarget | undefined {
  if (next === undefined) return undefined;
  const target = URL.parse(next, url);
  if (target !== null && target.origin === new URL(url).origin) return { url: target.href };
  const message = `${provider}: expected the next page at the same origin, got a link to another`;
  throw new ProviderResponseError({ provider, path: '$', message });
}
