import nock from 'nock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { expectNoCanary } from '../../../test/support/canary.ts';
import { createLoopbackServer } from '../../../test/support/loopback-server.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createOnlyOfficeAdapter, type OnlyOfficeAdapter } from '../src/onlyoffice-adapter.ts';
import type { OnlyOfficeAuth } from '../src/onlyoffice-options.ts';

const readFixture = createFixtureReader(import.meta.url);
const canary = 'canary-5d1f93ba';
const portalUrl = 'https://portal.example.com';
const portal = createOnlyOfficeAdapter({ portalUrl, auth: { apiKey: canary } });
const badGateway = '<html>\n<head><title>502 Bad Gateway</title></head>\n</html>\n';

interface Answer {
  readonly httpStatus: number;
  readonly body: string;
  readonly headers?: Record<string, string>;
}

/** Every call, and where it goes. */
const calls = {
  read: {
    path: 'status',
    method: 'GET',
    run: (from: OnlyOfficeAdapter): Promise<unknown> => from.getStatus({}),
  },
  parse: { path: 'init/Nextcloud', method: 'POST', run: (from) => from.start({ migratorName: 'Nextcloud' }) },
  import: {
    path: 'migrate',
    method: 'POST',
    run: (from) => from.start({ selection: { migratorName: 'Nextcloud' } }),
  },
  cancel: { path: 'status', method: 'GET', run: (from) => from.cancel({}) },
  clear: { path: 'clear', method: 'POST', run: (from) => from.clear() },
  finish: { path: 'finish', method: 'POST', run: (from) => from.finish({ sendWelcomeEmail: true }) },
  logs: { path: 'logs', method: 'GET', run: (from) => from.logs() },
  list: { path: 'list', method: 'GET', run: (from) => from.listMigrators() },
} satisfies Record<
  string,
  { path: string; method: string; run: (from: OnlyOfficeAdapter) => Promise<unknown> }
>;
type CallName = keyof typeof calls;
const callNames = Object.keys(calls) as CallName[];

beforeAll(() => {
  nock.disableNetConnect();
  nock.enableNetConnect('127.0.0.1');
});
beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 9, 21, 7, 28, 0) }));
afterEach(() => {
  vi.useRealTimers();
  expect(nock.isDone()).toBe(true);
  nock.cleanAll();
});
afterAll(() => nock.enableNetConnect());

/** What a call rejects with; it is sent exactly once. */
async function failWith(answer: Answer, name: CallName = 'read', from = portal): Promise<Error> {
  const { path, method, run } = calls[name];
  nock(portalUrl)
    .intercept(`/api/2.0/migration/${path}`, method)
    .once()
    .reply(answer.httpStatus, answer.body, answer.headers);
  const error: unknown = await run(from).then(
    () => expect.unreachable('the call must fail'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new TypeError('expected an Error');
  expectNoCanary(error, [canary]);
  return error;
}

/** Every property of an error, the message with them. */
function allOf(error: Error): object {
  return { ...error, message: error.message };
}

const requestError = {
  name: 'ProviderRequestError',
  kind: 'request',
  provider: 'onlyoffice',
  isRetryable: false,
};
const responseError = {
  name: 'ProviderResponseError',
  kind: 'response',
  provider: 'onlyoffice',
  code: 'invalid_response',
  failure: 'invalid_response',
  isRetryable: false,
};

const refusals: readonly { title: string; answer: Answer; error: object }[] = [
  {
    title: 'a model that is rejected, in the envelope of a success',
    answer: { httpStatus: 400, body: readFixture('error_400_validation.json') },
    error: {
      code: 'invalid_request',
      failure: 'invalid_request',
      httpStatus: 400,
      message: 'onlyoffice answered HTTP 400: One or more validation errors occurred.',
    },
  },
  {
    title: 'credentials that are not accepted, without a body',
    answer: { httpStatus: 401, body: '' },
    error: {
      code: 'unauthorized',
      failure: 'unauthorized',
      httpStatus: 401,
      message: 'onlyoffice answered HTTP 401',
    },
  },
  {
    title: 'credentials that are not accepted, with a body',
    answer: {
      httpStatus: 401,
      body: '{"error":{"message":"Unauthorized","stack":null},"status":1,"statusCode":401}',
    },
    error: {
      code: 'unauthorized',
      failure: 'unauthorized',
      httpStatus: 401,
      message: 'onlyoffice answered HTTP 401: Unauthorized',
    },
  },
  {
    title: 'a portal that is not paid for',
    answer: { httpStatus: 402, body: '' },
    error: {
      code: 'forbidden',
      failure: 'forbidden',
      httpStatus: 402,
      message: 'onlyoffice answered HTTP 402: the portal is not paid for',
    },
  },
  {
    title: 'an account that is no administrator',
    answer: { httpStatus: 403, body: readFixture('error_403_not_admin.json') },
    error: {
      code: 'forbidden',
      failure: 'forbidden',
      httpStatus: 403,
      message: 'onlyoffice answered HTTP 403: Access denied',
    },
  },
  {
    title: 'a portal that is being restored',
    answer: { httpStatus: 403, body: '' },
    error: {
      code: 'forbidden',
      failure: 'forbidden',
      httpStatus: 403,
      message: 'onlyoffice answered HTTP 403: without a reason, as while the portal is restored or encrypted',
    },
  },
  {
    title: 'a portal that was removed',
    answer: { httpStatus: 404, body: '' },
    error: {
      code: 'invalid_request',
      failure: 'invalid_request',
      httpStatus: 404,
      message:
        'onlyoffice answered HTTP 404: there is no portal: it was removed or suspended, or "portalUrl" is not its address',
    },
  },
  {
    title: 'a host that is no portal',
    answer: { httpStatus: 404, body: '<h1>Not Found</h1>', headers: { 'content-type': 'text/html' } },
    error: {
      code: 'invalid_request',
      failure: 'invalid_request',
      httpStatus: 404,
      message: 'onlyoffice answered HTTP 404',
    },
  },
  {
    title: 'a fault inside the portal',
    answer: { httpStatus: 500, body: readFixture('error_500.json') },
    error: {
      code: 'server_error',
      failure: 'transient',
      httpStatus: 500,
      isRetryable: true,
      message: "onlyoffice answered HTTP 500: Exception of type 'System.Exception' was thrown.",
    },
  },
  {
    title: 'a message with line breaks and control codes, which are taken out',
    answer: {
      httpStatus: 403,
      body: JSON.stringify({ error: { message: 'No.\r\n\u001b[2JAll is well.\u0000\u009b' } }),
    },
    error: {
      code: 'forbidden',
      failure: 'forbidden',
      httpStatus: 403,
      message: 'onlyoffice answered HTTP 403: No. [2JAll is well.',
    },
  },
  {
    title: 'a proxy that answers in HTML',
    answer: { httpStatus: 502, body: badGateway, headers: { 'content-type': 'text/html' } },
    error: {
      code: 'server_error',
      failure: 'transient',
      httpStatus: 502,
      isRetryable: true,
      message: 'onlyoffice answered HTTP 502',
    },
  },
  {
    title: 'an error envelope of another shape',
    answer: { httpStatus: 503, body: '{"error":"down","response":[],"statusCode":"503"}' },
    error: {
      code: 'server_error',
      failure: 'transient',
      httpStatus: 503,
      isRetryable: true,
      message: 'onlyoffice answered HTTP 503',
    },
  },
];

describe.each(callNames)('%s: a refusal is an error about the request', (name) => {
  test.each(refusals)('$title', async ({ answer, error }) => {
    const thrown = await failWith(answer, name);
    expect(allOf(thrown)).toEqual({ ...requestError, ...error });
    expect(portal.classify(thrown)).toBe(Reflect.get(error, 'failure'));
  });
});

test('a 404 in the envelope of the API is not taken for a migration that is not found', async () => {
  const body = readFixture('error_404_logs_no_migration.json');
  expect(allOf(await failWith({ httpStatus: 404, body }))).toEqual({
    ...requestError,
    code: 'invalid_request',
    failure: 'invalid_request',
    httpStatus: 404,
    message: 'onlyoffice answered HTTP 404: No migration is in progress',
  });
});

test.each(['error_403_not_admin.json', 'error_404_logs_no_migration.json', 'error_500.json'])(
  'neither type nor stack of the server is kept of %s',
  async (fixture) => {
    const body = readFixture(fixture);
    const { type, stack } = JSON.parse(body).error;
    const thrown = await failWith({ httpStatus: 500, body: body.replaceAll("'System.Exception'", "''") });
    expectNoCanary(thrown, [type, stack.trim()]);
  },
);

describe('a rate limit tells how long to wait when the portal says so', () => {
  test.each([
    { title: 'in seconds', header: '7', retryAfterMs: 7000 },
    { title: 'as a date', header: 'Wed, 21 Oct 2026 07:28:30 GMT', retryAfterMs: 30_000 },
    { title: 'as a date that has passed', header: 'Wed, 21 Oct 2026 07:00:00 GMT', retryAfterMs: 0 },
    { title: 'not at all', header: undefined, retryAfterMs: undefined },
    { title: 'in words that mean nothing', header: 'soon', retryAfterMs: undefined },
  ])('$title', async ({ header, retryAfterMs }) => {
    const headers = header === undefined ? {} : { 'retry-after': header };
    const thrown = await failWith({ httpStatus: 429, body: '', headers });
    expect(allOf(thrown)).toEqual({
      ...requestError,
      code: 'throttled',
      failure: 'throttled',
      httpStatus: 429,
      isRetryable: true,
      message: 'onlyoffice answered HTTP 429',
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
    expect(portal.classify(thrown)).toBe('throttled');
  });
});

describe.each(['read', 'cancel'] as const)(
  '%s: an answer with HTTP 200 that does not fit is an error about the answer',
  (name) => {
    const json = 'application/json';
    const counts = '"successedUsers":0,"failedUsers":0';
    test.each([
      {
        title: 'malformed JSON',
        body: '{"response":',
        path: '$',
        message: 'JSON at $, got 12 characters of application/json',
      },
      { title: 'nothing', body: '', path: '$', message: 'JSON at $, got 0 characters of application/json' },
      {
        title: 'a page of a proxy',
        body: '<h1>Sign in</h1>',
        contentType: 'text/html; charset=utf-8',
        path: '$',
        message: 'JSON at $, got 16 characters of text/html',
      },
      { title: 'an array', body: '[]', path: '$', message: 'object at $, got an array of 0' },
      { title: 'a word', body: '"ok"', path: '$', message: 'object at $, got the string "ok"' },
      {
        title: 'an object that is neither envelope nor job',
        body: '{"ok":true}',
        path: '$.isCompleted',
        message: 'boolean at $.isCompleted, got nothing',
      },
      {
        title: 'an error with a status of success',
        body: readFixture('error_403_not_admin.json'),
        path: '$.statusCode',
        message: 'one of 200 at $.statusCode, got the number 403',
      },
      {
        title: 'a rejected model with a status of success',
        body: '{"response":null,"status":1,"statusCode":400}',
        path: '$.statusCode',
        message: 'one of 200 at $.statusCode, got the number 400',
      },
      {
        title: 'a list',
        body: '{"response":["a"]}',
        path: '$.response',
        message: 'object at $.response, got an array of 1',
      },
      {
        title: 'a job of which nobody knows whether it has ended',
        body: '{"response":{"progress":100,"error":""}}',
        path: '$.response.isCompleted',
        message: 'boolean at $.response.isCompleted, got nothing',
      },
      {
        title: 'an end that is a word',
        body: '{"progress":100,"isCompleted":"true"}',
        path: '$.isCompleted',
        message: 'boolean at $.isCompleted, got the string "true"',
      },
      {
        title: 'an error that is an object',
        body: '{"response":{"error":{"message":"x"},"isCompleted":true}}',
        path: '$.response.error',
        message: 'string at $.response.error, got an object',
      },
      {
        title: 'an operation that is a number',
        body: `{"response":{"isCompleted":true,"parseResult":{"operation":1,${counts}}}}`,
        path: '$.response.parseResult.operation',
        message: 'string at $.response.parseResult.operation, got the number 1',
      },
      {
        title: 'an import without the number of failed users',
        body: '{"response":{"isCompleted":true,"parseResult":{"operation":"migration","successedUsers":2}}}',
        path: '$.response.parseResult.failedUsers',
        message: 'number at $.response.parseResult.failedUsers, got nothing',
      },
      {
        title: 'a number of failed users below 0',
        body: '{"response":{"isCompleted":true,"parseResult":{"operation":"migration","successedUsers":2,"failedUsers":-1}}}',
        path: '$.response.parseResult.failedUsers',
        message: 'a count at $.response.parseResult.failedUsers, got the number -1',
      },
      {
        title: 'errors that are no texts',
        body: `{"response":{"isCompleted":true,"parseResult":{"errors":["a",{}],${counts}}}}`,
        path: '$.response.parseResult.errors[1]',
        message: 'string at $.response.parseResult.errors[1], got an object',
      },
    ])('$title', async ({ body, contentType = json, path, message }) => {
      const thrown = await failWith(
        { httpStatus: 200, body, headers: { 'content-type': contentType } },
        name,
      );
      expect(allOf(thrown)).toEqual({ ...responseError, path, message: `onlyoffice: expected ${message}` });
      expect(portal.classify(thrown)).toBe('invalid_response');
    });
  },
);

describe.each(['parse', 'import', 'clear', 'finish'] as const)(
  '%s: a command is not taken for accepted',
  (name) => {
    test.each([
      {
        title: 'by a page',
        body: '<h1>Sign in</h1>',
        path: '$',
        message: 'JSON at $, got 16 characters of text/html',
      },
      { title: 'by an array', body: '[]', path: '$', message: 'object at $, got an array of 0' },
      {
        title: 'by an error with a status of success',
        body: readFixture('error_500.json'),
        path: '$.statusCode',
        message: 'one of 200 at $.statusCode, got the number 500',
      },
    ])('$title', async ({ body, path, message }) => {
      const thrown = await failWith(
        { httpStatus: 200, body, headers: { 'content-type': 'text/html' } },
        name,
      );
      expect(allOf(thrown)).toEqual({ ...responseError, path, message: `onlyoffice: expected ${message}` });
    });
  },
);

test.each(['text/html; charset=utf-8', 'text/plain'])('a page is not taken for a log: %s', async (type) => {
  const answer = { httpStatus: 200, body: '\n<h1>Sign in</h1>', headers: { 'content-type': type } };
  expect(allOf(await failWith(answer, 'logs'))).toEqual({
    ...responseError,
    path: '$',
    message: 'onlyoffice: expected a log, got a page',
  });
});

test.each([
  { body: '{}', path: '$', message: 'array at $, got an object' },
  { body: '{"statusCode":200}', path: '$.response', message: 'array at $.response, got nothing' },
  {
    body: '{"response":["Nextcloud",7]}',
    path: '$.response[1]',
    message: 'string at $.response[1], got the number 7',
  },
])(
  'names of migrators that are none are an error about the answer: $body',
  async ({ body, path, message }) => {
    const thrown = await failWith({ httpStatus: 200, body }, 'list');
    expect(allOf(thrown)).toEqual({ ...responseError, path, message: `onlyoffice: expected ${message}` });
  },
);

describe('credentials stay out of everything, also when the portal repeats them', () => {
  const forms: readonly { title: string; auth: OnlyOfficeAuth; sent: string }[] = [
    { title: 'an API key', auth: { apiKey: canary }, sent: canary },
    { title: 'a token', auth: { token: canary }, sent: `Bearer ${canary}` },
    { title: 'a cookie', auth: { cookie: canary }, sent: `asc_auth_key=${canary}` },
    {
      title: 'a password',
      auth: { username: 'anna@example.com', password: canary },
      sent: `Basic ${Buffer.from(`anna@example.com:${canary}`).toString('base64')}`,
    },
    { title: 'an authorization with a scheme', auth: { authorization: `Bearer ${canary}` }, sent: canary },
    { title: 'an authorization without one', auth: { authorization: canary }, sent: canary },
  ];

  test.each(forms)('$title', async ({ auth, sent }) => {
    const from = createOnlyOfficeAdapter({ portalUrl, auth });
    const secrets = [canary, sent, sent.slice(sent.indexOf(' ') + 1)];
    const echo = `${sent} ${secrets.join(' ')} ${encodeURIComponent(sent)}`;
    const answers = [
      { httpStatus: 401, body: JSON.stringify({ error: { message: echo } }) },
      { httpStatus: 403, body: JSON.stringify({ error: { message: `${'x'.repeat(180)}${echo}` } }) },
      { httpStatus: 400, body: JSON.stringify({ response: { title: echo } }) },
      { httpStatus: 200, body: JSON.stringify({ isCompleted: echo }) },
      { httpStatus: 200, body: JSON.stringify({ [echo]: { [echo]: echo } }) },
      { httpStatus: 200, body: 'x', headers: { 'content-type': `text/${encodeURIComponent(sent)}` } },
    ];
    for (const answer of answers) {
      const thrown = await failWith(answer, 'read', from);
      expectNoCanary(thrown, secrets);
      expect(`${thrown.message} ${thrown.stack}`).not.toContain(canary.slice(0, 10));
    }
  });

  test.each(forms)('$title, in an error of the network', async ({ auth, sent }) => {
    const fetch = async () => {
      throw Object.assign(new TypeError(`failed: ${sent}`, { cause: new Error(sent) }), { sent });
    };
    const from = createOnlyOfficeAdapter({ portalUrl, auth, fetch });
    const thrown: unknown = await from.getStatus({}).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'unreachable', failure: 'transient', isRetryable: true });
    expectNoCanary(thrown, [canary, sent]);
  });

  test.each(forms)(
    '$title, in readings, refs, keys, lanes, URLs and the adapter itself',
    async ({ auth, sent }) => {
      await using server = await createLoopbackServer((request, response) =>
        response.end(
          readFixture(request.method === 'GET' ? 'migration_completed.json' : 'command_accepted.json'),
        ),
      );
      const from = createOnlyOfficeAdapter({ portalUrl: server.origin, auth });
      const reading = await from.getStatus({});
      const ref = await from.start({ selection: { migratorName: 'Nextcloud' } });
      const urls = server.requests.map(({ url }) => url);
      expect(urls).toHaveLength(2);
      expectNoCanary([from, reading, ref, from.key(ref), from.lane(ref), urls], [canary, sent]);
      const header = server.requests[0]?.headers[sent.startsWith('asc') ? 'cookie' : 'authorization'];
      expect(header).toContain(sent);
    },
  );

  test('a redirect to another origin is not followed', async () => {
    await using stranger = await createLoopbackServer((_request, response) => response.end('{}'));
    await using server = await createLoopbackServer((_request, response) =>
      response.writeHead(302, { location: `${stranger.origin}/api/2.0/migration/status` }).end(),
    );
    const from = createOnlyOfficeAdapter({ portalUrl: server.origin, auth: { cookie: canary } });
    await expect(from.getStatus({})).rejects.toMatchObject({ code: 'invalid_response' });
    expect([server.requests.length, stranger.requests.length]).toEqual([1, 0]);
  });
});
