import { MigrationStatusError } from '@migration-status/core/adapter';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectNoCanary } from '../../../test/support/canary.ts';
import { collect } from '../../../test/support/collect.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createRecordingFetch } from '../../../test/support/recording-fetch.ts';
import { createSnapLogicAdapter } from '../src/snaplogic-adapter.ts';
import type { SnapLogicAuth } from '../src/snaplogic-options.ts';

const readFixture = createFixtureReader(import.meta.url);
const statusToken = '17ed9720-05b2-4e22-9955-04c4534451ae';
const statusPath = '/api/1/rest/public/apim_service/migration_status/my-environment';
const html = '<html><body>Bad gateway</body></html>';

interface Reply {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  expect(nock.isDone()).toBe(true);
  nock.cleanAll();
  nock.enableNetConnect();
});

function createAdapter(auth: SnapLogicAuth = { jwt: 'header.payload.proof' }) {
  return createSnapLogicAdapter({ orgName: 'my-environment', auth });
}

function answer({ status, body = '', headers = {} }: Reply, path: string = statusPath): void {
  nock('https://elastic.snaplogic.com').get(path).query(true).reply(status, body, headers);
}

async function failureOf(call: Promise<unknown>): Promise<MigrationStatusError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!MigrationStatusError.isInstance(error)) throw new Error('expected an error of this library');
  return error;
}

function toBasic(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Everything about an error that a program can act on, and its message. */
function toPlain(error: MigrationStatusError): Record<string, unknown> {
  return { ...error, message: error.message };
}

const request = { name: 'ProviderRequestError', provider: 'snaplogic', kind: 'request' };
const refused = { ...request, isRetryable: false };
const serverError = { ...request, code: 'server_error', failure: 'transient', isRetryable: true };
const throttled = { ...request, code: 'throttled', failure: 'throttled', isRetryable: true, httpStatus: 429 };
const unreadable = {
  name: 'ProviderResponseError',
  provider: 'snaplogic',
  kind: 'response',
  code: 'invalid_response',
  failure: 'invalid_response',
  isRetryable: false,
};
const noRights = 'wrong credentials, or no admin rights in the environment';

const failures: readonly (readonly [what: string, reply: Reply, error: object])[] = [
  [
    '401, which can also mean missing rights',
    { status: 401, body: readFixture('error_401_guess.json') },
    {
      ...refused,
      code: 'unauthorized',
      failure: 'unauthorized',
      httpStatus: 401,
      message: `snaplogic answered HTTP 401: Unauthorized: ${noRights}`,
    },
  ],
  [
    'a message with line breaks and control codes, which are taken out',
    {
      status: 403,
      body: JSON.stringify({
        response_map: { error_list: [{ message: 'No.\r\n\u001b[2JAll is well.\u0000\u009b' }] },
      }),
    },
    {
      ...refused,
      code: 'forbidden',
      failure: 'forbidden',
      httpStatus: 403,
      message: 'snaplogic answered HTTP 403: No. [2JAll is well.',
    },
  ],
  [
    '401 without a body',
    { status: 401 },
    {
      ...refused,
      code: 'unauthorized',
      failure: 'unauthorized',
      httpStatus: 401,
      message: `snaplogic answered HTTP 401: ${noRights}`,
    },
  ],
  [
    '403',
    { status: 403 },
    {
      ...refused,
      code: 'forbidden',
      failure: 'forbidden',
      httpStatus: 403,
      message: 'snaplogic answered HTTP 403',
    },
  ],
  [
    '400',
    { status: 400, body: '{"response_map":{"error_list":[]}}' },
    {
      ...refused,
      code: 'invalid_request',
      failure: 'invalid_request',
      httpStatus: 400,
      message: 'snaplogic answered HTTP 400',
    },
  ],
  [
    '429 with seconds',
    { status: 429, headers: { 'retry-after': '7' } },
    { ...throttled, retryAfterMs: 7000, message: 'snaplogic answered HTTP 429' },
  ],
  [
    '429 with a date',
    { status: 429, headers: { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' } },
    { ...throttled, retryAfterMs: 0, message: 'snaplogic answered HTTP 429' },
  ],
  ['429', { status: 429 }, { ...throttled, message: 'snaplogic answered HTTP 429' }],
  ['500', { status: 500 }, { ...serverError, httpStatus: 500, message: 'snaplogic answered HTTP 500' }],
  [
    '502 with HTML',
    { status: 502, body: html },
    { ...serverError, httpStatus: 502, message: 'snaplogic answered HTTP 502' },
  ],
  [
    'malformed JSON',
    { status: 200, body: '{"response_map":', headers: { 'content-type': 'application/json' } },
    {
      ...unreadable,
      path: '$',
      message: 'snaplogic: expected JSON at $, got 16 characters of application/json',
    },
  ],
  [
    'an empty body',
    { status: 200 },
    {
      ...unreadable,
      path: '$',
      message: 'snaplogic: expected JSON at $, got 0 characters of no content type',
    },
  ],
  [
    'HTML with 200',
    { status: 200, body: html, headers: { 'content-type': 'text/html; charset=utf-8' } },
    { ...unreadable, path: '$', message: 'snaplogic: expected JSON at $, got 37 characters of text/html' },
  ],
  [
    'a body without the map',
    { status: 200, body: '{"http_status_code":200}' },
    {
      ...unreadable,
      path: '$.response_map',
      message: 'snaplogic: expected object at $.response_map, got nothing',
    },
  ],
  [
    'a list in place of the map',
    { status: 200, body: '{"response_map":[]}' },
    {
      ...unreadable,
      path: '$.response_map',
      message: 'snaplogic: expected object at $.response_map, got an array of 0',
    },
  ],
];

describe('a failed read', () => {
  it.each(failures)('of one token: %s', async (_what, reply, expected) => {
    answer(reply);
    expect(toPlain(await failureOf(createAdapter().getStatus({ statusToken })))).toEqual(expected);
  });

  it.each(failures)('of many tokens: %s', async (_what, reply, expected) => {
    answer(reply);
    const refs = [{ statusToken }, { statusToken: 'other' }];
    expect(toPlain(await failureOf(createAdapter().getStatuses(refs)))).toEqual(expected);
  });

  it.each(failures)('of a batch of one token: %s', async (_what, reply, expected) => {
    answer(reply);
    expect(toPlain(await failureOf(createAdapter().getStatuses([{ statusToken }])))).toEqual(expected);
  });

  it('names the place of a record of another shape', async () => {
    answer({ status: 200, body: '{"response_map":{"one":{"state":"Completed"}}}' });
    expect(toPlain(await failureOf(createAdapter().getStatus({ statusToken: 'one' })))).toEqual({
      ...unreadable,
      path: '$.response_map.one.status',
      message: 'snaplogic: expected string at $.response_map.one.status, got nothing',
    });
  });

  it('carries the time until a Retry-After date', async () => {
    const inOneHour = new Date(Date.now() + 3_600_000).toUTCString();
    answer({ status: 503, headers: { 'retry-after': inOneHour } });
    const { retryAfterMs = 0 } = await failureOf(createAdapter().getStatus({ statusToken }));
    expect(retryAfterMs).toBeGreaterThan(3_500_000);
    expect(retryAfterMs).toBeLessThanOrEqual(3_600_000);
  });
});

it('that meets a 404 page of something in front of SnapLogic says nothing about the migration', async () => {
  answer({ status: 404, body: ' <!doctype html><h1>Not Found</h1>' });
  expect(toPlain(await failureOf(createAdapter().getStatus({ statusToken })))).toEqual({
    ...refused,
    code: 'invalid_request',
    failure: 'invalid_request',
    httpStatus: 404,
    message: 'snaplogic answered HTTP 404',
  });
});

describe('an HTTP 404', () => {
  const notFound = {
    ...refused,
    code: 'invalid_request',
    failure: 'invalid_request',
    httpStatus: 404,
    message: 'snaplogic answered HTTP 404: Not Found: the environment or a status token is unknown',
  };

  it('for several tokens says nothing about any one of them', async () => {
    answer({ status: 404, body: readFixture('error_404_guess.json') });
    const adapter = createAdapter();
    const error = await failureOf(adapter.getStatuses([{ statusToken }, { statusToken: 'other' }]));
    expect(toPlain(error)).toEqual(notFound);
    expect(adapter.classify(error)).toBe('invalid_request');
  });

  it('for a list is about the environment', async () => {
    answer({ status: 404, body: readFixture('error_404_guess.json') }, `${statusPath}/all`);
    const error = await failureOf(collect(createAdapter().list({ status: 'Failed' })));
    expect(toPlain(error)).toEqual(notFound);
  });
});

describe('a success that claims to be an error, without a usable record', () => {
  const claims = [
    [401, 'unauthorized', 'unauthorized', false],
    [403, 'forbidden', 'forbidden', false],
    [404, 'invalid_request', 'invalid_request', false],
    [429, 'throttled', 'throttled', true],
    [500, 'server_error', 'transient', true],
    [302, 'invalid_response', 'invalid_response', false],
  ] as const;

  it.each(claims)(
    'is the error of an http_status_code of %i',
    async (claimed, code, failure, isRetryable) => {
      const expected = {
        ...request,
        code,
        failure,
        isRetryable,
        httpStatus: 200,
        message: `snaplogic answered HTTP 200 with an http_status_code of ${claimed} in the body`,
      };
      const adapter = createAdapter();
      answer({ status: 200, body: JSON.stringify({ response_map: {}, http_status_code: claimed }) });
      expect(toPlain(await failureOf(adapter.getStatus({ statusToken })))).toEqual(expected);

      answer({
        status: 200,
        body: JSON.stringify({ response_map: { [statusToken]: 'gone' }, http_status_code: claimed }),
      });
      expect(toPlain(await failureOf(adapter.getStatus({ statusToken })))).toEqual(expected);

      answer(
        { status: 200, body: JSON.stringify({ response_map: {}, http_status_code: claimed }) },
        `${statusPath}/all`,
      );
      expect(toPlain(await failureOf(collect(adapter.list({ status: 'Started' }))))).toEqual(expected);
    },
  );
});

it('says where a list should have been', async () => {
  answer({ status: 200, body: '{"response_map":{"Failed":"none"}}' }, `${statusPath}/all`);
  expect(toPlain(await failureOf(collect(createAdapter().list({ status: 'Failed' }))))).toEqual({
    ...unreadable,
    path: '$.response_map.Failed',
    message: 'snaplogic: expected array at $.response_map.Failed',
  });
});

describe('credentials', () => {
  const canary = 'c4n4ry-S3cret';
  const email = 'admin@example.com';
  const basic = toBasic(`${email}:${canary}`);

  const password = `pä:ß🔑${canary}`;
  const forms: readonly (readonly [form: string, auth: SnapLogicAuth, secrets: readonly string[]])[] = [
    ['Basic', { email, password: canary }, [canary, basic]],
    ['Basic of any letters', { email, password }, [password, toBasic(`${email}:${password}`)]],
    ['JWT', { jwt: canary }, [canary]],
    ['raw header', { authorization: `Bearer Token ${canary}` }, [canary]],
  ];

  it.each(forms)('never show in an error (%s)', async (_form, auth, secrets) => {
    const echo = secrets.join(' and ');
    const echoes: readonly Reply[] = [
      { status: 401, body: JSON.stringify({ response_map: { error_list: [{ message: `no: ${echo}` }] } }) },
      { status: 500, body: JSON.stringify({ response_map: { error_list: [{ message: secrets[0] }] } }) },
      { status: 200, body: JSON.stringify({ response_map: echo }) },
      { status: 200, headers: { 'content-type': echo } },
    ];
    for (const reply of [...failures.map(([, reply]) => reply), ...echoes]) {
      answer(reply);
      expectNoCanary(await failureOf(createAdapter(auth).getStatus({ statusToken })), secrets);
    }
  });

  it.each(forms)('never show in an error of the network (%s)', async (_form, auth, secrets) => {
    const brokenFetch = async (request: unknown) => {
      const cause = new Error(`refused ${secrets.join(' and ')}`);
      throw Object.assign(new TypeError('fetch failed', { cause }), { request });
    };
    const offline = createSnapLogicAdapter({ orgName: 'my-environment', auth, fetch: brokenFetch });
    const error = await failureOf(offline.getStatus({ statusToken }));
    expect(error).toMatchObject({ code: 'unreachable', failure: 'transient', isRetryable: true });
    expectNoCanary(error, secrets);
  });

  it.each(forms)(
    'never show in a reading, a key, a lane, a URL or the adapter (%s)',
    async (_form, auth, secrets) => {
      const { fetch, requests } = createRecordingFetch(() => new Response(readFixture('completed.json')));
      const adapter = createSnapLogicAdapter({ orgName: 'my-environment', auth, fetch });
      const reading = await adapter.getStatus({ statusToken });
      const key = adapter.key({ statusToken });
      const lane = adapter.lane({ statusToken });
      expectNoCanary([adapter, reading, key, lane, requests.map(({ url }) => url)], secrets);
      expect(requests).toHaveLength(1);
    },
  );
});
