import { describe, expect, it } from 'vitest';
import { collect } from '../../../../test/support/collect.ts';
import type { RestList } from '../../src/rest/index.ts';
import { parseNextLink } from '../../src/rest/next-page.ts';
import { acme, createAnswered } from './acme.ts';

const base = 'https://api.acme.example/v2';

/** Answers the pages in turn, the last one again and again. */
function createPaged(
  list: Partial<RestList>,
  pages: readonly object[],
  headers: readonly Record<string, string>[] = [],
) {
  let count = 0;
  return createAnswered({ ...acme, list: { path: '/jobs', items: '/jobs', ...list } }, () => {
    const index = Math.min(count, pages.length - 1);
    count += 1;
    return Response.json(pages[index], { headers: headers[index] ?? {} });
  });
}

const jobs = (...ids: readonly string[]) => ids.map((id) => ({ id, status: 'DONE' }));

async function walk({ adapter, requests }: ReturnType<typeof createPaged>, filter?: object) {
  const listed = await collect(adapter.list(filter));
  return {
    ids: listed.map(({ ref }) => ref?.jobId),
    urls: requests.map(({ url }) => url.replace(base, '')),
  };
}

describe('a list', () => {
  it('is one page, and its items are keyed, with refs and readings', async () => {
    const { adapter } = createPaged({}, [
      {
        jobs: [
          { id: 'a/b', status: 'RUNNING' },
          { id: '..', status: 'odd' },
        ],
        next: 'more',
      },
    ]);
    expect(await collect(adapter.list())).toEqual([
      {
        key: 'acme/a%2Fb',
        ref: { jobId: 'a/b' },
        reading: { state: 'running', nativeState: 'RUNNING', native: { id: 'a/b', status: 'RUNNING' } },
      },
      {
        key: 'acme/..',
        reading: { state: 'unknown', nativeState: 'odd', native: { id: '..', status: 'odd' } },
      },
    ]);
  });

  it.each<[string, Partial<RestList>, object[], string[], string[]]>([
    [
      'by number, until a page is not full',
      { paging: { type: 'page', parameter: 'p', size: { parameter: 'n', value: 2 } } },
      [{ jobs: jobs('1', '2') }, { jobs: jobs('3') }],
      ['1', '2', '3'],
      ['/jobs?p=1&n=2', '/jobs?p=2&n=2'],
    ],
    [
      'by number from 0, until nothing new comes',
      { paging: { type: 'page', parameter: 'p', first: 0 } },
      [{ jobs: jobs('1') }, { jobs: jobs('2') }],
      ['1', '2'],
      ['/jobs?p=0', '/jobs?p=1', '/jobs?p=2'],
    ],
    [
      'by offset, as long as the total says that there are more',
      { total: '/total', paging: { type: 'offset', parameter: 'from', size: { parameter: 'n', value: 5 } } },
      [
        { jobs: jobs('1', '2'), total: 3 },
        { jobs: jobs('3'), total: 3 },
      ],
      ['1', '2', '3'],
      ['/jobs?from=0&n=5', '/jobs?from=2&n=5'],
    ],
    [
      'by cursor, until there is none',
      {
        paging: {
          type: 'cursor',
          parameter: 'page[after]',
          pointer: '/meta/next',
          size: { parameter: 'page[size]', value: 9 },
        },
      },
      [
        { jobs: jobs('1'), meta: { next: 'x&y' } },
        { jobs: [], meta: { next: 7 } },
        { jobs: jobs('2'), meta: { next: null } },
      ],
      ['1', '2'],
      [
        '/jobs?page%5Bsize%5D=9',
        '/jobs?page%5Bafter%5D=x%26y&page%5Bsize%5D=9',
        '/jobs?page%5Bafter%5D=7&page%5Bsize%5D=9',
      ],
    ],
    [
      'by cursor, until it is said that there is no more',
      { paging: { type: 'cursor', parameter: 'c', pointer: '/next', hasMore: '/more' } },
      [
        { jobs: jobs('1'), next: 'x', more: true },
        { jobs: jobs('2'), next: 'y', more: false },
      ],
      ['1', '2'],
      ['/jobs', '/jobs?c=x'],
    ],
    [
      'by link, whole, from the root and relative, until the last',
      { query: { type: 'A' }, paging: { type: 'next_link', pointer: '/next', isLast: '/done' } },
      [
        { jobs: jobs('1'), next: `${base}/jobs?at=1` },
        { jobs: jobs('2'), next: '/v2/more/jobs?at=2' },
        { jobs: jobs('3'), next: '?at=3' },
        { jobs: jobs('4'), next: '?at=4', done: true },
      ],
      ['1', '2', '3', '4'],
      ['/jobs?type=A', '/jobs?at=1', '/more/jobs?at=2', '/more/jobs?at=3'],
    ],
  ])('is walked %s', async (_title, list, pages, ids, urls) => {
    expect(await walk(createPaged(list, pages))).toEqual({ ids, urls });
  });

  it('is walked by the Link header', async () => {
    const paged = createPaged(
      { items: '', paging: { type: 'link_header', size: { parameter: 'n', value: 1 } } },
      [jobs('1'), jobs('2')],
      [{ link: `<${base}/jobs?page=1>; rel="first", <${base}/jobs?page=2>; rel="next"` }],
    );
    expect(await walk(paged)).toEqual({ ids: ['1', '2'], urls: ['/jobs?n=1', '/jobs?page=2'] });
  });

  it('believes a total in a header', async () => {
    const paged = createPaged(
      {
        total: { header: 'X-Total' },
        paging: { type: 'page', parameter: 'p', size: { parameter: 'n', value: 9 } },
      },
      [{ jobs: jobs('1') }, { jobs: jobs('2') }],
      [{ 'x-total': '2' }, { 'x-total': '2' }],
    );
    expect(await walk(paged)).toMatchObject({ ids: ['1', '2'] });
  });

  it.each<[RestList['paging'], object]>([
    [
      { type: 'cursor', parameter: 'c', pointer: '/next' },
      { jobs: jobs('1'), next: 'x' },
    ],
    [
      { type: 'next_link', pointer: '/next' },
      { jobs: jobs('1'), next: '/v2/jobs?x' },
    ],
  ])('that leads back is an error, and not walked for ever (%j)', async (paging, page) => {
    const { adapter, requests } = createPaged({ paging }, [page]);
    await expect(collect(adapter.list())).rejects.toMatchObject({ name: 'ProviderResponseError', path: '$' });
    expect(requests).toHaveLength(2);
  });

  it.each([
    'https://evil.example/jobs',
    '//evil.example/jobs',
    'http://api.acme.example/v2/jobs',
    'https://u:p@evil.example',
  ])('takes its credentials nowhere else: %s', async (next) => {
    const { adapter, requests } = createPaged({ paging: { type: 'next_link', pointer: '/next' } }, [
      { jobs: jobs('1'), next },
    ]);
    const keys: string[] = [];
    async function readKeys() {
      for await (const { key } of adapter.list()) keys.push(key);
    }
    await expect(readKeys()).rejects.toMatchObject({ name: 'ProviderResponseError' });
    expect([keys, requests.length]).toEqual([['acme/1'], 1]);
  });

  it('is asked for with its filter, its page size and no more pages than wanted', async () => {
    const list = {
      path: '/jobs',
      query: { all: 'yes' },
      filter: ['status', 'owner'],
      paging: { type: 'page', parameter: 'p', size: { parameter: 'n', value: 9 } },
    } as const;
    const paged = createPaged(list, [{ jobs: jobs('1') }, { jobs: jobs('2') }]);
    expect(await walk(paged, { status: 'a&b', pageSize: 1, maxPages: 2 })).toEqual({
      ids: ['1', '2'],
      urls: ['/jobs?all=yes&status=a%26b&p=1&n=1', '/jobs?all=yes&status=a%26b&p=2&n=1'],
    });
  });

  it.each([
    [{ pageSize: 0 }, 'pageSize'],
    [{ maxPages: 1.5 }, 'maxPages'],
    [{ status: 7 }, 'status'],
    [{ other: 'x' }, 'other'],
  ])('refuses the filter %j at the call', (filter, option) => {
    const { adapter, requests } = createPaged(
      { filter: ['status'], paging: { type: 'page', parameter: 'p', size: { parameter: 'n', value: 9 } } },
      [{ jobs: [] }],
    );
    expect(() => adapter.list(filter as never)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', option }),
    );
    expect(requests).toEqual([]);
  });

  it('of a part has its fields from the filter or the items', async () => {
    const described = {
      ...acme,
      ref: ['project', 'region', 'jobId'],
      status: { path: '/{project}/{region}/{jobId}' },
      list: { path: '/{project}/jobs', items: '', ref: { region: '/where' } },
    } as const;
    const { adapter, requests } = createAnswered(described, [{ id: '1', where: 'eu', status: 'DONE' }]);
    const [listed] = await collect(adapter.list({ project: 'a/b' }));
    expect(listed).toMatchObject({
      key: 'acme/a%2Fb/eu/1',
      ref: { project: 'a/b', region: 'eu', jobId: '1' },
    });
    expect(requests[0]?.url).toBe(`${base}/a%2Fb/jobs`);
    expect(() => adapter.list({ project: '..' })).toThrow('"project"');
    expect(() => adapter.list({} as never)).toThrow('"project"');
  });

  it('gives everything usable before it says what is not', async () => {
    const pages = [{ jobs: [...jobs('1'), { id: '2' }, null, ...jobs('1')] }, { jobs: jobs('3') }];
    const { adapter } = createPaged({ paging: { type: 'page', parameter: 'p' } }, pages);
    const keys: string[] = [];
    async function readKeys() {
      for await (const { key } of adapter.list()) keys.push(key);
    }
    await expect(readKeys()).rejects.toMatchObject({ path: '$.jobs[1].status' });
    expect(keys).toEqual(['acme/1', 'acme/3']);
  });

  it('says less of a word where its items do', async () => {
    const { adapter } = createPaged({ states: { DONE: 'unknown' } }, [{ jobs: jobs('1') }]);
    expect((await collect(adapter.list())).map(({ reading }) => reading.state)).toEqual(['unknown']);
    expect(adapter.states).toEqual(acme.states);
  });

  it('asks for nothing before its first item, and for nothing after the last that is wanted', async () => {
    const { adapter, requests } = createPaged({ paging: { type: 'page', parameter: 'p' } }, [
      { jobs: jobs('1') },
      { jobs: jobs('2') },
    ]);
    const list = adapter.list();
    expect(requests).toEqual([]);
    for await (const _listed of list) break;
    expect(requests).toHaveLength(1);
  });
});

it.each([
  [null, undefined],
  ['', undefined],
  ['<https://a.example/?p=2>; rel="next"', 'https://a.example/?p=2'],
  ['<https://a.example/?p=1>; rel=prev, <https://a.example/?p=3>; rel=next', 'https://a.example/?p=3'],
  ['<https://a.example/?q=a,b;c>; rel="last next"; title="x, y"', 'https://a.example/?q=a,b;c'],
  ['<a>; title="rel=next"; rel="prev"', undefined],
  ['<a>; REL="NEXT"', 'a'],
  ['<a>; rel="nextish"', undefined],
  ['https://a.example; rel="next"', undefined],
])('the Link header %j leads to %j', (header, url) => {
  expect(parseNextLink(header)).toBe(url);
});
