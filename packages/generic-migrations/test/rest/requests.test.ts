import { describe, expect, it } from 'vitest';
import type { RestDescription } from '../../src/rest/index.ts';
import { acme, createAnswered, ref } from './acme.ts';

const base = 'https://api.acme.example/v2';
const done = ({ url }: { readonly url: string }) =>
  Response.json({ id: decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? ''), status: 'DONE' });

/** The requests of one read. */
async function requestsOf(changes: Partial<RestDescription>, more: object = {}) {
  const { adapter, requests } = createAnswered({ ...acme, ...changes }, { id: '42', status: 'DONE' }, more);
  await adapter.getStatus(ref);
  return requests;
}

const ids = [
  ['../', '..%2F'],
  ['a/b', 'a%2Fb'],
  ['?page=2', '%3Fpage%3D2'],
  ['#', '%23'],
  ["it's", 'it%27s'],
  ['a b', 'a%20b'],
  ['%2F', '%252F'],
  ['$&', '%24%26'],
  ['{jobId}', '%7BjobId%7D'],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['🚚', '%F0%9F%9A%9A'],
] as const;

describe('a read', () => {
  it.each(ids)('encodes the id %s', async (jobId, encoded) => {
    const { adapter, requests } = createAnswered(
      { ...acme, status: { path: '/jobs/{jobId}?as={jobId}', query: { of: 'job-{jobId}' } } },
      () => Response.json({ id: jobId, status: 'DONE' }),
    );
    expect(await adapter.getStatus({ jobId })).toMatchObject({ state: 'succeeded' });
    const query = `?as=${encoded}&${new URLSearchParams({ of: `job-${jobId}` })}`;
    expect(requests.map(({ url }) => url)).toEqual([`${base}/jobs/${encoded}${query}`]);
  });

  it.each(['.', '..', '', '\ud800'])(
    'of the id %j, which would be another path, is refused',
    async (jobId) => {
      const { adapter, requests } = createAnswered(acme, done);
      await expect(adapter.getStatus({ jobId })).rejects.toMatchObject({
        name: 'ConfigurationError',
        option: 'jobId',
      });
      expect(requests).toEqual([]);
    },
  );

  it('that leads elsewhere by its own path is refused', async () => {
    const { adapter, requests } = createAnswered({ ...acme, status: { path: '/../{jobId}' } }, done);
    await expect(adapter.getStatus(ref)).rejects.toMatchObject({
      name: 'ConfigurationError',
      option: 'path',
    });
    expect(requests).toEqual([]);
  });

  it.each<[RestDescription['auth'], object, object]>([
    ['bearer', { token: 'abc' }, { authorization: 'Bearer abc' }],
    [
      'basic',
      { user: 'me@example.com/token', password: 'pä:ss' },
      { authorization: 'Basic bWVAZXhhbXBsZS5jb20vdG9rZW46cMOkOnNz' },
    ],
    [{ header: 'X-Api-Key' }, { apiKey: 'abc' }, { 'x-api-key': 'abc' }],
    ['none', {}, {}],
  ])('is signed by %j', async (auth, credentials, headers) => {
    const described = { ...acme, auth, headers: { 'X-Version': '3' } };
    const { adapter, requests } = createAnswered(described, { id: '42', status: 'DONE' }, credentials);
    await adapter.getStatus(ref);
    expect(requests).toEqual([
      {
        method: 'GET',
        url: `${base}/jobs/42`,
        headers: { accept: 'application/json', 'x-version': '3', ...headers },
        body: '',
      },
    ]);
  });

  it('can be a POST with a body', async () => {
    const status = {
      method: 'POST',
      path: '/status',
      body: { data: { id: '{jobId}', text: 'job {jobId}', deep: [true, null, 1] } },
    } as const;
    const [request] = await requestsOf({ status });
    expect(request).toMatchObject({ method: 'POST', url: `${base}/status` });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      data: { id: '42', text: 'job 42', deep: [true, null, 1] },
    });
  });

  it('goes to the base URL that is asked for', async () => {
    const [request] = await requestsOf({}, { baseUrl: 'http://127.0.0.1:8080/api/' });
    expect(request?.url).toBe('http://127.0.0.1:8080/api/jobs/42');
  });

  it('of the only migration needs no field', async () => {
    const { adapter, requests } = createAnswered(
      { ...acme, ref: [], status: { path: '/migration' }, reading: { state: '/status' } },
      { status: 'DONE' },
    );
    expect(await adapter.getStatus({})).toMatchObject({ state: 'succeeded' });
    expect(adapter.key({})).toBe('acme');
    expect(requests[0]?.url).toBe(`${base}/migration`);
  });
});

describe('a key and a lane', () => {
  const described = { ...acme, ref: ['region', 'jobId'], status: { path: '/{region}/{jobId}' } } as const;
  const odd = { region: 'eu/1', jobId: '42' };

  it('are made of the ref, or of a part of it', () => {
    const { adapter } = createAnswered(described, done);
    const { adapter: brief } = createAnswered({ ...described, key: ['jobId'] }, done, { account: 'one' });
    expect([adapter.key(odd), brief.key(odd)]).toEqual(['acme/eu%2F1/42', 'acme/42']);
    expect([adapter.lane(odd), brief.lane(odd)]).toEqual([
      'https://api.acme.example',
      'https://api.acme.example#one',
    ]);
  });

  it('have the host where the description does not say it', () => {
    const { adapter } = createAnswered({ ...described, baseUrl: undefined }, done, {
      baseUrl: 'https://acme.example.com/api',
    });
    expect(adapter.key(odd)).toBe('acme/acme.example.com/eu%2F1/42');
  });

  it('come from a ref that survives JSON, and no other is taken', () => {
    const { adapter } = createAnswered(described, done);
    expect(adapter.parseRef(JSON.parse(JSON.stringify(odd)))).toEqual(odd);
    expect(() => adapter.parseRef({ ...odd, more: 1 })).toThrow('there is no option "more"');
    expect(() => adapter.parseRef({ region: 'eu' })).toThrow('"jobId" must be string');
  });
});

it.each<[object, object]>([
  [{}, { progress: 'none', maxBatchSize: 1, list: false, start: false, cancel: false }],
  [{ reading: { ...acme.reading, progress: { percent: '/p' } } }, { progress: 'percent' }],
  [{ reading: { ...acme.reading, progress: { percent: '/p', failed: '/f' } } }, { progress: 'counts' }],
  [{ parts: { items: '/t', name: '/n', state: '/s', countAs: 'tasks' } }, { progress: 'counts' }],
  [{ batch: { path: '/jobs', ids: 'ids', items: '', max: 7 } }, { maxBatchSize: 7 }],
  [
    { list: { path: '/jobs', items: '' }, cancel: { path: '/jobs/{jobId}' } },
    { list: true, cancel: true },
  ],
])('what is described is what it can do: %j', (changes, capabilities) => {
  const { adapter } = createAnswered({ ...acme, ...changes } as RestDescription, done);
  expect(adapter.capabilities).toMatchObject({ push: false, ...capabilities });
  const members = ['getStatuses', 'urlLengthOf', 'list', 'start', 'cancel'].filter((name) => name in adapter);
  const described = Object.keys(changes).flatMap((name) =>
    name === 'batch' ? ['getStatuses', 'urlLengthOf'] : [name],
  );
  expect(members).toEqual(described.filter((name) => !['reading', 'parts'].includes(name)));
});

describe('a read of many', () => {
  const batch = { path: '/jobs/many', ids: 'ids', items: '/jobs', max: 3 } as const;
  const many = ['42', 'b&c', '42'].map((jobId) => ({ jobId }));
  const jobs = [
    { id: 'b&c', status: 'RUNNING' },
    { id: '42', status: 'DONE' },
    { id: '99', status: 'ERROR' },
  ];

  it.each([
    [{}, '&ids=42%2Cb%26c'],
    [{ separator: ';' }, '&ids=42%3Bb%26c'],
    [{ style: 'repeated' }, '&ids=42&ids=b%26c'],
    [{ query: { expand: 'all' } }, '&expand=all&ids=42%2Cb%26c'],
    [{ path: '/jobs/many?full=1' }, '&full=1&ids=42%2Cb%26c'],
  ] as const)('asks once for each, %j', async (changes, query) => {
    const described = { ...acme, batch: { ...batch, ...changes } };
    const { adapter, requests } = createAnswered(described, { jobs });
    const outcomes = await adapter.getStatuses(many);
    expect(requests.map(({ url }) => url)).toEqual([`${base}/jobs/many?${query.slice(1)}`]);
    expect([...outcomes]).toMatchObject([
      ['acme/42', { state: 'succeeded' }],
      ['acme/b%26c', { state: 'running' }],
    ]);
  });

  it('takes records by id, whatever the id', async () => {
    const { adapter } = createAnswered(
      { ...acme, batch },
      () =>
        new Response(
          '{"jobs":{"__proto__":{"id":"__proto__","status":"DONE"},"a":{"id":"b","status":"DONE"}}}',
        ),
    );
    const outcomes = await adapter.getStatuses(['__proto__', 'a', 'constructor'].map((jobId) => ({ jobId })));
    expect([...outcomes.values()]).toMatchObject([
      { state: 'succeeded' },
      { path: '$.id' },
      { state: 'not_found' },
    ]);
  });

  it('takes records by id that do not repeat it, and no list of such', async () => {
    const described = { ...acme, reading: { state: '/status' }, batch } as const;
    const { adapter } = createAnswered(described, { jobs: { 42: { status: 'DONE' } } });
    expect([...(await adapter.getStatuses([ref])).values()]).toMatchObject([{ state: 'succeeded' }]);
    const { adapter: other } = createAnswered(described, { jobs: [{ status: 'DONE' }] });
    await expect(other.getStatuses([ref])).rejects.toMatchObject({ path: '$.jobs' });
  });

  it('calls nothing missing while a record does not say whose it is', async () => {
    const { adapter } = createAnswered(
      { ...acme, batch },
      { jobs: [{ status: 'DONE' }, { id: '42', status: 'DONE' }] },
    );
    const outcomes = await adapter.getStatuses([ref, { jobId: '43' }]);
    expect([...outcomes.values()]).toMatchObject([
      { state: 'succeeded' },
      { name: 'ProviderResponseError', path: '$.jobs[0].id' },
    ]);
  });

  it('leaves out an id with the separator in it, and nothing else', async () => {
    const { adapter, requests } = createAnswered({ ...acme, batch }, { jobs });
    const outcomes = await adapter.getStatuses([{ jobId: '42,43' }, ref]);
    expect(requests.map(({ url }) => new URL(url).searchParams.get('ids'))).toEqual(['42']);
    expect(outcomes.get('acme/42%2C43')).toMatchObject({ name: 'ConfigurationError', option: 'jobId' });
    expect(outcomes.get('acme/42')).toMatchObject({ state: 'succeeded' });
  });

  it('refuses more than it can have, and asks for nothing where there is nothing to ask', async () => {
    const { adapter, requests } = createAnswered({ ...acme, batch }, { jobs });
    await expect(adapter.getStatuses(['1', '2', '3', '4'].map((jobId) => ({ jobId })))).rejects.toMatchObject(
      { option: 'refs' },
    );
    expect(await adapter.getStatuses([])).toEqual(new Map());
    expect(requests).toEqual([]);
  });

  it('of one takes a 404 for its own, of several it cannot tell', async () => {
    const { adapter } = createAnswered({ ...acme, batch }, () => new Response('{}', { status: 404 }));
    expect([...(await adapter.getStatuses([ref])).values()]).toEqual([
      { state: 'not_found', nativeState: 'HTTP 404', native: null },
    ]);
    await expect(adapter.getStatuses([ref, { jobId: '43' }])).rejects.toMatchObject({ httpStatus: 404 });
  });

  it.each([
    [{}, 'b&c', '%2Cb%26c'],
    [{}, "it's ✓ (~*)", '%2Cit%27s+%E2%9C%93+%28%7E*%29'],
    [{ style: 'repeated' }, 'b c', '&ids=b+c'],
  ] as const)('knows how long a ref makes its URL (%j)', (changes, jobId, added) => {
    const { adapter } = createAnswered({ ...acme, batch: { ...batch, ...changes } }, { jobs });
    expect(adapter.urlLengthOf({ jobId })).toBe(added.length);
  });

  it('hands on hints of the answer', async () => {
    const { adapter } = createAnswered({ ...acme, batch }, () =>
      Response.json({ jobs }, { headers: { 'retry-after': '5' } }),
    );
    expect((await adapter.getStatuses([ref])).get('acme/42')).toMatchObject({ retryAfterMs: 5000 });
  });
});

describe('a start', () => {
  const start = {
    path: '/projects/{project}/jobs',
    query: { dry: '{dry}' },
    input: {
      project: 'string',
      dry: 'boolean',
      users: 'json',
      limit: 'number?',
      note: 'string?',
      tags: 'list?',
      map: 'object?',
    },
    body: { users: '{users}', limit: '{limit}', text: 'for {project}', notes: ['{note}'] },
    ref: { jobId: '/job/id' },
  } as const;
  const input = { project: 'a/b', dry: false, users: [{ name: 'Ann' }] };

  it('is one POST, filled with its inputs', async () => {
    const { adapter, requests } = createAnswered({ ...acme, start }, { job: { id: 7 } });
    expect(await adapter.start(input)).toEqual({ jobId: '7' });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ method: 'POST', url: `${base}/projects/a%2Fb/jobs?dry=false` });
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      users: [{ name: 'Ann' }],
      text: 'for a/b',
      notes: [],
    });
  });

  it.each([
    [
      { ...input, limit: 3, note: 'x' },
      { limit: 3, notes: ['x'] },
    ],
    [{ ...input, users: { __proto__: null, a: '{project}' } }, { users: { a: '{project}' } }],
    [{ ...input, users: null }, { users: null }],
  ])('takes an input for what it is: %j', async (given, body) => {
    const { adapter, requests } = createAnswered({ ...acme, start }, { job: { id: '7' } });
    await adapter.start(given);
    expect(JSON.parse(requests[0]?.body ?? '')).toMatchObject(body);
  });

  it.each([
    [{}, 'project'],
    [{ ...input, project: '' }, 'project'],
    [{ ...input, dry: 'no' }, 'dry'],
    [{ ...input, users: undefined }, 'users'],
    [{ ...input, users: () => 0 }, 'users'],
    [{ ...input, more: 1 }, 'more'],
    [{ ...input, tags: {} }, 'tags'],
    [{ ...input, map: [] }, 'map'],
  ])('without what it needs is refused, %j', async (given, option) => {
    const { adapter, requests } = createAnswered({ ...acme, start }, { job: { id: '7' } });
    await expect(adapter.start(given as never)).rejects.toMatchObject({ name: 'ConfigurationError', option });
    expect(requests).toEqual([]);
  });

  it.each(['/v2/projects/x/jobs/a%2Fb', 'https://elsewhere.example/jobs/a%2Fb?x=1', '/jobs/a%2Fb/'])(
    'finds the ref in a header: %s',
    async (location) => {
      const described = { ...start, ref: { jobId: { header: 'Location', template: '/jobs/{jobId}' } } };
      const { adapter } = createAnswered(
        { ...acme, start: described },
        () => new Response(null, { status: 201, headers: { location } }),
      );
      expect(await adapter.start(input)).toEqual({ jobId: 'a/b' });
    },
  );

  it.each(['', '/jobs/', '/tasks/7', '/jobs/%', '/jobs/..%2F..', '/jobs/%2E%2E'])(
    'makes no ref of the header "%s"',
    async (location) => {
      const described = { ...start, ref: { jobId: { header: 'Location', template: '/jobs/{jobId}' } } };
      const { adapter } = createAnswered(
        { ...acme, start: described },
        () => new Response(null, { headers: { location } }),
      );
      const started = adapter.start(input);
      await (location === '/jobs/..%2F..'
        ? expect(started).resolves.toEqual({ jobId: '../..' })
        : expect(started).rejects.toMatchObject({ name: 'ProviderResponseError', path: '$' }));
    },
  );

  it('takes a part of the ref from an input', async () => {
    const described = {
      ...acme,
      ref: ['project', 'jobId'],
      status: { path: '/{project}/{jobId}' },
      start: { ...start, ref: { project: '{project}', jobId: '/job/id' } },
    } as const;
    const { adapter } = createAnswered(described, { job: { id: '7' } });
    expect(await adapter.start(input)).toEqual({ project: 'a/b', jobId: '7' });
  });

  it.each([
    {},
    { job: { id: null } },
    { job: { id: '' } },
    { job: { id: '..' } },
    { job: { id: {} } },
    { job: { id: 2 ** 53 + 2 } },
    { job: { id: true } },
  ])('makes no ref of %j', async (body) => {
    const { adapter } = createAnswered({ ...acme, start }, body);
    await expect(adapter.start(input)).rejects.toMatchObject({
      name: 'ProviderResponseError',
      path: '$.job.id',
    });
  });
});

it.each([
  [{ path: '/jobs/{jobId}/cancel' }, 'POST', `${base}/jobs/a%2Fb/cancel`, ''],
  [{ method: 'DELETE', path: '/jobs/{jobId}' }, 'DELETE', `${base}/jobs/a%2Fb`, ''],
  [
    { method: 'PATCH', path: '/jobs/{jobId}', body: { state: 'Aborted' } },
    'PATCH',
    `${base}/jobs/a%2Fb`,
    '{"state":"Aborted"}',
  ],
] as const)('a cancel is one request, %j', async (cancel, method, url, body) => {
  const { adapter, requests } = createAnswered(
    { ...acme, cancel },
    () => new Response(null, { status: 204 }),
  );
  expect(await adapter.cancel({ jobId: 'a/b' })).toBeUndefined();
  expect(requests).toMatchObject([{ method, url, body }]);
});

it('nothing is asked for once the signal is aborted', async () => {
  const described = {
    ...acme,
    list: { path: '/jobs', items: '' },
    cancel: { path: '/{jobId}' },
    batch: { path: '/', ids: 'ids', items: '', max: 2 },
    start: { path: '/jobs', ref: { jobId: '/id' } },
  } as const;
  const { adapter, requests } = createAnswered(described, []);
  const context = { signal: AbortSignal.abort(new Error('not wanted')) };
  await expect(adapter.getStatus(ref, context)).rejects.toThrow('not wanted');
  await expect(adapter.getStatuses([ref], context)).rejects.toThrow('not wanted');
  await expect(adapter.start({}, context)).rejects.toThrow('not wanted');
  await expect(adapter.cancel(ref, context)).rejects.toThrow('not wanted');
  await expect(adapter.list({}, context)[Symbol.asyncIterator]().next()).rejects.toThrow('not wanted');
  expect(requests).toEqual([]);
});
