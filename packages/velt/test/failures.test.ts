import nock from 'nock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { expectNoCanary } from '../../../test/support/canary.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createVeltAdapter } from '../src/velt-adapter.ts';

const readFixture = createFixtureReader(import.meta.url);
const canaries = ['canary-api-key-5d1f', 'canary-auth-token-93ba'];
const [apiKey = '', authToken = ''] = canaries;
const velt = createVeltAdapter({ apiKey, authToken });
const ref = { organizationId: 'org_1', migrationId: 'mig_7' };
const input = { organizationId: 'org_1', documentId: 'draft', newDocumentId: 'final' };

interface Answer {
  readonly httpStatus: number;
  readonly body: string;
  readonly headers?: Record<string, string>;
}

beforeAll(() => nock.disableNetConnect());
beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 9, 21, 7, 28, 0) }));
afterEach(() => {
  vi.useRealTimers();
  expect(nock.isDone()).toBe(true);
  nock.cleanAll();
});
afterAll(() => nock.enableNetConnect());

/** What a read, or a start, rejects with; it is sent exactly once. */
async function failWith(answer: Answer, call: 'read' | 'start' = 'read'): Promise<Error> {
  const path = `/v2/organizations/documents/migrate${call === 'read' ? '/status' : ''}`;
  nock('https://api.velt.dev').post(path).once().reply(answer.httpStatus, answer.body, answer.headers);
  const error: unknown = await (call === 'read' ? velt.getStatus(ref) : velt.start(input)).then(
    () => expect.unreachable('the call must fail'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new TypeError('expected an Error');
  expectNoCanary(error, canaries);
  return error;
}

/** Every property of an error, the message with them. */
function allOf(error: Error): object {
  return { ...error, message: error.message };
}

const requestError = { name: 'ProviderRequestError', kind: 'request', provider: 'velt', isRetryable: false };
const responseError = {
  name: 'ProviderResponseError',
  kind: 'response',
  provider: 'velt',
  code: 'invalid_response',
  failure: 'invalid_response',
  isRetryable: false,
};

const refusals: readonly { title: string; answer: Answer; error: object }[] = [
  {
    title: 'an argument that Velt rejects',
    answer: { httpStatus: 400, body: readFixture('error_invalid_argument.json') },
    error: {
      ...requestError,
      code: 'invalid_request',
      failure: 'invalid_request',
      httpStatus: 400,
      message: 'velt answered HTTP 400: INVALID_ARGUMENT: migrationId is required.',
    },
  },
  {
    title: 'a missing token, which Velt calls an invalid argument',
    answer: { httpStatus: 400, body: readFixture('error_missing_auth_token.json') },
    error: {
      ...requestError,
      code: 'invalid_request',
      failure: 'invalid_request',
      httpStatus: 400,
      message: 'velt answered HTTP 400: INVALID_ARGUMENT: Auth token is missing.',
    },
  },
  {
    title: 'credentials that are not accepted',
    answer: { httpStatus: 401, body: readFixture('error_unauthenticated.json') },
    error: {
      ...requestError,
      code: 'unauthorized',
      failure: 'unauthorized',
      httpStatus: 401,
      message: 'velt answered HTTP 401: UNAUTHENTICATED: Auth token not accepted (example text).',
    },
  },
  {
    title: 'credentials without the right',
    answer: { httpStatus: 403, body: readFixture('error_permission_denied.json') },
    error: {
      ...requestError,
      code: 'forbidden',
      failure: 'forbidden',
      httpStatus: 403,
      message: 'velt answered HTTP 403: PERMISSION_DENIED: Auth token is not registered for this workspace.',
    },
  },
  {
    title: 'the word of a body, before the HTTP status',
    answer: { httpStatus: 400, body: readFixture('error_resource_exhausted.json') },
    error: {
      ...requestError,
      code: 'throttled',
      failure: 'throttled',
      httpStatus: 400,
      isRetryable: true,
      message: 'velt answered HTTP 400: RESOURCE_EXHAUSTED: Too many requests (example text).',
    },
  },
  {
    title: 'a 401 with an empty body',
    answer: { httpStatus: 401, body: '' },
    error: {
      ...requestError,
      code: 'unauthorized',
      failure: 'unauthorized',
      httpStatus: 401,
      message: 'velt answered HTTP 401',
    },
  },
  {
    title: 'a 404 that does not come from Velt, as from a wrong base URL',
    answer: { httpStatus: 404, body: '<h1>Not Found</h1>', headers: { 'content-type': 'text/html' } },
    error: {
      ...requestError,
      code: 'invalid_request',
      failure: 'invalid_request',
      httpStatus: 404,
      message: 'velt answered HTTP 404',
    },
  },
  {
    title: 'a fault inside Velt',
    answer: { httpStatus: 500, body: readFixture('error_internal.json') },
    error: {
      ...requestError,
      code: 'server_error',
      failure: 'transient',
      httpStatus: 500,
      isRetryable: true,
      message: 'velt answered HTTP 500: INTERNAL: Error retrieving migration status.',
    },
  },
  {
    title: 'an internal error that hides an id which is taken',
    answer: {
      httpStatus: 500,
      body: '{"error":{"status":"INTERNAL","details":{"final":{"code":"already-exists"}}}}',
    },
    error: {
      ...requestError,
      code: 'invalid_request',
      failure: 'invalid_request',
      httpStatus: 500,
      message: 'velt answered HTTP 500: INTERNAL',
    },
  },
  {
    title: 'a message with line breaks and control codes, which are taken out',
    answer: {
      httpStatus: 403,
      body: JSON.stringify({
        error: { status: 'PERMISSION_DENIED', message: 'No.\r\n\u001b[2JAll is well.\u0000\u009b' },
      }),
    },
    error: {
      ...requestError,
      code: 'forbidden',
      failure: 'forbidden',
      httpStatus: 403,
      message: 'velt answered HTTP 403: PERMISSION_DENIED: No. [2JAll is well.',
    },
  },
  {
    title: 'a proxy that answers in HTML',
    answer: { httpStatus: 502, body: '<h1>Bad Gateway</h1>', headers: { 'content-type': 'text/html' } },
    error: {
      ...requestError,
      code: 'server_error',
      failure: 'transient',
      httpStatus: 502,
      isRetryable: true,
      message: 'velt answered HTTP 502',
    },
  },
  {
    title: 'a word of the canonical list that has no meaning of its own here',
    answer: { httpStatus: 409, body: '{"error":{"status":"ABORTED"}}' },
    error: {
      ...requestError,
      code: 'invalid_request',
      failure: 'invalid_request',
      httpStatus: 409,
      message: 'velt answered HTTP 409: ABORTED',
    },
  },
  {
    title: 'a word that is a property of every object',
    answer: { httpStatus: 503, body: '{"error":{"status":"constructor","message":7,"details":null}}' },
    error: {
      ...requestError,
      code: 'server_error',
      failure: 'transient',
      httpStatus: 503,
      isRetryable: true,
      message: 'velt answered HTTP 503: constructor',
    },
  },
];

describe.each(['read', 'start'] as const)('a %s that is refused is an error about the request', (call) => {
  test.each(refusals)('$title', async ({ answer, error }) => {
    const thrown = await failWith(answer, call);
    expect(allOf(thrown)).toEqual(error);
    expect(velt.classify(thrown)).toBe(Reflect.get(error, 'failure'));
  });
});

describe.each(['not-found', 'already-exists'])('the detail %s counts for nothing', (code) => {
  test.each([
    ['INVALID_ARGUMENT', 'invalid_request', 'invalid_request', false],
    ['FAILED_PRECONDITION', 'invalid_request', 'invalid_request', false],
    ['ALREADY_EXISTS', 'invalid_request', 'invalid_request', false],
    ['UNAUTHENTICATED', 'unauthorized', 'unauthorized', false],
    ['PERMISSION_DENIED', 'forbidden', 'forbidden', false],
    ['RESOURCE_EXHAUSTED', 'throttled', 'throttled', true],
    ['UNAVAILABLE', 'server_error', 'transient', true],
    ['DEADLINE_EXCEEDED', 'server_error', 'transient', true],
    ['ABORTED', 'server_error', 'transient', true],
    [undefined, 'server_error', 'transient', true],
  ] as const)('beside %s', async (status, errorCode, failure, isRetryable) => {
    const body = JSON.stringify({ error: { status, message: 'No.', details: { mig_7: { code } } } });
    expect(allOf(await failWith({ httpStatus: 500, body }))).toEqual({
      ...requestError,
      code: errorCode,
      failure,
      isRetryable,
      httpStatus: 500,
      message: `velt answered HTTP 500: ${status === undefined ? '' : `${status}: `}No.`,
    });
  });
});

describe('a rate limit tells how long to wait when Velt says so', () => {
  test.each([
    { title: 'in seconds', header: '7', retryAfterMs: 7000 },
    { title: 'as a date', header: 'Wed, 21 Oct 2026 07:28:30 GMT', retryAfterMs: 30_000 },
    { title: 'as a date that has passed', header: 'Wed, 21 Oct 2026 07:00:00 GMT', retryAfterMs: 0 },
    { title: 'not at all', header: undefined, retryAfterMs: undefined },
    { title: 'in words that mean nothing', header: 'soon', retryAfterMs: undefined },
  ])('$title', async ({ header, retryAfterMs }) => {
    const thrown = await failWith({
      httpStatus: 429,
      body: readFixture('error_resource_exhausted.json'),
      headers: header === undefined ? {} : { 'retry-after': header },
    });
    expect(allOf(thrown)).toEqual({
      ...requestError,
      code: 'throttled',
      failure: 'throttled',
      httpStatus: 429,
      isRetryable: true,
      message: 'velt answered HTTP 429: RESOURCE_EXHAUSTED: Too many requests (example text).',
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  });
});

const misfits: readonly {
  title: string;
  body: string;
  contentType?: string;
  path: string;
  message: string;
}[] = [
  {
    title: 'malformed JSON',
    body: '{"result":',
    path: '$',
    message: 'velt: expected JSON at $, got 10 characters of application/json',
  },
  {
    title: 'nothing',
    body: '',
    path: '$',
    message: 'velt: expected JSON at $, got 0 characters of application/json',
  },
  {
    title: 'a page of HTML',
    body: '<h1>Sign in</h1>',
    contentType: 'text/html; charset=utf-8',
    path: '$',
    message: 'velt: expected JSON at $, got 16 characters of text/html',
  },
  { title: 'an array', body: '[]', path: '$', message: 'velt: expected object at $, got an array of 0' },
  {
    title: 'an error with a status of success',
    body: readFixture('error_internal.json'),
    path: '$.result',
    message: 'velt: expected object at $.result, got nothing',
  },
  {
    title: 'a result without data',
    body: '{"result":{"status":"success","data":null}}',
    path: '$.result.data',
    message: 'velt: expected object at $.result.data, got null',
  },
];

describe.each(['read', 'start'] as const)('a %s that is answered with HTTP 200 and', (call) => {
  test.each(misfits)('$title is an error about the answer', async ({ body, contentType, path, message }) => {
    const headers = { 'content-type': contentType ?? 'application/json' };
    const thrown = await failWith({ httpStatus: 200, body, headers }, call);
    expect(allOf(thrown)).toEqual({ ...responseError, path, message });
    expect(velt.classify(thrown)).toBe('invalid_response');
  });
});

test.each([
  { body: '{"result":{"data":{"migrationId":"mig_7"}}}', got: 'nothing' },
  { body: '{"result":{"data":{"migrationId":"mig_7","status":3}}}', got: 'the number 3' },
  { body: '{"result":{"data":{"migrationId":"mig_7","status":["completed"]}}}', got: 'an array of 1' },
])('a state that is $got is an error about the answer', async ({ body, got }) => {
  const thrown = await failWith({ httpStatus: 200, body });
  const path = '$.result.data.status';
  expect(allOf(thrown)).toEqual({
    ...responseError,
    path,
    message: `velt: expected string at ${path}, got ${got}`,
  });
});

test.each([
  { body: '{"result":{"data":{}}}', message: 'expected string at $.result.data.migrationId, got nothing' },
  {
    body: '{"result":{"data":{"migrationId":""}}}',
    message: 'expected a non-empty string at $.result.data.migrationId, got a string of length 0',
  },
])('a start without a migration id to follow is an error about the answer', async ({ body, message }) => {
  const thrown = await failWith({ httpStatus: 200, body }, 'start');
  expect(allOf(thrown)).toEqual({
    ...responseError,
    path: '$.result.data.migrationId',
    message: `velt: ${message}`,
  });
});

describe('credentials stay out of every error, also when the provider repeats them', () => {
  const echo = `${apiKey} ${authToken} ${encodeURIComponent(authToken)}`;
  test.each([
    {
      title: 'an error message',
      httpStatus: 401,
      body: { error: { status: 'UNAUTHENTICATED', message: echo } },
    },
    { title: 'an error word', httpStatus: 500, body: { error: { status: apiKey, message: authToken } } },
    {
      title: 'a message that is cut in the middle of it',
      httpStatus: 403,
      body: { error: { message: `${'x'.repeat(190)}${authToken}` } },
    },
    {
      title: 'a field of the wrong type',
      httpStatus: 200,
      body: { result: { data: { migrationId: 1, status: echo } } },
    },
    { title: 'the name of a field', httpStatus: 200, body: { [apiKey]: { [authToken]: echo } } },
    { title: 'a body that is a word', httpStatus: 200, body: apiKey },
  ])('in $title', async ({ httpStatus, body }) => {
    const thrown = await failWith({ httpStatus, body: JSON.stringify(body) });
    expect(`${thrown.message} ${thrown.stack}`).not.toContain(authToken.slice(0, 10));
  });

  test('in a content type', async () => {
    await failWith({ httpStatus: 200, body: 'x', headers: { 'content-type': `text/${apiKey}` } });
  });

  test('in an error of the network', async () => {
    const broken = createVeltAdapter({
      apiKey,
      authToken,
      fetch: async (request) => {
        throw Object.assign(new TypeError(`failed: ${echo}`, { cause: new Error(echo) }), { request });
      },
    });
    const thrown: unknown = await broken.getStatus(ref).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'unreachable', failure: 'transient', isRetryable: true });
    expectNoCanary(thrown, canaries);
  });
});

test('credentials stay out of readings, refs, keys, lanes and the adapter itself', async () => {
  nock('https://api.velt.dev')
    .post(/status$/)
    .reply(200, readFixture('completed.json').replaceAll('mig_7Qd2xVb9Lr', ref.migrationId));
  nock('https://api.velt.dev')
    .post(/migrate$/)
    .reply(200, readFixture('start_accepted.json'));
  const everything = [
    velt,
    await velt.getStatus(ref),
    await velt.start(input),
    velt.key(ref),
    velt.lane(ref),
  ];
  expectNoCanary(everything, canaries);
});
