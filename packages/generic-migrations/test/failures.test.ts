import { MigrationStatusError } from '@migration-status/core/adapter';
import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectNoCanary } from '../../../test/support/canary.ts';
import { collect } from '../../../test/support/collect.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createRecordingFetch } from '../../../test/support/recording-fetch.ts';
import { createGenericMigrationsAdapter } from '../src/generic-migrations-adapter.ts';

const readFixture = createFixtureReader(import.meta.url);
const canary = 'anon_canary-7c1e';
const ref = { migrationId: 'one' };
const html = '<html><body>Bad gateway</body></html>';

interface Reply {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  expect(nock.isDone()).toBe(true);
  nock.cleanAll();
});
afterAll(() => nock.enableNetConnect());

const adapter = createGenericMigrationsAdapter({ apiKey: canary });

function answer({ status, body = '', headers = {} }: Reply, path: string): void {
  nock('https://worker.anon.com').get(`/api/v1${path}`).query(true).reply(status, body, headers);
}

/** What a call rejects with. No credential stands in it. */
async function failureOf(call: Promise<unknown>): Promise<MigrationStatusError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!MigrationStatusError.isInstance(error)) return expect.unreachable('expected an error of this library');
  expectNoCanary(error, [canary]);
  return error;
}

async function failRead(reply: Reply): Promise<MigrationStatusError> {
  answer(reply, '/migrations/one');
  return failureOf(adapter.getStatus(ref));
}

async function failList(reply: Reply): Promise<MigrationStatusError> {
  answer(reply, '/migrations');
  return failureOf(collect(adapter.list()));
}

/** Every property of an error, the message with them. */
function allOf(error: MigrationStatusError): object {
  return { ...error, message: error.message };
}

const refused = {
  name: 'ProviderRequestError',
  provider: 'generic-migrations',
  kind: 'request',
  isRetryable: false,
};
const serverError = { ...refused, code: 'server_error', failure: 'transient', isRetryable: true };
const throttled = {
  ...refused,
  code: 'throttled',
  failure: 'throttled',
  isRetryable: true,
  httpStatus: 429,
  message: 'generic-migrations answered HTTP 429',
};
const unreadable = {
  name: 'ProviderResponseError',
  provider: 'generic-migrations',
  kind: 'response',
  code: 'invalid_response',
  failure: 'invalid_response',
  isRetryable: false,
};

const failures = [
  {
    title: '401',
    reply: { status: 401, body: readFixture('error_401_guess.json') },
    error: {
      ...refused,
      code: 'unauthorized',
      failure: 'unauthorized',
      httpStatus: 401,
      message: 'generic-migrations answered HTTP 401: Invalid API key',
    },
  },
  {
    title: '403',
    reply: { status: 403, body: '{"detail":7}' },
    error: {
      ...refused,
      code: 'forbidden',
      failure: 'forbidden',
      httpStatus: 403,
      message: 'generic-migrations answered HTTP 403',
    },
  },
  {
    title: '404 of something in front of the API',
    reply: { status: 404, body: ' <!doctype html><h1>Not Found</h1>' },
    error: {
      ...refused,
      code: 'invalid_request',
      failure: 'invalid_request',
      httpStatus: 404,
      message: 'generic-migrations answered HTTP 404',
    },
  },
  {
    title: '422 with a list of what is wrong',
    reply: { status: 422, body: '{"detail":[{"loc":["path","id"],"msg":"not a uuid","type":"uuid"}]}' },
    error: {
      ...refused,
      code: 'invalid_request',
      failure: 'invalid_request',
      httpStatus: 422,
      message: 'generic-migrations answered HTTP 422: not a uuid',
    },
  },
  {
    title: '403 with line breaks and control codes, which are taken out',
    reply: {
      status: 403,
      body: JSON.stringify({ detail: 'No.\r\n\u001b[2JAll is well.\u0000\u009b' }),
    },
    error: {
      ...refused,
      code: 'forbidden',
      failure: 'forbidden',
      httpStatus: 403,
      message: 'generic-migrations answered HTTP 403: No. [2JAll is well.',
    },
  },
  {
    title: '429 with seconds',
    reply: { status: 429, headers: { 'retry-after': '7' } },
    error: { ...throttled, retryAfterMs: 7000 },
  },
  {
    title: '429 with a date',
    reply: { status: 429, headers: { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' } },
    error: { ...throttled, retryAfterMs: 0 },
  },
  { title: '429', reply: { status: 429 }, error: throttled },
  {
    title: '500',
    reply: { status: 500, body: '{"detail":"Internal Server Error"}' },
    error: {
      ...serverError,
      httpStatus: 500,
      message: 'generic-migrations answered HTTP 500: Internal Server Error',
    },
  },
  {
    title: '502 with HTML',
    reply: { status: 502, body: html },
    error: { ...serverError, httpStatus: 502, message: 'generic-migrations answered HTTP 502' },
  },
  {
    title: '200 with malformed JSON',
    reply: { status: 200, body: '{"id":', headers: { 'content-type': 'application/json' } },
    error: {
      ...unreadable,
      path: '$',
      message: 'generic-migrations: expected JSON at $, got 6 characters of application/json',
    },
  },
  {
    title: '200 with an empty body',
    reply: { status: 200 },
    error: {
      ...unreadable,
      path: '$',
      message: 'generic-migrations: expected JSON at $, got 0 characters of no content type',
    },
  },
  {
    title: '200 with HTML',
    reply: { status: 200, body: html, headers: { 'content-type': 'text/html; charset=utf-8' } },
    error: {
      ...unreadable,
      path: '$',
      message: 'generic-migrations: expected JSON at $, got 37 characters of text/html',
    },
  },
];

describe.each([
  { call: 'a read', fail: failRead },
  { call: 'a list', fail: failList },
])('$call that is answered with', ({ fail }) => {
  it.each(failures)('$title is an error', async ({ reply, error }) => {
    const thrown = await fail(reply);
    expect(allOf(thrown)).toEqual(error);
    expect(adapter.classify(thrown)).toBe(Reflect.get(error, 'failure'));
  });
});

describe('a migration of another shape names its place', () => {
  it.each([
    { body: '{"id":"one"}', path: '$.status', got: 'nothing' },
    { body: '{"id":"one","status":3}', path: '$.status', got: 'the number 3' },
    { body: '{"status":"COMPLETE"}', path: '$.id', got: 'nothing' },
  ])('$body', async ({ body, path, got }) => {
    expect(allOf(await failRead({ status: 200, body }))).toEqual({
      ...unreadable,
      path,
      message: `generic-migrations: expected string at ${path}, got ${got}`,
    });
  });

  it('[]', async () => {
    expect(allOf(await failRead({ status: 200, body: '[]' }))).toEqual({
      ...unreadable,
      path: '$',
      message: 'generic-migrations: expected object at $, got an array of 0',
    });
  });
});

describe('a list', () => {
  it.each([
    { body: '{}', got: 'an object' },
    { body: '{"data":{"one":1}}', got: 'an object' },
    { body: 'null', got: 'null' },
  ])('is not to be found in $body', async ({ body, got }) => {
    const expected = 'an array, or an object with one under data, items, results, migrations, tasks';
    expect(allOf(await failList({ status: 200, body }))).toEqual({
      ...unreadable,
      path: '$',
      message: `generic-migrations: expected ${expected} at $, got ${got}`,
    });
  });

  it('gives every usable migration of every page before it says that one is malformed', async () => {
    const pages = [
      [{ id: 'one', status: 'WORKING' }, { id: 'odd' }],
      [{ id: 7 }, null],
      [
        { id: '', status: 'WORKING' },
        { id: 'two', status: 'COMPLETE' },
      ],
      [{ id: 'three', status: 'FAILED' }],
    ];
    for (const page of pages) answer({ status: 200, body: JSON.stringify({ items: page }) }, '/migrations');
    const keys: string[] = [];
    async function readKeys(): Promise<void> {
      for await (const { key } of adapter.list({ pageSize: 2 })) keys.push(key);
    }
    expect(allOf(await failureOf(readKeys()))).toEqual({
      ...unreadable,
      path: '$.items[1].status',
      message: 'generic-migrations: expected string at $.items[1].status, got nothing',
    });
    expect(keys).toEqual(['generic-migrations/one', 'generic-migrations/two', 'generic-migrations/three']);
  });

  it('ends where a server repeats the same malformed migrations', async () => {
    const { fetch, requests } = createRecordingFetch(() => Response.json([{ id: 7 }, null]));
    const repeating = createGenericMigrationsAdapter({ apiKey: canary, fetch });
    expect(allOf(await failureOf(collect(repeating.list({ pageSize: 2 }))))).toEqual({
      ...unreadable,
      path: '$[0].id',
      message: 'generic-migrations: expected string at $[0].id, got a number',
    });
    expect(requests).toHaveLength(2);
  });

  it('that fails on a later page has given the pages before', async () => {
    answer({ status: 200, body: '[{"id":"one","status":"WORKING"}]' }, '/migrations');
    answer({ status: 503 }, '/migrations');
    const keys: string[] = [];
    async function readKeys(): Promise<void> {
      for await (const { key } of adapter.list({ pageSize: 1 })) keys.push(key);
    }
    expect(allOf(await failureOf(readKeys()))).toEqual({
      ...serverError,
      httpStatus: 503,
      message: 'generic-migrations answered HTTP 503',
    });
    expect(keys).toEqual(['generic-migrations/one']);
  });
});

describe('the key stays out of every error, also when the provider repeats it', () => {
  it.each([
    { title: 'in a detail', reply: { status: 401, body: `{"detail":"Invalid key ${canary}"}` } },
    { title: 'in a list of details', reply: { status: 422, body: `{"detail":[{"msg":"${canary}"}]}` } },
    { title: 'in a field', reply: { status: 200, body: `{"id":7,"status":"${canary}"}` } },
    { title: 'in a body that is a word', reply: { status: 200, body: `"${canary}"` } },
    { title: 'in a content type', reply: { status: 200, body: 'x', headers: { 'content-type': canary } } },
  ])('$title', async ({ reply }) => {
    await failRead(reply);
    await failList(reply);
  });

  it('in an error of the network', async () => {
    const broken = createGenericMigrationsAdapter({
      apiKey: canary,
      fetch: async (request) => {
        const cause = new Error(`refused Bearer ${canary}`);
        throw Object.assign(new TypeError('fetch failed', { cause }), { request });
      },
    });
    expect(await failureOf(broken.getStatus(ref))).toMatchObject({
      code: 'unreachable',
      failure: 'transient',
    });
  });
});

it('the key stays out of readings, keys, lanes, URLs, lists and the adapter itself', async () => {
  const { fetch, requests } = createRecordingFetch(({ url }) => {
    if (url.endsWith('/tasks')) return new Response(`{"detail":"Invalid key ${canary}"}`, { status: 401 });
    if (url.endsWith('/one')) return Response.json({ id: 'one', status: 'WORKING' });
    return new Response(readFixture('list_enveloped_guess.json'));
  });
  const watched = createGenericMigrationsAdapter({ apiKey: canary, taskProgress: true, fetch });
  const reading = await watched.getStatus(ref);
  const listed = await collect(watched.list());
  const urls = requests.map(({ url }) => url);
  expect(urls).toHaveLength(3);
  expect(reading.issues?.map(({ message }) => message)).toEqual([
    'generic-migrations answered HTTP 401: Invalid key [redacted]',
  ]);
  expectNoCanary([watched, reading, listed, watched.key(ref), watched.lane(ref), urls], [canary]);
});
