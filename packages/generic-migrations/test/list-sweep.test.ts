import { createTracker, MigrationStatusError } from '@migration-status/core';
import { describe, expect, it } from 'vitest';
import { createRecordingFetch } from '../../../test/support/recording-fetch.ts';
import { createGenericMigrationsAdapter } from '../src/generic-migrations-adapter.ts';
import type { GenericMigrationsAdapterOptions } from '../src/generic-migrations-options.ts';
import { isPageWorthwhile, type SweepProgress } from '../src/list-sweep.ts';

const toIds = (count: number, name = 'm') => Array.from({ length: count }, (_, index) => `${name}${index}`);
const toRefs = (ids: readonly string[]) => ids.map((migrationId) => ({ migrationId }));
const toKey = (id: string) => `generic-migrations/${id}`;

interface Api {
  /** The migrations in the order of the list. */
  readonly listed?: readonly string[];
  /** Those that the list does not show. */
  readonly hidden?: readonly string[];
  readonly tellsTotal?: boolean;
  /** Answers in the place of the API; undefined where it answers itself. */
  readonly instead?: (path: string, count: number) => Response | undefined;
  readonly listSweep?: GenericMigrationsAdapterOptions['listSweep'];
}

/** The API with a list, and the paths that were asked for. */
function createApi({ listed = [], hidden = [], tellsTotal = false, instead, listSweep = {} }: Api) {
  const paths: string[] = [];
  const toMigration = (id: string) => ({ id, status: 'COMPLETE' });
  const { fetch } = createRecordingFetch(({ url }) => {
    const { pathname, searchParams } = new URL(url);
    const path = pathname.slice('/api/v1/migrations'.length);
    paths.push(path === '' ? `list ${searchParams.get('page')}` : path.slice(1));
    const answer = instead?.(path, paths.length);
    if (answer) return answer;
    if (path !== '') {
      const id = path.slice(1);
      const isKnown = [...listed, ...hidden].includes(id);
      return isKnown ? Response.json(toMigration(id)) : Response.json({ detail: 'none' }, { status: 404 });
    }
    const size = Number(searchParams.get('page_size'));
    const from = (Number(searchParams.get('page')) - 1) * size;
    const data = listed.slice(from, from + size).map(toMigration);
    return Response.json(tellsTotal ? { data, total: listed.length } : { data });
  });
  const adapter = createGenericMigrationsAdapter({ apiKey: 'anon_key', fetch, listSweep });
  return {
    adapter,
    paths,
    async read(ids: readonly string[], signal?: AbortSignal) {
      const results = await adapter.getStatuses?.(toRefs(ids), { signal });
      return ids.map((id) => {
        const result = results?.get(toKey(id));
        return MigrationStatusError.isInstance(result) ? result.code : result?.state;
      });
    },
  };
}

const succeeded = (count: number) => Array.from({ length: count }, () => 'succeeded');

describe('another page', () => {
  const progress: SweepProgress = { missing: 10, found: 5, pagesLeft: undefined, pagesAllowed: 5 };
  it.each<[string, Partial<SweepProgress>, boolean]>([
    ['the one before brought several', {}, true],
    ['the one before brought one', { found: 1 }, false],
    ['one is missing', { missing: 1 }, false],
    ['fewer are left than are missing', { pagesLeft: 5, found: 0 }, true],
    ['as many are left as are missing', { pagesLeft: 5, missing: 5 }, false],
    ['more are left than may be read, and the one before brought one', { pagesLeft: 6, found: 1 }, false],
    ['more are left than may be read, and the one before brought several', { pagesLeft: 6 }, true],
  ])('where %s: %s', (_title, change, isWorthwhile) => {
    expect(isPageWorthwhile({ ...progress, ...change })).toBe(isWorthwhile);
  });
});

describe('a sweep of the list', () => {
  it('reads many in as many requests as they fill pages', async () => {
    const ids = toIds(45);
    const { read, paths } = createApi({ listed: ids, listSweep: { pageSize: 20 } });
    expect(await read(ids)).toEqual(succeeded(45));
    expect(paths).toEqual(['list 1', 'list 2', 'list 3']);
  });

  it('takes an id for the same in upper and lower case', async () => {
    const { read, paths } = createApi({ listed: ['ABC', 'def'] });
    expect(await read(['abc', 'DEF'])).toEqual(succeeded(2));
    expect(paths).toEqual(['list 1']);
  });

  it('reads what the list does not show by itself, and calls nothing missing that it has not asked for', async () => {
    const { read, paths } = createApi({ listed: toIds(5), hidden: ['hidden'] });
    expect(await read([...toIds(5), 'hidden', 'gone'])).toEqual([...succeeded(6), 'not_found']);
    expect(paths).toEqual(['list 1', 'hidden', 'gone']);
  });

  it('ends where pages bring no more than a read of one does', async () => {
    const listed = [...toIds(100, 'old'), ...toIds(5)];
    const { read, paths } = createApi({ listed });
    expect(await read(toIds(5))).toEqual(succeeded(5));
    expect(paths).toEqual(['list 1', ...toIds(5)]);
  });

  it('goes on to the end of a list that is known to be short enough', async () => {
    const listed = [...toIds(25, 'old'), ...toIds(5)];
    const { read, paths } = createApi({ listed, tellsTotal: true });
    expect(await read(toIds(5))).toEqual(succeeded(5));
    expect(paths).toEqual(['list 1', 'list 2', 'list 3']);
  });

  it('reads no more pages than it may', async () => {
    const { read, paths } = createApi({ listed: toIds(60), listSweep: { pageSize: 10, maxPages: 2 } });
    expect(await read(toIds(25))).toEqual(succeeded(25));
    expect(paths).toEqual(['list 1', 'list 2', ...toIds(25).slice(20)]);
  });

  it('does not walk on for an end that it may not reach', async () => {
    const listed = [...toIds(35, 'old'), ...toIds(5)];
    const { read, paths } = createApi({ listed, tellsTotal: true, listSweep: { maxPages: 3 } });
    expect(await read(toIds(5))).toEqual(succeeded(5));
    expect(paths).toEqual(['list 1', ...toIds(5)]);
  });

  it('is not made for one', async () => {
    const { read, paths } = createApi({ listed: toIds(5) });
    expect(await read(['m3'])).toEqual(succeeded(1));
    expect(paths).toEqual(['m3']);
  });

  it.each([
    ['is refused', () => Response.json({ detail: 'no' }, { status: 403 })],
    ['is not there', () => new Response('<html>', { status: 404, headers: { 'content-type': 'text/html' } })],
    ['is none', () => Response.json({ migrations: 'many' })],
    ['is broken', () => Response.json({}, { status: 500 })],
  ])('leaves all to be read by themselves where the list %s', async (_title, answer) => {
    const { read, paths } = createApi({
      hidden: toIds(9),
      instead: (path) => (path === '' ? answer() : undefined),
    });
    expect(await read(toIds(9))).toEqual(succeeded(9));
    expect(paths).toEqual(['list 1', ...toIds(9)]);
  });

  it.each([
    [429, 'throttled'],
    [401, 'unauthorized'],
  ])('asks for nothing more once it is answered with %i', async (status, code) => {
    const { read, paths } = createApi({ instead: () => Response.json({}, { status }) });
    expect(await read(toIds(9))).toEqual(Array.from({ length: 9 }, () => code));
    expect(paths).toEqual(['list 1']);
  });

  it('keeps what it found before a page failed', async () => {
    const ids = toIds(20);
    const { read } = createApi({
      listed: ids,
      instead: (_path, count) => (count > 1 ? Response.json({}, { status: 429 }) : undefined),
    });
    expect(await read(ids)).toEqual([...succeeded(10), ...Array.from({ length: 10 }, () => 'throttled')]);
  });

  it('reads by itself what the list shows in another shape', async () => {
    const page = [{ id: 'm0', status: 7 }, ...['m1', 'm2'].map((id) => ({ id, status: 'COMPLETE' }))];
    const { read, paths } = createApi({
      hidden: toIds(3),
      instead: (path) => (path === '' ? Response.json(page) : undefined),
    });
    expect(await read(toIds(3))).toEqual(succeeded(3));
    expect(paths).toEqual(['list 1', 'm0']);
  });

  it('hands on what the headers of the list ask for', async () => {
    const data = toIds(2).map((id) => ({ id, status: 'WORKING' }));
    const headers = { 'retry-after': '7', ratelimit: '"default";r=9;t=30' };
    const { adapter } = createApi({ instead: () => Response.json({ data }, { headers }) });
    const results = await adapter.getStatuses?.(toRefs(toIds(2)));
    expect([...(results?.values() ?? [])]).toEqual(
      data.map((native) =>
        expect.objectContaining({ native, retryAfterMs: 7000, rateLimit: { remaining: 9, resetMs: 30_000 } }),
      ),
    );
  });

  it('asks a few more, and not for all, in an outage', async () => {
    const { read, paths } = createApi({ instead: () => Response.json({}, { status: 503 }) });
    expect(await read(toIds(80))).toEqual(Array.from({ length: 80 }, () => 'server_error'));
    expect(paths.length).toBeLessThanOrEqual(5);
  });

  it('does not ask on after a read of one is throttled', async () => {
    const { read, paths } = createApi({
      hidden: toIds(50),
      instead: (path) => (path === '/m7' ? Response.json({}, { status: 429 }) : undefined),
    });
    const states = await read(toIds(50));
    expect(states.filter((state) => state === 'succeeded').length).toBeGreaterThanOrEqual(7);
    expect(states.at(-1)).toBe('throttled');
    expect(paths.length).toBeLessThan(15);
  });

  it('is ended by an abort', async () => {
    const { read } = createApi({ listed: toIds(5) });
    await expect(read(toIds(5), AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });

  it('lets a tracker follow many in few requests', async () => {
    const ids = toIds(60);
    const { adapter, paths } = createApi({ listed: ids, listSweep: { pageSize: 30 } });
    await using tracker = createTracker({ adapters: [adapter] });
    const handles = toRefs(ids).map((ref) => tracker.track(adapter, ref));
    const states = await Promise.all(handles.map(async (handle) => (await handle.settled()).state));
    expect(states).toEqual(succeeded(60));
    expect(paths.length).toBeLessThanOrEqual(4);
  });
});

describe('the option', () => {
  it('is off by default', () => {
    const adapter = createGenericMigrationsAdapter({ apiKey: 'anon_key' });
    expect([adapter.capabilities.maxBatchSize, adapter.getStatuses]).toEqual([1, undefined]);
  });

  it('lets as many go together as the pages hold, and a hundred at most', () => {
    const sizeOf = (listSweep: GenericMigrationsAdapterOptions['listSweep']) =>
      createGenericMigrationsAdapter({ apiKey: 'anon_key', listSweep }).capabilities.maxBatchSize;
    expect([sizeOf({ pageSize: 10, maxPages: 3 }), sizeOf({ pageSize: 50 })]).toEqual([30, 100]);
  });

  it.each([
    [{ listSweep: { pageSize: 0 } }, 'listSweep.pageSize'],
    [{ listSweep: { pages: 1 } as object }, 'listSweep'],
    [{ listSweep: {}, taskProgress: true }, 'listSweep'],
  ])('is refused where it cannot be: %j', (options, option) => {
    expect(() => createGenericMigrationsAdapter({ apiKey: 'anon_key', ...options })).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', option: expect.stringContaining(option) }),
    );
  });
});
