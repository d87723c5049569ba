import { getEventListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { expectNoCanary } from '../../../../test/support/canary.ts';
import { createLoopbackServer, createUnfinishedAnswer } from '../../../../test/support/loopback-server.ts';
import { createRecordingFetch } from '../../../../test/support/recording-fetch.ts';
import { createHttpClient, type HttpClientOptions } from '../../src/adapter/http-client.ts';
import type { KnownFailure } from '../../src/adapter/http-reply.ts';

const apiKey = 'canary-key-0c1d';
const token = 'canary-token-77fe';
const password = 'canary-password-5a5a';
const canaries = [apiKey, token, password];

afterEach(() => {
  vi.useRealTimers();
});

function createClient(baseUrl: string, options: Partial<HttpClientOptions> = {}) {
  return createHttpClient({
    provider: 'acme',
    baseUrl,
    credentials: { 'x-api-key': apiKey, authorization: `Bearer ${token}` },
    secrets: [password],
    ...options,
  });
}

/** What a call rejects with; no credential can be read anywhere in it. */
async function rejectionOf(call: Promise<unknown>): Promise<unknown> {
  const error = await call.then(
    () => expect.unreachable('the call must fail'),
    (thrown: unknown) => thrown,
  );
  expectNoCanary(error, canaries);
  return error;
}

/** Every property of an error, the message with them. */
function allOf(error: unknown): object {
  return { ...Object(error), message: Object(error).message };
}

const manyCalls = Array.from({ length: 20 });

/** Some timers are the test runner's, so that only a count that grows with the number of calls tells a leak. */
function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

function startBody(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"status":');
}

const requestError = {
  name: 'ProviderRequestError',
  kind: 'request',
  provider: 'acme',
  failure: 'transient',
  isRetryable: true,
};
const timeoutError = {
  ...requestError,
  code: 'request_timeout',
  message: 'acme: no complete answer within 50 ms',
};
const responseError = {
  name: 'ProviderResponseError',
  kind: 'response',
  provider: 'acme',
  code: 'invalid_response',
  failure: 'invalid_response',
  isRetryable: false,
  path: '$',
};

describe('a request', () => {
  test('carries path, query, headers and credentials', async () => {
    await using server = await createLoopbackServer((_request, response) => response.end('{"a":1}'));
    const http = createClient(`${server.origin}/base/v2/`, { headers: { 'x-version': '2' } });
    const query = [
      ['id', 'a&b=c'],
      ['id', '🚚'],
    ] as const;
    const reply = await http.send({ path: `/jobs/${encodeURIComponent('../?#/')}`, query });
    expect({ status: reply.status, isOk: reply.isOk, text: reply.text, json: reply.json() }).toEqual({
      status: 200,
      isOk: true,
      text: '{"a":1}',
      json: { a: 1 },
    });
    expect(http.origin).toBe(server.origin);
    expect(server.requests).toEqual([
      {
        method: 'GET',
        url: '/base/v2/jobs/..%2F%3F%23%2F?id=a%26b%3Dc&id=%F0%9F%9A%9A',
        headers: expect.objectContaining({
          accept: 'application/json',
          'x-api-key': apiKey,
          authorization: `Bearer ${token}`,
          'x-version': '2',
        }),
        body: '',
      },
    ]);
  });

  test.each([
    { title: 'JSON', json: { a: [1] }, body: '{"a":[1]}' },
    { title: 'JSON that is nothing', json: null, body: 'null' },
  ])('posts $title', async ({ json, body }) => {
    await using server = await createLoopbackServer((_request, response) => response.end());
    await createClient(server.origin).send({ method: 'POST', path: '/jobs', json });
    expect(server.requests).toEqual([
      {
        method: 'POST',
        url: '/jobs',
        headers: expect.objectContaining({ 'content-type': 'application/json' }),
        body,
      },
    ]);
  });

  test.each(['PUT', 'PATCH', 'DELETE'] as const)('can be a %s, with JSON and without', async (method) => {
    await using server = await createLoopbackServer((_request, response) => response.end());
    const http = createClient(server.origin);
    await http.send({ method, path: '/jobs/1', json: { a: 1 } });
    await http.send({ method, path: '/jobs/1' });
    expect(server.requests.map(({ method, url, body }) => ({ method, url, body }))).toEqual([
      { method, url: '/jobs/1', body: '{"a":1}' },
      { method, url: '/jobs/1', body: '' },
    ]);
  });

  test('goes to a whole URL of the same origin, wherever the base URL ends', async () => {
    await using server = await createLoopbackServer((_request, response) => response.end());
    const http = createClient(`${server.origin}/v1`);
    await http.send({ url: `${server.origin}/operations/7?t=a%2Fb`, query: [['page', '2']] });
    expect(server.requests.map(({ url }) => url)).toEqual(['/operations/7?t=a%2Fb&page=2']);
  });

  test.each([
    'https://elsewhere.example/operations/7',
    'http://api.acme.example/operations/7',
    'https://api.acme.example:8443/operations/7',
    'https://user:word@api.acme.example/operations/7',
    '//api.acme.example/operations/7',
    '/operations/7',
    '',
  ])('is not sent to the URL %j', async (url) => {
    const send = vi.fn<typeof fetch>();
    const http = createClient('https://api.acme.example/v1', { fetch: send });
    await expect(http.send({ url })).rejects.toMatchObject({ name: 'ConfigurationError', option: 'url' });
    expect(send).not.toHaveBeenCalled();
  });

  describe.each(['https://api.acme.example', 'https://api.acme.example/v1'])('at %s', (baseUrl) => {
    test.each([
      '/..',
      '/../jobs',
      '/jobs/.',
      '/jobs/../../admin',
      '/%2e%2e/x',
      '/%2E./x',
      '/\\..\\x',
      '/jobs\\1',
      '.evil.com/x',
      ':8443/x',
      '@evil.com/x',
      'jobs',
      '',
      '?a=1',
      '/a b',
      '/a\n',
    ])('to %j is refused before it is sent', async (path) => {
      const { fetch, requests } = createRecordingFetch(() => new Response());
      const http = createClient(baseUrl, { fetch });
      expect(allOf(await rejectionOf(http.send({ path })))).toEqual({
        name: 'ConfigurationError',
        kind: 'configuration',
        code: 'invalid_configuration',
        provider: 'acme',
        isRetryable: false,
        option: 'path',
        message: 'acme: the path of a request must stand for itself; an id in it cannot be "." or ".."',
      });
      expect(requests).toEqual([]);
    });

    test.each([
      '/',
      '/jobs/',
      '/a?next=/../b',
      '//evil.com/x',
      '/..a/b..',
      '/@evil.com',
      `/${encodeURIComponent('a/../b\\c?#')}`,
      `/${encodeURIComponent("-_.!~*'()")}`,
    ])('to %j goes where it is written', async (path) => {
      const { fetch, requests } = createRecordingFetch(() => new Response());
      await createClient(baseUrl, { fetch }).send({ path });
      expect(requests.map(({ url }) => url)).toEqual([`${baseUrl}${path}`]);
    });
  });

  test('is sent once, whatever the answer', async () => {
    await using server = await createLoopbackServer((_request, response) => {
      response.writeHead(503, { 'retry-after': '0' });
      response.end('down');
    });
    const reply = await createClient(server.origin).send({ path: '/' });
    expect([reply.status, reply.isOk, reply.text, server.requests.length]).toEqual([503, false, 'down', 1]);
  });

  test('goes through an injected fetch, which is called as a plain function', async () => {
    const callers: unknown[] = [];
    async function fetchAsFunction(this: unknown, input: string | URL | Request): Promise<Response> {
      callers.push(this);
      return Response.json({ url: new Request(input).url });
    }
    const http = createClient('https://api.acme.example', { fetch: fetchAsFunction });
    expect((await http.send({ path: '/jobs' })).json()).toEqual({ url: 'https://api.acme.example/jobs' });
    expect(callers).toEqual([undefined]);
  });
});

describe('an option that cannot be used is refused up front', () => {
  const { fetch, requests } = createRecordingFetch(() => new Response());
  const headerValue = 'a non-empty string without line breaks or surrounding spaces';
  test.each<{ title: string; options: Partial<HttpClientOptions>; option: string; expected: string }>([
    {
      title: 'a credential with a line break',
      options: { credentials: { 'x-api-key': `${apiKey}\r\nx-evil: 1` } },
      option: 'x-api-key',
      expected: headerValue,
    },
    {
      title: 'an empty credential',
      options: { credentials: { key: '' } },
      option: 'key',
      expected: headerValue,
    },
    {
      title: 'a header of spaces',
      options: { headers: { 'x-note': ' ' } },
      option: 'x-note',
      expected: headerValue,
    },
    {
      title: 'a base URL with a password',
      options: { baseUrl: `https://user:${password}@api.acme.example` },
      option: 'baseUrl',
      expected: 'an https: URL without credentials, query or fragment (http: is accepted for loopback only)',
    },
    {
      title: 'a header whose name has a space',
      options: { headers: { 'x note': 'a' } },
      option: 'x note',
      expected: 'the name of a header',
    },
    ...[0, -1, Number.NaN].flatMap((value) => [
      {
        title: `a time of ${value}`,
        options: { timeoutMs: value },
        option: 'timeoutMs',
        expected: 'a positive number of milliseconds',
      },
      {
        title: `a longest body of ${value}`,
        options: { maxBodyBytes: value },
        option: 'maxBodyBytes',
        expected: 'a positive number of bytes',
      },
    ]),
    {
      title: 'a fetch that cannot be called',
      options: { fetch: {} as typeof fetch },
      option: 'fetch',
      expected: 'a function like the global fetch',
    },
  ])('$title', async ({ options, option, expected }) => {
    const build = async () => createClient('https://api.acme.example', { fetch, ...options });
    expect(allOf(await rejectionOf(build()))).toEqual({
      name: 'ConfigurationError',
      kind: 'configuration',
      code: 'invalid_configuration',
      provider: 'acme',
      isRetryable: false,
      option,
      message: `acme: "${option}" must be ${expected}`,
    });
    expect(requests).toEqual([]);
  });
});

describe('time', () => {
  test('is over when no answer comes, and the connection is cut', async () => {
    const answer = createUnfinishedAnswer();
    await using server = await createLoopbackServer(answer.handler);
    const error = await rejectionOf(createClient(server.origin, { timeoutMs: 50 }).send({ path: '/' }));
    expect(allOf(error)).toEqual(timeoutError);
    await answer.cut;
  });

  test('is over when the body does not end', async () => {
    const answer = createUnfinishedAnswer(startBody);
    await using server = await createLoopbackServer(answer.handler);
    const error = await rejectionOf(createClient(server.origin, { timeoutMs: 50 }).send({ path: '/' }));
    expect(allOf(error)).toEqual(timeoutError);
    await answer.cut;
  });

  test('is over when an injected fetch takes no notice of the signal', async () => {
    const deaf = createClient('https://api.acme.example', {
      timeoutMs: 50,
      fetch: () => new Promise(() => {}),
    });
    expect(allOf(await rejectionOf(deaf.send({ path: '/' })))).toEqual(timeoutError);
  });

  test('counts for all redirects together', async () => {
    await using server = await createLoopbackServer(async (request, response) => {
      if (request.url === '/4') return;
      response.writeHead(302, { location: `/${Number(request.url.slice(1)) + 1}` });
      response.end();
    });
    const error = await rejectionOf(createClient(server.origin, { timeoutMs: 50 }).send({ path: '/1' }));
    expect(allOf(error)).toEqual(timeoutError);
  });

  test('can be longer than a timer can hold', async () => {
    await using server = await createLoopbackServer((_request, response) => response.end('late'));
    const reply = await createClient(server.origin, { timeoutMs: 2 ** 40 }).send({ path: '/' });
    expect(reply.text).toBe('late');
  });

  test('leaves neither timer nor listener when the answer comes', async () => {
    await using server = await createLoopbackServer((_request, response) => response.end('{}'));
    const timersBefore = activeTimers();
    const { signal } = new AbortController();
    const http = createClient(server.origin);
    await Promise.all(manyCalls.map(() => http.send({ path: '/' }, signal)));
    expect(activeTimers()).toBeLessThan(timersBefore + manyCalls.length / 2);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('an abort rejects with its reason and leaves nothing behind', () => {
  const reason = new Error('the process is shutting down');

  test('before the request, which is not sent', async () => {
    await using server = await createLoopbackServer((_request, response) => response.end('{}'));
    const call = createClient(server.origin).send({ path: '/' }, AbortSignal.abort(reason));
    await expect(call).rejects.toBe(reason);
    expect(server.requests).toEqual([]);
  });

  test('before the answer, where the provider sees the connection close', async () => {
    const answer = createUnfinishedAnswer();
    await using server = await createLoopbackServer(answer.handler);
    const controller = new AbortController();
    const call = createClient(server.origin).send({ path: '/' }, controller.signal);
    const outcome = expect(call).rejects.toBe(reason);
    await answer.arrived;
    controller.abort(reason);
    await outcome;
    await answer.cut;
  });

  test('during the body, where the provider sees the connection close', async () => {
    const answer = createUnfinishedAnswer(startBody);
    await using server = await createLoopbackServer(answer.handler);
    const controller = new AbortController();
    const headersArrived = Promise.withResolvers<void>();
    const http = createClient(server.origin, {
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        headersArrived.resolve();
        return response;
      },
    });
    const outcome = expect(http.send({ path: '/' }, controller.signal)).rejects.toBe(reason);
    await headersArrived.promise;
    controller.abort(reason);
    await outcome;
    await answer.cut;
  });

  test('at once, also when an injected fetch takes no notice of it', async () => {
    const controller = new AbortController();
    const deaf = createClient('https://api.acme.example', { fetch: () => new Promise(() => {}) });
    const call = deaf.send({ path: '/' }, controller.signal);
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('of all calls that share the signal', async () => {
    const answer = createUnfinishedAnswer();
    await using server = await createLoopbackServer(answer.handler);
    const timersBefore = activeTimers();
    const controller = new AbortController();
    const http = createClient(server.origin);
    const outcomes = Promise.allSettled(manyCalls.map(() => http.send({ path: '/' }, controller.signal)));
    await answer.arrived;
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(manyCalls.length);
    expect(activeTimers()).toBeGreaterThan(timersBefore + manyCalls.length / 2);
    controller.abort(reason);
    expect(await outcomes).toEqual(manyCalls.map(() => ({ status: 'rejected', reason })));
    expect(activeTimers()).toBeLessThan(timersBefore + manyCalls.length / 2);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});

describe('a network that fails is an outage', () => {
  test('a refused connection', async () => {
    const server = await createLoopbackServer(() => {});
    await server.close();
    const { signal } = new AbortController();
    const error = await rejectionOf(createClient(server.origin).send({ path: '/' }, signal));
    expect(allOf(error)).toEqual({
      ...requestError,
      code: 'unreachable',
      message: 'acme could not be reached: ECONNREFUSED',
    });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test.each([
    {
      title: 'a connection that is cut before the answer',
      cut: (response: ServerResponse) => response.socket?.resetAndDestroy(),
      reason: 'ECONNRESET',
    },
    {
      title: 'a body that is shorter than announced',
      cut: (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"status":"completed"}', () => response.socket?.destroy());
      },
      reason: 'UND_ERR_SOCKET',
    },
    {
      title: 'a body in chunks without the last one',
      cut: (response: ServerResponse) => {
        response.writeHead(200);
        response.write('{"status":"completed"}', () => response.socket?.destroy());
      },
      reason: 'UND_ERR_SOCKET',
    },
    {
      title: 'a body that is not packed the way it says',
      cut: (response: ServerResponse) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end('{"status":"completed"}');
      },
      reason: 'Z_DATA_ERROR',
    },
  ])('$title', async ({ cut, reason }) => {
    await using server = await createLoopbackServer((_request, response) => {
      cut(response);
    });
    const error = await rejectionOf(createClient(server.origin).send({ path: '/' }));
    expect(allOf(error)).toEqual({
      ...requestError,
      code: 'unreachable',
      message: `acme could not be reached: ${reason}`,
    });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a body', () => {
  const maxBodyBytes = 1000;
  const tooLong = {
    ...responseError,
    message: 'acme: expected a body of at most 1000 bytes, got a longer one',
  };

  test.each([
    { title: 'of nothing', send: (response: ServerResponse) => response.end(), text: '' },
    {
      title: 'without a length',
      send: (response: ServerResponse) => {
        response.write('a');
        response.end('b');
      },
      text: 'ab',
    },
    {
      title: 'that is packed',
      send: (response: ServerResponse) => {
        response.setHeader('content-encoding', 'gzip');
        response.end(gzipSync('{"packed":true}'));
      },
      text: '{"packed":true}',
    },
    {
      title: 'as long as allowed',
      send: (response: ServerResponse) => response.end('x'.repeat(1000)),
      text: 'x'.repeat(1000),
    },
  ])('$title is read to its end', async ({ send, text }) => {
    await using server = await createLoopbackServer((_request, response) => {
      send(response);
    });
    expect((await createClient(server.origin, { maxBodyBytes }).send({ path: '/' })).text).toBe(text);
  });

  test('may come in pieces that cut a character in two', async () => {
    const bytes = new TextEncoder().encode('🚚');
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(bytes.subarray(0, 2));
        controller.enqueue(bytes.subarray(2));
        controller.close();
      },
    });
    const http = createClient('https://api.acme.example', { fetch: async () => new Response(body) });
    expect((await http.send({ path: '/' })).text).toBe('🚚');
  });

  test('that announces too much is not read, and the connection is cut', async () => {
    const answer = createUnfinishedAnswer((response) => {
      response.writeHead(200, { 'content-length': '1001' });
      response.write('x');
    });
    await using server = await createLoopbackServer(answer.handler);
    const error = await rejectionOf(createClient(server.origin, { maxBodyBytes }).send({ path: '/' }));
    expect(allOf(error)).toEqual(tooLong);
    await answer.cut;
  });

  test('that goes on and on is cut off', async () => {
    const answer = createUnfinishedAnswer((response) => {
      response.writeHead(200);
      response.write('x'.repeat(1001));
    });
    await using server = await createLoopbackServer(answer.handler);
    const error = await rejectionOf(createClient(server.origin, { maxBodyBytes }).send({ path: '/' }));
    expect(allOf(error)).toEqual(tooLong);
    await answer.cut;
  });

  test('that is small only while it is packed is cut off too', async () => {
    await using server = await createLoopbackServer((_request, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync('x'.repeat(10_000_000)));
    });
    const http = createClient(server.origin, { maxBodyBytes: 100_000 });
    expect(allOf(await rejectionOf(http.send({ path: '/' })))).toEqual({
      ...responseError,
      message: 'acme: expected a body of at most 100000 bytes, got a longer one',
    });
  });

  test('of HTML with a status of success is an error about the answer', async () => {
    await using server = await createLoopbackServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(`<h1>Signed out</h1>${token}`);
    });
    const reply = await createClient(server.origin).send({ path: '/' });
    expect(allOf(await rejectionOf((async () => reply.json())()))).toEqual({
      ...responseError,
      message: 'acme: expected JSON at $, got 36 characters of text/html',
    });
  });
});

describe('a redirect', () => {
  /** Sends `/from` on to a location, and answers everything else. */
  function redirecting(status: number, location?: string) {
    return createLoopbackServer((request, response) => {
      const isFirst = request.url.startsWith('/from');
      if (isFirst) response.writeHead(status, location === undefined ? {} : { location });
      response.end(isFirst ? 'elsewhere' : request.body);
    });
  }

  test.each([301, 302, 303, 307, 308])('with %i of a GET is followed within the origin', async (status) => {
    await using server = await redirecting(status, '/to?b=2');
    await createClient(server.origin).send({ path: '/from', query: [['a', '1']] });
    const headers = expect.objectContaining({ 'x-api-key': apiKey, authorization: `Bearer ${token}` });
    expect(server.requests).toEqual([
      { method: 'GET', url: '/from?a=1', headers, body: '' },
      { method: 'GET', url: '/to?b=2', headers, body: '' },
    ]);
  });

  test.each([307, 308])('with %i of a POST is followed with its body', async (status) => {
    await using server = await redirecting(status, '/to');
    const reply = await createClient(server.origin).send({ method: 'POST', path: '/from', json: { a: 1 } });
    expect(reply.text).toBe('{"a":1}');
    expect(server.requests.map(({ method, url, body }) => ({ method, url, body }))).toEqual([
      { method: 'POST', url: '/from', body: '{"a":1}' },
      { method: 'POST', url: '/to', body: '{"a":1}' },
    ]);
  });

  test.each([301, 302, 303])(
    'with %i of a POST is refused, because it would lose its body',
    async (status) => {
      await using server = await redirecting(status, '/to');
      const call = createClient(server.origin).send({ method: 'POST', path: '/from', json: {} });
      expect(allOf(await rejectionOf(call))).toEqual({
        ...responseError,
        message: 'acme: expected an answer to a POST, got a redirect',
      });
      expect(server.requests).toHaveLength(1);
    },
  );

  test('to another origin is refused, and the other side sees nothing', async () => {
    await using other = await createLoopbackServer((_request, response) => response.end('{}'));
    const locations = [
      other.origin,
      `${other.origin}/to`,
      other.origin.replace('http:', ''),
      'https://127.0.0.1/',
    ];
    for (const location of locations) {
      for (const request of [{ path: '/from' }, { method: 'POST', path: '/from', json: {} }] as const) {
        await using server = await redirecting(307, location);
        expect(allOf(await rejectionOf(createClient(server.origin).send(request)))).toEqual({
          ...responseError,
          message: 'acme: expected an answer, got a redirect to another origin',
        });
        expect(server.requests).toHaveLength(1);
      }
    }
    expect(other.requests).toEqual([]);
  });

  test.each([undefined, 'http://'])('to %s leads nowhere', async (location) => {
    await using server = await redirecting(302, location);
    expect(allOf(await rejectionOf(createClient(server.origin).send({ path: '/from' })))).toEqual({
      ...responseError,
      message: 'acme: expected an answer, got a redirect to nowhere',
    });
  });

  test('is followed without waiting for the end of its own body', async () => {
    const answer = createUnfinishedAnswer((response) => {
      response.writeHead(302, { location: '/to' });
      response.write('x');
    });
    await using server = await createLoopbackServer((request, response) =>
      request.url === '/from' ? answer.handler(request, response) : response.end('there'),
    );
    expect((await createClient(server.origin).send({ path: '/from' })).text).toBe('there');
    await answer.cut;
  });

  test('that runs in a circle ends', async () => {
    await using server = await redirecting(302, '/from');
    expect(allOf(await rejectionOf(createClient(server.origin).send({ path: '/from' })))).toEqual({
      ...responseError,
      message: 'acme: expected an answer after at most 5 redirects',
    });
    expect(server.requests).toHaveLength(6);
  });

  test('is not left to fetch, which would take the credentials along', async () => {
    const modes: string[] = [];
    const http = createClient('https://api.acme.example', {
      fetch: async (input, init) => {
        modes.push(new Request(input, init).redirect);
        return new Response();
      },
    });
    await http.send({ path: '/' });
    expect(modes).toEqual(['manual']);
  });
});

describe('an answer outside 2xx', () => {
  test.each([
    { title: 'can ask to wait for seconds', retryAfter: '12', retryAfterMs: 12_000 },
    {
      title: 'can ask to wait until a date',
      retryAfter: 'Wed, 21 Oct 2026 07:29:00 GMT',
      retryAfterMs: 60_000,
    },
    { title: 'can ask for nothing that is understood', retryAfter: 'soon', retryAfterMs: undefined },
  ])('$title', async ({ retryAfter, retryAfterMs }) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 9, 21, 7, 28, 0) });
    await using server = await createLoopbackServer((_request, response) => {
      response.writeHead(429, { 'retry-after': retryAfter });
      response.end();
    });
    const reply = await createClient(server.origin).send({ path: '/' });
    expect(allOf(reply.toError())).toStrictEqual({
      ...requestError,
      code: 'throttled',
      failure: 'throttled',
      httpStatus: 429,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      message: 'acme answered HTTP 429',
    });
  });
});

describe('a refusal that names the rate limit', () => {
  const usedUp = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' };
  const someLeft = { ...usedUp, 'x-ratelimit-remaining': '3' };

  async function errorOf(status: number, headers: Record<string, string>, known?: KnownFailure) {
    const http = createHttpClient({
      provider: 'acme',
      baseUrl: 'https://api.acme.example',
      fetch: async () => new Response('', { status, headers }),
    });
    return (await http.send({ path: '/' })).toError(known);
  }

  test.each([
    { title: 'a 429 waits for the reset', status: 429, headers: usedUp, retryAfterMs: 30_000 },
    { title: 'a 429 waits for it also with some left', status: 429, headers: someLeft, retryAfterMs: 30_000 },
    { title: 'a 403 with none left waits too', status: 403, headers: usedUp, retryAfterMs: 30_000 },
    { title: 'a 403 with some left is about something else', status: 403, headers: someLeft },
    { title: 'a 500 with none left is about something else', status: 500, headers: usedUp },
    {
      title: 'what the adapter calls throttled waits',
      status: 503,
      headers: someLeft,
      known: { failure: 'throttled' } as const,
      retryAfterMs: 30_000,
    },
    {
      title: 'Retry-After is believed first',
      status: 429,
      headers: { ...usedUp, 'retry-after': '2' },
      retryAfterMs: 2000,
    },
    { title: 'a 429 without any of it says nothing', status: 429, headers: {} },
  ])('$title', async ({ status, headers, known, retryAfterMs }) => {
    expect((await errorOf(status, headers, known)).retryAfterMs).toBe(retryAfterMs);
  });
});

describe('what a reply says', () => {
  const schema = z.object({ error: z.string() });

  /** The reply with a body. */
  async function replyOf(body: string) {
    const http = createClient('https://api.acme.example', { fetch: async () => new Response(body) });
    return http.send({ path: '/' });
  }

  test.each([
    { title: 'of that shape', body: '{"error":"full","more":1}', parsed: { error: 'full' } },
    { title: 'of another shape', body: '{"error":7}', parsed: undefined },
    { title: 'of nothing', body: '', parsed: undefined },
    { title: 'of markup', body: '<h1>Bad gateway</h1>', parsed: undefined },
  ])('is tried to be read, and a body $title throws nothing', async ({ body, parsed }) => {
    expect((await replyOf(body)).tryParse(schema)).toEqual(parsed);
  });

  test('a mistake in a schema is not taken for a body of another shape', async () => {
    const validate = () => {
      throw new TypeError('broken');
    };
    const broken = { '~standard': { version: 1, vendor: 'hand', validate } } as const;
    const reply = await replyOf('{"error":"full"}');
    expect(() => reply.tryParse(broken)).toThrow(new TypeError('broken'));
  });

  test.each([
    { body: '<!doctype html><p>', isMarkup: true },
    { body: '\r\n\t <?xml version="1.0"?>', isMarkup: true },
    { body: '\ufeff<html>', isMarkup: true },
    { body: '{"a":"<p>"}', isMarkup: false },
    { body: 'a < b', isMarkup: false },
    { body: '', isMarkup: false },
  ])('$body tells whether it is markup', async ({ body, isMarkup }) => {
    expect((await replyOf(body)).isMarkup).toBe(isMarkup);
  });

  test('is told in one line, without control codes and cut to its beginning', async () => {
    const reply = await replyOf('');
    const providerMessage = `\u001b[2J one\r\ntwo\u009b ${'x'.repeat(300)}`;
    expect(reply.toError({ providerMessage }).message).toBe(
      `acme answered HTTP 200: [2J one two  ${'x'.repeat(187)}`,
    );
  });

  test('is left out when nothing but control codes was said', async () => {
    const reply = await replyOf('');
    expect(reply.toError({ providerMessage: '\u001b\r\n' }).message).toBe('acme answered HTTP 200');
  });
});

describe('credentials stay out of every error', () => {
  const echo = `${apiKey} Bearer ${token} ${encodeURIComponent(`Bearer ${token}`)} ${password}`;

  test('when a body repeats them', async () => {
    await using server = await createLoopbackServer((_request, response) => {
      response.writeHead(401, { 'content-type': `text/${apiKey}` });
      response.end(JSON.stringify({ [token]: apiKey }));
    });
    const reply = await createClient(server.origin).send({ path: '/' });
    const providerMessage = `${'x'.repeat(195)}${token}`;
    expectNoCanary([reply.toError({ providerMessage: echo }), reply.toError({ providerMessage })], canaries);
    expect(reply.toError({ providerMessage }).message).not.toContain(token.slice(0, 5));
  });

  test('when a redirect repeats them', async () => {
    const location = `http://${apiKey}:${password}@other.example/${token}`;
    await using server = await createLoopbackServer((_request, response) => {
      response.writeHead(302, { location });
      response.end();
    });
    await rejectionOf(createClient(server.origin).send({ path: '/' }));
  });

  test('when a redirect within the origin puts them into a URL that fetch refuses', async () => {
    await using server = await createLoopbackServer((request, response) => {
      response.writeHead(302, { location: `http://${apiKey}:${password}@${request.headers.host}/` });
      response.end();
    });
    await rejectionOf(createClient(server.origin).send({ path: '/' }));
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    {
      title: 'an error with everything on it',
      thrown: () => Object.assign(new TypeError(echo), { request: echo, code: echo, name: echo }),
    },
    {
      title: 'an error with a chain of causes',
      thrown: () => new TypeError(echo, { cause: new Error(echo, { cause: echo }) }),
    },
    { title: 'several errors in one', thrown: () => new AggregateError([new Error(echo)], echo) },
    { title: 'a text', thrown: () => echo },
    { title: 'an object', thrown: () => ({ headers: { 'x-api-key': apiKey } }) },
  ])('when the network fails with $title', async ({ thrown }) => {
    const http = createClient('https://api.acme.example', {
      fetch: async () => {
        throw thrown();
      },
    });
    const error = await rejectionOf(http.send({ path: '/' }));
    expect(error).toMatchObject({
      name: 'ProviderRequestError',
      code: 'unreachable',
      cause: expect.any(Error),
    });
  });

  test('when the request itself cannot be built', async () => {
    const http = createClient('https://api.acme.example');
    const circular = { [apiKey]: token, self: {} };
    circular.self = circular;
    await rejectionOf(http.send({ method: 'POST', path: '/', json: circular }));
  });
});

test('a client shows no credential', () => {
  const http = createClient('https://api.acme.example/v1');
  expect(http).toEqual({ provider: 'acme', origin: 'https://api.acme.example', send: expect.any(Function) });
  expect(Object.isFrozen(http)).toBe(true);
  expectNoCanary(http, canaries);
});
