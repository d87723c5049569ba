import {
  type HttpReply,
  type HttpRequest,
  type ListedMigration,
  ProviderResponseError,
  parseBody,
} from '@migration-status/core/adapter';
import { toSchema } from './checked.ts';
import { type PageTarget, toFirstPage, toNextPage } from './next-page.ts';
import { checkPage, type Page } from './read-page.ts';
import { type RefFields, type RestAccount, toRequest } from './rest-account.ts';
import type { RestList } from './rest-description.ts';
import { toError } from './to-failure.ts';
import { checkListed } from './to-listed.ts';

/** A migration as a list shows it. */
export type Listed = ListedMigration<unknown, RefFields>;

/** What a list is asked with, by name. */
export type Given = ReadonlyMap<string, unknown>;

/** A page of a list, with what it shows. */
export interface ListedPage {
  /** Those that no page before has shown. */
  readonly listed: readonly Listed[];
  /** About the first item of another shape; undefined where there is none. */
  readonly error: ProviderResponseError | undefined;
  readonly page: Page;
  readonly reply: HttpReply;
}

/** The pages of a list, one after another; each is asked for when it is wanted. */
export function createPageWalk(outer: RestAccount, described: RestList) {
  const states = { ...outer.description.states, ...described.states };
  const account: RestAccount = { ...outer, description: { ...outer.description, states } };
  const { http, baseUrl, description } = account;
  const { provider } = description;
  const { paging, filter: filterNames = [] } = described;

  async function* walkPages(
    given: Given,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ListedPage, void, undefined> {
    const pageSize = numberOf(given.get('pageSize')) ?? paging?.size?.value;
    const maxPages = numberOf(given.get('maxPages')) ?? Number.MAX_SAFE_INTEGER;
    const seen = new Set<string>();
    const visited = new Set<string>();
    let received = 0;
    let target: PageTarget | undefined = toFirstPage(paging, pageSize);
    for (let pages = 1; target !== undefined && pages <= maxPages; pages += 1) {
      expectUnvisited(target, visited);
      const request = toPageRequest(target, given);
      const reply = await http.send(request, signal);
      if (!reply.isOk) throw toError(reply, description);
      const page = reply.parse(toSchema((body) => checkPage(body, described, reply.headers)));
      const distinctBefore = seen.size;
      yield { ...readItems(page, given, seen), page, reply };
      received += page.items.length;
      const distinct = seen.size;
      const url = request.url ?? `${baseUrl}${request.path}`;
      const far = { pages, received, distinct, isNew: distinct > distinctBefore, pageSize, url };
      target = toNextPage(paging, { body: reply.json(), headers: reply.headers, page, ...far }, provider);
    }
  }

  function readItems(
    page: Page,
    given: Given,
    seen: Set<string>,
  ): { readonly listed: readonly Listed[]; readonly error: ProviderResponseError | undefined } {
    const listed: Listed[] = [];
    let firstError: ProviderResponseError | undefined;
    for (const [index, item] of page.items.entries()) {
      const read = readItem(item, [...page.path, index], given);
      const isMalformed = ProviderResponseError.isInstance(read);
      const identity = isMalformed ? toIdentity(item) : read.key;
      if (seen.has(identity)) continue;
      seen.add(identity);
      if (isMalformed) firstError ??= read;
      else listed.push(read);
    }
    return { listed, error: firstError };
  }

  function toPageRequest(target: PageTarget, given: Given): HttpRequest {
    if (target.url !== undefined) return { url: target.url };
    const filters = filterNames.flatMap((name) => {
      const value = given.get(name);
      return typeof value === 'string' ? [[name, value] as const] : [];
    });
    const { path, query } = described;
    return toRequest({ path, query }, given, [...filters, ...target.query]);
  }

  function readItem(
    item: unknown,
    path: readonly PropertyKey[],
    given: Given,
  ): Listed | ProviderResponseError {
    const schema = toSchema((value) => checkListed(value, given, described, account));
    try {
      return parseBody(schema, item, { provider, path });
    } catch (error) {
      if (ProviderResponseError.isInstance(error)) return error;
      throw error;
    }
  }

  /** A cursor that leads back would be followed for ever. */
  function expectUnvisited(target: PageTarget, visited: Set<string>): void {
    const place = JSON.stringify(target);
    if (visited.has(place)) {
      const message = `${provider}: expected another page at $, got the way back to one before`;
      throw new ProviderResponseError({ provider, path: '$', message });
    }
    visited.add(place);
  }

  return walkPages;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** What stands in for the key of an item without one; the same for all that are nested too deep to be written. */
function toIdentity(item: unknown): string {
  try {
    return JSON.stringify(item);
  } catch {
    return '';
  }
}
