/**
 * A `fetch` that does less than the platform's, for processes that read a lot. It is an entry of its own, because it gains
 * nothing where the platform is not Node.
 *
 * @module
 */

import { isPlainPath } from './is-plain-path.ts';
import { exchange } from './lean-exchange.ts';
import { type Dispatch, type DispatchRequest, findDispatch } from './undici-dispatch.ts';

/**
 * Makes a `fetch` for the `fetch` option of an adapter that takes less processor time than the platform's: a request alone
 * takes less than half, a whole read, with validation, mapping and the tracker's step, about half (Node 24, small bodies).
 * It speaks over the connections that Node's own `fetch` keeps, without the layers of the web standard above them.
 *
 * It takes what adapters send: an `http:` or `https:` URL, a method other than `HEAD`, headers, a body that is a text, a
 * signal, and `redirect: 'manual'`. All else goes to the platform's `fetch`, as does every request in browsers and other
 * runtimes, and while the global `fetch` is not Node's own (a mock, instrumentation). So does the first request to an
 * origin, until one has been answered: what the platform refuses, as some ports, is refused here.
 *
 * Certificates are checked, headers validated and connections kept as with the platform's `fetch`, and a global dispatcher
 * of your own (a proxy, a mock) is honoured. It rejects as that does: with a `TypeError` whose `cause` has the code, or with
 * the signal's reason. These things differ: it asks for a body that is not packed, unless the headers have an
 * `accept-encoding` (one that is packed as gzip or deflate is unpacked all the same); it sends no `accept-language` and no
 * `sec-fetch-mode`; the response knows no `url`; and a body that is neither read nor canceled keeps its connection.
 *
 * @example
 * const velt = createVeltAdapter({ apiKey: 'your-api-key', authToken: 'your-auth-token', fetch: createLeanFetch() });
 */
export function createLeanFetch(): typeof fetch {
  /** Origins that have answered the platform's `fetch`, and whether their answers can be read here. */
  const origins = new Map<string, boolean>();

  async function fetchLeanly(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const target = isTaken(input, init) ? toTarget(input, origins) : undefined;
    if (target === undefined) return fetch(input, init);
    const { origin } = target;
    const dispatch = origins.get(origin) === true ? findDispatch() : undefined;
    if (dispatch === undefined) {
      const response = await fetch(input, init);
      if (!origins.has(origin)) origins.set(origin, true);
      return response;
    }
    const outcome = await send(dispatch, target, init);
    if (typeof outcome === 'object') return outcome;
    origins.set(origin, false);
    const isHarmless = outcome === 'unsent' || (init.method ?? 'GET') === 'GET';
    if (isHarmless) return fetch(input, init);
    throw new TypeError('fetch failed', { cause: new Error('the answer cannot be read') });
  }

  return fetchLeanly;
}

/** Where a request goes; the path with its query. */
type Target = Pick<DispatchRequest, 'origin' | 'path'>;

/** Undefined for what is to be the platform's. An origin that is known is written as a URL would write it. */
function toTarget(input: string | URL, origins: ReadonlyMap<string, unknown>): Target | undefined {
  const text = String(input);
  const end = text.indexOf('/', 'https://'.length);
  const [origin, path] = [text.slice(0, end), text.slice(end)];
  if (origins.has(origin) && isPlainPath(path)) return { origin, path };
  const url = URL.parse(input);
  if (url === null || !isPlainUrl(url)) return undefined;
  return { origin: url.origin, path: `${url.pathname}${url.search}` };
}

/** A word instead of the response where this is the platform's to do after all. */
async function send(
  dispatch: Dispatch,
  { origin, path }: Target,
  init: RequestInit,
): Promise<Response | 'unsent' | 'unreadable'> {
  const { method = 'GET', signal } = init;
  signal?.throwIfAborted();
  const body = typeof init.body === 'string' ? init.body : null;
  const request = { origin, path, method, headers: toHeaders(init.headers, body), body };
  try {
    return (await exchange(dispatch, request, signal)) ?? 'unreadable';
  } catch (error) {
    signal?.throwIfAborted();
    if (isRefusedUnsent(error)) return 'unsent';
    throw new TypeError('fetch failed', { cause: error });
  }
}

const takenMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const takenOptions = ['method', 'headers', 'body', 'signal', 'redirect'];

function isTaken(input: string | URL | Request, init: RequestInit): input is string | URL {
  const { method = 'GET', body = null, redirect } = init;
  return (
    (typeof input === 'string' || input instanceof URL) &&
    redirect === 'manual' &&
    takenMethods.includes(method) &&
    (body === null || (typeof body === 'string' && method !== 'GET')) &&
    Object.keys(init).every((name) => takenOptions.includes(name))
  );
}

function isPlainUrl({ protocol, username, password }: URL): boolean {
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '';
}

function toHeaders(init: HeadersInit | undefined, body: string | null): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {
    accept: '*/*',
    'accept-encoding': 'identity',
    'user-agent': 'node',
  };
  if (body !== null) headers['content-type'] = 'text/plain;charset=UTF-8';
  const given = isPlainRecord(init) ? Object.entries(init) : new Headers(init);
  for (const [name, value] of given) headers[name.toLowerCase()] = value;
  return headers;
}

/** The dispatcher checks names and values itself, so that only what comes in another shape needs a `Headers`. */
function isPlainRecord(init: HeadersInit | undefined): init is Record<string, string> {
  const isObject = init !== undefined && !(init instanceof Headers) && !(Symbol.iterator in init);
  return isObject && Object.values(init).every((value) => typeof value === 'string');
}

/** The dispatcher takes no such request, or speaks another language, and says so before anything is sent. */
function isRefusedUnsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'UND_ERR_INVALID_ARG';
}
