import { getEventListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import nock from 'nock';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  createLoopbackServer,
  createUnfinishedAnswer,
  type ReceivedRequest,
} from '../../../../test/support/loopback-server.ts';
import { createHttpClient, type HttpClientOptions } from '../../src/adapter/http-client.ts';
import { createLeanFetch } from '../../src/adapter/lean-fetch.ts';

// Importing it has replaced the global fetch.
nock.restore();

const dispatcherName = Symbol.for('undici.globalDispatcher.1');
const manual = { redirect: 'manual' } as const;

afterEach(() => {
  vi.unstubAllGlobals();
  nock.cleanAll();
  nock.restore();
});

/** A server, and a lean fetch that knows it already: the first request to an origin is the platform's. */
async function createKnownServer(handler: (request: ReceivedRequest, response: ServerResponse) => unknown) {
  const server = await createLoopbackServer((request, response) =>
    request.url === '/first' ? response.end('first') : handler(request, response),
  );
  const leanFetch = createLeanFetch();
  await (await leanFetch(`${server.origin}/first`, manual)).text();
  return {
    leanFetch,
    origin: server.origin,
    /** What came after the first. */
    received: () => server.requests.slice(1),
    close: server.close,
    [Symbol.asyncDispose]: server.close,
    createClient: (options: Partial<HttpClientOptions> = {}) =>
      createHttpClient({ provider: 'acme', baseUrl: server.origin, fetch: leanFetch, ...options }),
  };
}

/** The platform's fetch sends it, and cannot be told not to. */
function cameFromPlatform({ headers }: ReceivedRequest): boolean {
  return 'sec-fetch-mode' in headers;
}

/** Stands in for the dispatcher until disposed of. */
function replaceDispatcher(replacement: unknown) {
  const real: unknown = Reflect.get(globalThis, dispatcherName);
  Reflect.set(globalThis, dispatcherName, replacement);
  return { [Symbol.dispose]: () => Reflect.set(globalThis, dispatcherName, real) };
}

async function causeOf(call: Promise<unknown>): Promise<unknown> {
  const error = await call.then(
    () => expect.unreachable('the call must fail'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(TypeError);
  return error instanceof TypeError ? error.cause : undefined;
}

describe('what it takes goes past the platform', () => {
  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('as a %s', async (method) => {
    await using server = await createKnownServer((_request, response) => {
      response.writeHead(
        201,
        'Made',
        [
          ['content-type', 'text/plain'],
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
          ['x-letters', Buffer.from('ä', 'latin1').toString('latin1')],
        ].flat(),
      );
      response.end('done: 🚚');
    });
    const body = method === 'GET' ? {} : { body: '{"a":"ü"}' };
    const headers = { 'X-Note': 'n', 'Content-Type': 'application/json' };
    const response = await server.leanFetch(`${server.origin}/a?b=%20#c`, {
      ...manual,
      method,
      headers,
      ...body,
    });
    expect({ status: response.status, statusText: response.statusText, ok: response.ok }).toEqual({
      status: 201,
      statusText: 'Made',
      ok: true,
    });
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('x-letters')).toBe('ä');
    expect(await response.text()).toBe('done: 🚚');
    expect(server.received()).toEqual([
      {
        method,
        url: '/a?b=%20',
        headers: expect.objectContaining({
          'x-note': 'n',
          'content-type': 'application/json',
          'accept-encoding': 'identity',
          accept: '*/*',
        }),
        body: method === 'GET' ? '' : '{"a":"ü"}',
      },
    ]);
    expect(server.received().map(cameFromPlatform)).toEqual([false]);
  });

  test('with the headers that the caller prefers', async () => {
    await using server = await createKnownServer((_request, response) => response.end());
    const headers = { Accept: 'text/csv', 'user-agent': 'mine', 'Accept-Encoding': 'gzip' };
    await server.leanFetch(server.origin, { ...manual, headers });
    expect(server.received()[0]?.headers).toMatchObject({
      accept: 'text/csv',
      'user-agent': 'mine',
      'accept-encoding': 'gzip',
    });
  });

  test.each([204, 304])('and an answer of %i has no body', async (status) => {
    await using server = await createKnownServer((_request, response) => response.writeHead(status).end());
    const response = await server.leanFetch(server.origin, manual);
    expect([response.status, response.body]).toEqual([status, null]);
    expect(server.received().map(cameFromPlatform)).toEqual([false]);
  });

  test('and hints before the answer are no answer', async () => {
    await using server = await createKnownServer((_request, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.end('the answer');
    });
    expect(await (await server.leanFetch(server.origin, manual)).text()).toBe('the answer');
  });

  test('and a redirect is handed out, not followed', async () => {
    await using server = await createKnownServer((_request, response) => {
      response.writeHead(302, { location: '/other' }).end();
    });
    const response = await server.leanFetch(server.origin, manual);
    expect([response.status, response.headers.get('location')]).toEqual([302, '/other']);
    expect(server.received()).toHaveLength(1);
  });

  test('and a long body waits for its reader', async () => {
    const text = 'abcdefgh'.repeat(3_000_000);
    let isSent = false;
    await using server = await createKnownServer((_request, response) => {
      response.end(text, () => {
        isSent = true;
      });
    });
    const response = await server.leanFetch(server.origin, manual);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(isSent).toBe(false);
    expect((await response.text()) === text).toBe(true);
    expect(server.received().map(cameFromPlatform)).toEqual([false]);
  });
});

describe('the platform is asked', () => {
  test('first by an origin, and once more where the first got no answer', async () => {
    await using server = await createLoopbackServer((request, response) =>
      request.url === '/cut' ? response.destroy() : response.end(),
    );
    const leanFetch = createLeanFetch();
    await expect(leanFetch(`${server.origin}/cut`, manual)).rejects.toThrow(TypeError);
    for (const path of ['/1', '/2', '/3']) await (await leanFetch(`${server.origin}${path}`, manual)).text();
    expect(server.requests.map(cameFromPlatform)).toEqual([true, true, false, false]);
  });

  test.each<{ title: string; init: RequestInit }>([
    { title: 'to follow redirects', init: {} },
    { title: 'for a HEAD', init: { ...manual, method: 'HEAD' } },
    { title: 'for a body that is no text', init: { ...manual, method: 'POST', body: new Blob(['a']) } },
    { title: 'for what it alone knows', init: { ...manual, cache: 'no-store' } },
  ])('$title', async ({ init }) => {
    await using server = await createKnownServer((_request, response) => response.end());
    await server.leanFetch(server.origin, init);
    expect(server.received().map(cameFromPlatform)).toEqual([true]);
  });

  test('for a Request', async () => {
    await using server = await createKnownServer((_request, response) => response.end());
    await server.leanFetch(new Request(server.origin, manual));
    expect(server.received().map(cameFromPlatform)).toEqual([true]);
  });

  test('where the global fetch has been replaced', async () => {
    await using server = await createKnownServer((_request, response) => response.end());
    const replaced = vi.fn(async () => new Response('from the mock'));
    vi.stubGlobal('fetch', replaced);
    expect(await (await server.leanFetch(`${server.origin}/a`, manual)).text()).toBe('from the mock');
    expect(replaced).toHaveBeenCalledExactlyOnceWith(`${server.origin}/a`, manual);
    expect(server.received()).toEqual([]);
  });

  test('so that nock goes on intercepting', async () => {
    await using server = await createKnownServer((_request, response) => response.end('real'));
    nock.activate();
    nock(server.origin).get('/a').reply(200, 'from nock');
    expect(await (await server.leanFetch(`${server.origin}/a`, manual)).text()).toBe('from nock');
    nock.restore();
    expect(await (await server.leanFetch(`${server.origin}/a`, manual)).text()).toBe('real');
    expect(server.received().map(cameFromPlatform)).toEqual([false]);
  });

  test('where there is no dispatcher', async () => {
    await using server = await createKnownServer((_request, response) => response.end());
    using _none = replaceDispatcher(undefined);
    await server.leanFetch(server.origin, manual).then(
      (response) => response.text(),
      () => 'the platform cannot do without it either',
    );
    expect(server.received().every(cameFromPlatform)).toBe(true);
  });

  test.each(['GET', 'POST'])('once more where the dispatcher takes no %s of this shape', async (method) => {
    await using server = await createKnownServer((_request, response) => response.end());
    const real = Reflect.get(globalThis, dispatcherName);
    const tried = vi.fn();
    using _other = replaceDispatcher({
      dispatch(request: { headers: unknown }, handler: { onError(error: unknown): void }) {
        if ('sec-fetch-mode' in Object(request.headers)) return real.dispatch(request, handler);
        tried();
        handler.onError(Object.assign(new Error('invalid'), { code: 'UND_ERR_INVALID_ARG' }));
        return true;
      },
    });
    await server.leanFetch(server.origin, { ...manual, method });
    await server.leanFetch(server.origin, { ...manual, method });
    expect(tried).toHaveBeenCalledOnce();
    expect(server.received().map(cameFromPlatform)).toEqual([true, true]);
  });
});

test('a dispatcher that has been set for the platform is used', async () => {
  await using server = await createKnownServer((_request, response) => response.end());
  const real = Reflect.get(globalThis, dispatcherName);
  const paths: string[] = [];
  using _own = replaceDispatcher({
    dispatch(request: { path: string }, handler: unknown) {
      paths.push(request.path);
      return real.dispatch(request, handler);
    },
  });
  await server.leanFetch(`${server.origin}/a?b`, manual);
  expect(paths).toEqual(['/a?b']);
});

describe('it is no less careful than the platform', () => {
  test.each([{ 'x-note': 'a\r\nx-evil: 1' }, { 'x-note\r\nx-evil': '1' }, { 'x note': '1' }])(
    'headers %j are refused',
    async (headers) => {
      await using server = await createKnownServer((_request, response) => response.end());
      await expect(server.leanFetch(server.origin, { ...manual, headers })).rejects.toThrow(TypeError);
      expect(server.received()).toEqual([]);
    },
  );

  test.each(['http://user:secret@', 'http://user@'])('a URL like %s… is refused', async (start) => {
    await using server = await createKnownServer((_request, response) => response.end());
    const url = server.origin.replace('http://', start);
    await expect(server.leanFetch(url, manual)).rejects.toThrow(TypeError);
    expect(server.received()).toEqual([]);
  });

  test.each(['not a url', 'ftp://127.0.0.1/', '/path'])('%j is refused', async (url) => {
    await expect(createLeanFetch()(url, manual)).rejects.toThrow(TypeError);
  });
});

describe('an abort', () => {
  const reason = new Error('enough');

  test('before the request sends nothing', async () => {
    await using server = await createKnownServer((_request, response) => response.end());
    const call = server.leanFetch(server.origin, { ...manual, signal: AbortSignal.abort(reason) });
    await expect(call).rejects.toBe(reason);
    expect(server.received()).toEqual([]);
  });

  test('before the answer cuts the connection', async () => {
    const answer = createUnfinishedAnswer();
    await using server = await createKnownServer(answer.handler);
    const controller = new AbortController();
    const call = server.leanFetch(server.origin, { ...manual, signal: controller.signal });
    const outcome = expect(call).rejects.toBe(reason);
    await answer.arrived;
    controller.abort(reason);
    await outcome;
    await answer.cut;
  });

  test.each(['identity', 'gzip'])('in the middle of a body (%s) cuts the connection', async (coding) => {
    const answer = createUnfinishedAnswer((response) => {
      response.writeHead(200, { 'content-encoding': coding });
      response.write(coding === 'gzip' ? gzipSync('a'.repeat(100)).subarray(0, 15) : 'a');
    });
    await using server = await createKnownServer(answer.handler);
    const controller = new AbortController();
    const response = await server.leanFetch(server.origin, { ...manual, signal: controller.signal });
    const outcome = expect(response.text()).rejects.toBe(reason);
    controller.abort(reason);
    await outcome;
    await answer.cut;
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('at the same moment as the call cuts the connection too', async () => {
    await using server = await createKnownServer((_request, response) => response.end());
    const controller = new AbortController();
    const call = server.leanFetch(server.origin, { ...manual, signal: controller.signal });
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(await (await server.leanFetch(server.origin, manual)).text()).toBe('');
  });

  test('that never comes leaves no listener', async () => {
    await using server = await createKnownServer((_request, response) => response.end('{}'));
    const { signal } = new AbortController();
    await (await server.leanFetch(server.origin, { ...manual, signal })).text();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('what goes wrong is told as by the platform', () => {
  test('a refused connection', async () => {
    const server = await createKnownServer(() => {});
    await server.close();
    expect(await causeOf(server.leanFetch(server.origin, manual))).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('a connection that is cut before the answer', async () => {
    await using server = await createKnownServer((_request, response) => response.socket?.resetAndDestroy());
    expect(await causeOf(server.leanFetch(server.origin, manual))).toMatchObject({ code: 'ECONNRESET' });
    expect(server.received()).toHaveLength(1);
  });

  test('a body that is shorter than announced', async () => {
    await using server = await createKnownServer((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('a', () => response.socket?.destroy());
    });
    const response = await server.leanFetch(server.origin, manual);
    expect(await causeOf(response.text())).toMatchObject({ code: 'UND_ERR_SOCKET' });
  });
});

describe('a packed body', () => {
  const text = JSON.stringify({ list: Array.from({ length: 5000 }, (_, index) => index) });
  const packings = {
    gzip: gzipSync(text),
    'x-gzip': gzipSync(text),
    Deflate: deflateSync(text),
    identity: text,
  };

  test.each(Object.entries(packings))('that came as %s is unpacked', async (coding, packed) => {
    await using server = await createKnownServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': coding }).end(packed);
    });
    expect((await server.createClient().send({ path: '/' })).text).toBe(text);
    expect(server.received().map(cameFromPlatform)).toEqual([false]);
  });

  test('that was packed twice is unpacked twice', async () => {
    await using server = await createKnownServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'deflate, gzip' }).end(gzipSync(deflateSync(text)));
    });
    expect((await server.createClient().send({ path: '/' })).text).toBe(text);
  });

  test('that is not what it says is an outage', async () => {
    await using server = await createKnownServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('plain');
    });
    const call = server.createClient().send({ path: '/' });
    await expect(call).rejects.toMatchObject({ code: 'unreachable', failure: 'transient' });
  });

  test('of a kind that is unknown here is left to the platform, from then on', async () => {
    await using server = await createKnownServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync(text));
    });
    const http = server.createClient();
    expect((await http.send({ path: '/' })).text).toBe(text);
    expect((await http.send({ path: '/' })).text).toBe(text);
    expect(server.received().map(cameFromPlatform)).toEqual([false, true, true]);
  });

  test('of a kind that is unknown here does not send a POST twice', async () => {
    await using server = await createKnownServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync(text));
    });
    const http = server.createClient();
    await expect(http.send({ method: 'POST', path: '/1' })).rejects.toMatchObject({ code: 'unreachable' });
    expect((await http.send({ method: 'POST', path: '/2' })).text).toBe(text);
    expect(server.received().map(({ url }) => url)).toEqual(['/1', '/2']);
  });

  test('that asks for endless unpacking is not unpacked here', async () => {
    await using server = await createKnownServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': Array(50).fill('gzip').join() }).end('x');
    });
    // How the platform takes it differs from version to version.
    await Promise.allSettled([server.createClient().send({ path: '/' })]);
    expect(server.received().map(cameFromPlatform)).toEqual([false, true]);
  });

  test('that is small only while it is packed is cut off', async () => {
    await using server = await createKnownServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(10_000_000)));
    });
    const call = server.createClient({ maxBodyBytes: 100_000 }).send({ path: '/' });
    await expect(call).rejects.toMatchObject({ code: 'invalid_response' });
  });
});

describe('the HTTP client keeps its promises over it', () => {
  test.each([
    { title: 'announces too much', head: { 'content-length': '1001' }, start: 'x' },
    { title: 'goes on and on', head: {}, start: 'x'.repeat(1001) },
  ])('a body that $title is cut off', async ({ head, start }) => {
    const answer = createUnfinishedAnswer((response) => response.writeHead(200, head).write(start));
    await using server = await createKnownServer(answer.handler);
    const call = server.createClient({ maxBodyBytes: 1000 }).send({ path: '/' });
    await expect(call).rejects.toMatchObject({ code: 'invalid_response' });
    await answer.cut;
    expect(server.received().map(cameFromPlatform)).toEqual([false]);
  });

  test.each([undefined, (response: ServerResponse) => response.writeHead(200).write('x')])(
    'time is over, and the connection is cut',
    async (start) => {
      const answer = createUnfinishedAnswer(start);
      await using server = await createKnownServer(answer.handler);
      const call = server.createClient({ timeoutMs: 100 }).send({ path: '/' });
      await expect(call).rejects.toMatchObject({ code: 'request_timeout' });
      await answer.cut;
    },
  );

  test('credentials do not follow a redirect to another origin', async () => {
    await using other = await createLoopbackServer((_request, response) => response.end());
    await using server = await createKnownServer((_request, response) => {
      response.writeHead(302, { location: other.origin }).end();
    });
    const http = server.createClient({ credentials: { authorization: 'Bearer canary-1234' } });
    await expect(http.send({ path: '/' })).rejects.toMatchObject({ code: 'invalid_response' });
    expect(other.requests).toEqual([]);
  });
});
