import { ConfigurationError } from '@migration-status/core/adapter';
import { describe, expect, it } from 'vitest';
import { collect } from '../../../test/support/collect.ts';
import { createRecordingFetch } from '../../../test/support/recording-fetch.ts';
import { createGenericMigrationsAdapter } from '../src/generic-migrations-adapter.ts';
import type { GenericMigrationsAdapterOptions } from '../src/generic-migrations-options.ts';

const base = 'https://worker.anon.com/api/v1';
const headers = { accept: 'application/json', authorization: 'Bearer anon_key' };

/** The API as it answers any read with the id that was asked for. */
function createAdapter(options: Partial<GenericMigrationsAdapterOptions> = {}) {
  const { fetch, requests } = createRecordingFetch(({ url }) => {
    const id = decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '');
    return Response.json({ id, status: 'WORKING' });
  });
  return { adapter: createGenericMigrationsAdapter({ apiKey: 'anon_key', fetch, ...options }), requests };
}

const ids = [
  ['../', '..%2F'],
  ['a/b', 'a%2Fb'],
  ['?page=2', '%3Fpage%3D2'],
  ['#', '%23'],
  ["it's", 'it%27s'],
  ['with space', 'with%20space'],
  ['%2F', '%252F'],
  ['$&', '%24%26'],
  ['{migrationId}', '%7BmigrationId%7D'],
  ['__proto__', '__proto__'],
  ['🚚', '%F0%9F%9A%9A'],
] as const;

describe('a read', () => {
  it('is one request', async () => {
    const { adapter, requests } = createAdapter();
    await adapter.getStatus({ migrationId: '9f5b41bd-7c5e-42d9-b332-b31686e94424' });
    expect(requests).toEqual([
      { method: 'GET', url: `${base}/migrations/9f5b41bd-7c5e-42d9-b332-b31686e94424`, headers, body: '' },
    ]);
  });

  it('with the progress of tasks is two', async () => {
    const { adapter, requests } = createAdapter({ taskProgress: true });
    await adapter.getStatus({ migrationId: 'one' });
    expect(requests).toEqual([
      { method: 'GET', url: `${base}/migrations/one`, headers, body: '' },
      { method: 'GET', url: `${base}/migrations/one/tasks`, headers, body: '' },
    ]);
  });

  it('tells the rate limit of its last answer', async () => {
    const fetch = async (input: string | URL | Request) => {
      const isTasks = String(input).endsWith('/tasks');
      const body = isTasks ? { data: [] } : { id: 'one', status: 'WORKING' };
      return Response.json(body, { headers: { ratelimit: `"default";r=${isTasks ? 4 : 5};t=9` } });
    };
    const { adapter } = createAdapter({ taskProgress: true, fetch });
    const { rateLimit } = await adapter.getStatus({ migrationId: 'one' });
    expect(rateLimit).toEqual({ remaining: 4, resetMs: 9000 });
  });

  it.each(ids)('encodes the id %s', async (migrationId, encoded) => {
    const tasksPath = '/migration-tasks?migration_id={migrationId}&page_size=100';
    const { adapter, requests } = createAdapter({ taskProgress: true, tasksPath });
    await adapter.getStatus({ migrationId });
    expect(requests.map(({ url }) => url)).toEqual([
      `${base}/migrations/${encoded}`,
      `${base}/migration-tasks?migration_id=${encoded}&page_size=100`,
    ]);
  });

  it.each(['.', '..', '', '\ud800'])(
    'of the id %j, which would be another path, is refused',
    async (migrationId) => {
      const { adapter, requests } = createAdapter();
      await expect(adapter.getStatus({ migrationId })).rejects.toMatchObject({
        name: 'ConfigurationError',
        option: 'migrationId',
      });
      expect(requests).toEqual([]);
    },
  );

  it('says that a path of the tasks leads elsewhere, instead of calling them unavailable', async () => {
    const { adapter } = createAdapter({ taskProgress: true, tasksPath: '/../{migrationId}/tasks' });
    await expect(adapter.getStatus({ migrationId: 'one' })).rejects.toMatchObject({
      name: 'ConfigurationError',
      option: 'path',
    });
  });

  it('goes to the base URL that is asked for', async () => {
    const { adapter, requests } = createAdapter({ baseUrl: 'http://127.0.0.1:8080/api/v1/' });
    await adapter.getStatus({ migrationId: 'one' });
    expect(requests.map(({ url }) => url)).toEqual(['http://127.0.0.1:8080/api/v1/migrations/one']);
  });

  it.each([new Error('not wanted'), new ConfigurationError({ option: 'signal', message: 'not wanted' })])(
    'that is aborted while the tasks are asked for rejects with the reason (%s)',
    async (reason) => {
      const controller = new AbortController();
      const { fetch, requests } = createRecordingFetch(({ url }) => {
        if (url.endsWith('/tasks')) controller.abort(reason);
        return Response.json({ id: 'one', status: 'WORKING' });
      });
      const { adapter } = createAdapter({ taskProgress: true, fetch });
      const read = adapter.getStatus({ migrationId: 'one' }, { signal: controller.signal });
      await expect(read).rejects.toBe(reason);
      expect(requests).toHaveLength(2);
    },
  );
});

describe('a list', () => {
  /** Answers each page with its ids, and pages beyond the last one with none. */
  function createPagedAdapter(pages: readonly (readonly string[])[], envelope: object = {}) {
    const { fetch, requests } = createRecordingFetch(({ url }) => {
      const page = Number(new URL(url).searchParams.get('page'));
      const data = (pages[page - 1] ?? []).map((id) => ({ id, status: 'WORKING' }));
      return Response.json({ data, ...envelope });
    });
    return { adapter: createGenericMigrationsAdapter({ apiKey: 'anon_key', fetch }), requests };
  }

  async function walk(
    { adapter, requests }: ReturnType<typeof createPagedAdapter>,
    filter: { readonly pageSize?: number; readonly maxPages?: number },
  ) {
    const listed = await collect(adapter.list(filter));
    return {
      ids: listed.map(({ ref }) => ref?.migrationId),
      queries: requests.map(({ url }) => new URL(url).search),
    };
  }

  it('asks for pages of ten from page one', async () => {
    const { adapter, requests } = createPagedAdapter([]);
    await collect(adapter.list());
    expect(requests).toEqual([
      { method: 'GET', url: `${base}/migrations?page=1&page_size=10`, headers, body: '' },
    ]);
  });

  it.each([
    {
      title: 'ends after a page that is not full',
      pages: [['one', 'two'], ['three', 'four'], ['five']],
      ids: ['one', 'two', 'three', 'four', 'five'],
      requests: 3,
    },
    { title: 'ends after an empty page', pages: [['one', 'two'], []], ids: ['one', 'two'], requests: 2 },
    {
      title: 'gives a migration that moves to the next page once',
      pages: [['one', 'two'], ['two', 'three'], []],
      ids: ['one', 'two', 'three'],
      requests: 3,
    },
    {
      title: 'ends when the server has but one page',
      pages: Array.from({ length: 50 }, () => ['one', 'two']),
      ids: ['one', 'two'],
      requests: 2,
    },
    {
      title: 'goes on after a short page while the total says that there are more',
      pages: [['one'], ['two'], ['three']],
      envelope: { total_count: 3 },
      ids: ['one', 'two', 'three'],
      requests: 3,
    },
    {
      title: 'does not take a count of the page for the total',
      pages: [['one', 'two'], ['three']],
      envelope: { count: 2 },
      ids: ['one', 'two', 'three'],
      requests: 2,
    },
    {
      title: 'does not go on for ever for a total that is never reached',
      pages: [['one', 'two'], ['three']],
      envelope: { total: 99 },
      ids: ['one', 'two', 'three'],
      requests: 3,
    },
    {
      title: 'believes the size of the page that the server says',
      pages: [['one'], ['two'], []],
      envelope: { page_size: 1 },
      ids: ['one', 'two'],
      requests: 3,
    },
  ])('$title', async ({ pages, envelope, ids, requests }) => {
    const walked = await walk(createPagedAdapter(pages, envelope), { pageSize: 2 });
    const queries = Array.from({ length: requests }, (_, index) => `?page=${index + 1}&page_size=2`);
    expect(walked).toEqual({ ids, queries });
  });

  it('reads no more pages than are asked for', async () => {
    const paged = createPagedAdapter([['one'], ['two'], ['three']]);
    expect(await walk(paged, { pageSize: 1, maxPages: 2 })).toEqual({
      ids: ['one', 'two'],
      queries: ['?page=1&page_size=1', '?page=2&page_size=1'],
    });
  });

  it('asks for nothing before its first migration is asked for, and for nothing after a break', async () => {
    const { adapter, requests } = createPagedAdapter([['one'], ['two']]);
    const list = adapter.list({ pageSize: 1 });
    expect(requests).toEqual([]);
    for await (const _migration of list) break;
    expect(requests).toHaveLength(1);
  });

  it.each([2, 3])('asks for nothing after an abort (page size %i)', async (pageSize) => {
    const { adapter, requests } = createPagedAdapter([
      ['one', 'two', 'three'],
      ['four', 'five', 'six'],
    ]);
    const controller = new AbortController();
    const given: string[] = [];
    async function abortAtThree(): Promise<void> {
      for await (const { key } of adapter.list({ pageSize }, { signal: controller.signal })) {
        given.push(key);
        if (given.length === pageSize) controller.abort(new Error('seen enough'));
      }
    }
    await expect(abortAtThree()).rejects.toThrow('seen enough');
    expect(given).toHaveLength(pageSize);
    expect(requests).toHaveLength(1);
  });

  it('never asks for tasks', async () => {
    const { adapter, requests } = createAdapter({ taskProgress: true });
    await collect(adapter.list()).catch(() => {});
    expect(requests.map(({ url }) => url)).toEqual([`${base}/migrations?page=1&page_size=10`]);
  });
});

it('makes no request when its signal is aborted already', async () => {
  const { adapter, requests } = createAdapter({ taskProgress: true });
  const context = { signal: AbortSignal.abort(new Error('not wanted')) };
  await expect(adapter.getStatus({ migrationId: 'one' }, context)).rejects.toThrow('not wanted');
  await expect(collect(adapter.list({}, context))).rejects.toThrow('not wanted');
  expect(requests).toEqual([]);
});

it('names its keys and its lanes', () => {
  const ref = { migrationId: 'mig/7' };
  const { adapter } = createAdapter();
  expect([adapter.key(ref), adapter.lane(ref), createAdapter({ account: 'eu' }).adapter.lane(ref)]).toEqual([
    'generic-migrations/mig%2F7',
    'https://worker.anon.com',
    'https://worker.anon.com#eu',
  ]);
});

it.each([
  [false, 'none'],
  [true, 'counts'],
])('says what it can do (taskProgress %s)', (taskProgress, progress) => {
  expect(createAdapter({ taskProgress }).adapter.capabilities).toEqual({
    progress,
    maxBatchSize: 1,
    list: true,
    start: false,
    cancel: false,
    push: false,
  });
});
