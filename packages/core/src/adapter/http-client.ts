import ky from 'ky';
import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { ProviderRequestError } from '../model/errors/provider-request-error.ts';
import { ProviderResponseError } from '../model/errors/provider-response-error.ts';
import { createDeadline, type Deadline } from './deadline.ts';
import { createHttpReply, type HttpReply } from './http-reply.ts';
import { isPlainPath } from './is-plain-path.ts';
import { nextTurn } from './next-turn.ts';
import {
  baseUrlExpectation,
  fetchExpectation,
  headerValueExpectation,
  isBaseUrl,
  isFetch,
  isHeaderValue,
  isTimeoutMs,
  timeoutMsExpectation,
} from './option-values.ts';
import { readCappedText } from './read-capped-text.ts';
import { createRedactor, toSafeCause } from './redact.ts';

/** How {@link createHttpClient} reaches one account of one provider. */
export interface HttpClientOptions {
  /** Named in every error. */
  readonly provider: string;
  /** Where all paths start: `https://api.example.com/v2`. It must be what `isBaseUrl` accepts. */
  readonly baseUrl: string;
  /**
   * Headers that hold credentials. They go to this origin only, and their values are taken out of every error. They must
   * be what `isHeaderValue` accepts.
   */
  readonly credentials?: Readonly<Record<string, string>>;
  /** Further texts to take out of every error: the password inside a Basic header. */
  readonly secrets?: readonly string[];
  /** Headers that anybody may see. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For one request, from sending to the last byte of the body, in milliseconds. Default 30 000. */
  readonly timeoutMs?: number | undefined;
  /** Longest body that is read, in bytes. Default 16 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Stands in for the platform's `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

/** One request to the provider. */
export type HttpRequest = RequestParts & RequestTarget;

interface RequestParts {
  /** Default `GET`. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Appended as the query, in this order; a name may occur several times. */
  readonly query?: readonly (readonly [name: string, value: string])[];
  /** Sent as JSON. */
  readonly json?: unknown;
}

type RequestTarget =
  | {
      /** Appended to the base URL, as it will stand in the URL: starts with a slash, ids go through `encodeURIComponent`. */
      readonly path: string;
      readonly url?: never;
    }
  | {
      /** A whole URL, as a provider hands out in `Location` or as a next link. It must be of the origin of the base URL. */
      readonly url: string;
      readonly path?: never;
    };

/** Sends requests to one origin. */
export interface HttpClient {
  readonly provider: string;
  /** `https://api.example.com`: where requests go, and a fit start of a lane key. */
  readonly origin: string;
  /**
   * Sends one request, once, and reads the whole answer, whatever its HTTP status. Rejects with a
   * `ProviderRequestError` when there is no answer, with a `ProviderResponseError` when the answer cannot be taken (too
   * long, redirected to another origin), with a `ConfigurationError` when the path would lead elsewhere than it is written,
   * as one with `..` in it, or the URL is of another origin, and with the signal's reason when aborted.
   */
  send(request: HttpRequest, signal?: AbortSignal): Promise<HttpReply>;
}

const maxRedirects = 5;

/**
 * Makes a client for one account of one provider. It never retries, times out, caps bodies, follows redirects within its
 * origin only (other origins would be handed the credentials), and maps what goes wrong to the errors of this library,
 * none of which holds a credential or a body. Throws a `ConfigurationError` for a base URL or a header that cannot be used.
 *
 * @example
 * const http = createHttpClient({
 *   provider: 'acme',
 *   baseUrl: 'https://api.acme.example',
 *   credentials: { authorization: `Bearer ${apiKey}` },
 * });
 * const reply = await http.send({ path: `/jobs/${encodeURIComponent(id)}` }, signal);
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { provider, timeoutMs = 30_000, maxBodyBytes = 16 * 1024 * 1024 } = options;
  checkOptions(options);
  const { origin, pathname } = new URL(options.baseUrl);
  const baseUrl = `${origin}${pathname.replace(/\/+$/, '')}`;
  const credentials = Object.values(options.credentials ?? {});
  const redact = createRedactor([
    ...credentials,
    ...credentials.map(withoutScheme),
    ...(options.secrets ?? []),
  ]);
  const client = ky.create({
    retry: 0,
    timeout: false,
    throwHttpErrors: false,
  });
  const headers = Object.fromEntries(
    new Headers({ accept: 'application/json', ...options.headers, ...options.credentials }),
  );
  const jsonHeaders = { 'content-type': 'application/json', ...headers };
  // The global is looked up at each request, because mocks and instrumentation replace it.
  const sendPlainly: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));

  async function send(request: HttpRequest, signal?: AbortSignal): Promise<HttpReply> {
    signal?.throwIfAborted();
    const url = toUrl(request);
    const deadline = createDeadline(timeoutMs, signal);
    try {
      return await deadline.race(exchange(url, request, deadline));
    } catch (error) {
      signal?.throwIfAborted();
      if (ProviderResponseError.isInstance(error)) throw error;
      throw toRequestError(error, deadline);
    } finally {
      deadline.clear();
    }
  }

  async function exchange(url: string, request: HttpRequest, deadline: Deadline): Promise<HttpReply> {
    const response = await follow(url, request, deadline);
    const text = await readCappedText(response, maxBodyBytes);
    if (text === undefined)
      throw toResponseError(`a body of at most ${maxBodyBytes} bytes, got a longer one`);
    await nextTurn();
    return createHttpReply({ provider, redact, status: response.status, headers: response.headers, text });
  }

  async function follow(start: string, request: HttpRequest, deadline: Deadline): Promise<Response> {
    const { method = 'GET' } = request;
    const body = request.json === undefined ? undefined : JSON.stringify(request.json);
    let url = start;
    for (let hop = 0; hop <= maxRedirects; hop += 1) {
      const response = await sendOnce(url, method, body, deadline.signal);
      if (!isRedirect(response)) return response;
      await response.body?.cancel();
      url = toRedirectTarget(response, url, method);
    }
    throw toResponseError(`an answer after at most ${maxRedirects} redirects`);
  }

  /**
   * Method, headers, body and signal go to `fetch` directly. In the `Request` that ky makes they would be copied several
   * times over, and `fetch` would copy that once more, which costs more than the rest of a read.
   */
  function sendOnce(
    url: string,
    method: string,
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<Response> {
    const init: RequestInit = { method, headers, redirect: 'manual', signal };
    const filled = body === undefined ? init : { ...init, headers: jsonHeaders, body };
    return client(url, { fetch: () => sendPlainly(url, filled) });
  }

  function toRedirectTarget(response: Response, from: string, method: string): string {
    const location = response.headers.get('location');
    const target = location === null ? null : URL.parse(location, from);
    if (target === null) throw toResponseError('an answer, got a redirect to nowhere');
    if (target.origin !== origin) throw toResponseError('an answer, got a redirect to another origin');
    const keepsMethod = response.status === 307 || response.status === 308;
    if (method !== 'GET' && !keepsMethod) throw toResponseError(`an answer to a ${method}, got a redirect`);
    return target.href;
  }

  function toUrl({ path, url, query }: HttpRequest): string {
    if (url === undefined) {
      if (!leadsWhereWritten(path)) throw toPathError();
      return `${baseUrl}${path}${toSearch(query)}`;
    }
    const target = URL.parse(url);
    if (target?.origin !== origin || target.username !== '' || target.password !== '') throw toUrlError();
    for (const [name, value] of query ?? []) target.searchParams.append(name, value);
    return target.href;
  }

  /** A URL resolves dots, and swallows what does not start with a slash: another place would get the credentials. */
  function leadsWhereWritten(path: string): boolean {
    if (isPlainPath(path)) return true;
    const url = URL.parse(`${baseUrl}${path}`);
    return path.startsWith('/') && url?.origin === origin && url.href === `${baseUrl}${path}`;
  }

  function toPathError(): ConfigurationError {
    const message = `${provider}: the path of a request must stand for itself; an id in it cannot be "." or ".."`;
    return new ConfigurationError({ provider, option: 'path', message });
  }

  function toUrlError(): ConfigurationError {
    const message = `${provider}: the URL of a request must be of the origin ${origin}, which alone is given the credentials`;
    return new ConfigurationError({ provider, option: 'url', message });
  }

  function toResponseError(expectation: string): ProviderResponseError {
    return new ProviderResponseError({
      provider,
      path: '$',
      message: `${provider}: expected ${expectation}`,
    });
  }

  function toRequestError(error: unknown, deadline: Deadline): ProviderRequestError {
    if (deadline.hasPassed()) {
      const message = `${provider}: no complete answer within ${timeoutMs} ms`;
      return new ProviderRequestError({ provider, code: 'request_timeout', failure: 'transient', message });
    }
    const isWrapped = error instanceof Error && error.name === 'NetworkError' && error.cause !== undefined;
    const cause = toSafeCause(isWrapped ? error.cause : error, redact);
    const message = `${provider} could not be reached: ${reasonOf(cause)}`;
    return new ProviderRequestError({ provider, code: 'unreachable', failure: 'transient', message, cause });
  }

  return Object.freeze({ provider, origin, send });
}

function checkOptions(options: HttpClientOptions): void {
  const { provider, baseUrl, headers, credentials, timeoutMs = 1, maxBodyBytes = 1, fetch } = options;
  if (!isBaseUrl(baseUrl)) throw toOptionError(provider, 'baseUrl', baseUrlExpectation);
  if (!isTimeoutMs(timeoutMs)) throw toOptionError(provider, 'timeoutMs', timeoutMsExpectation);
  if (!(maxBodyBytes > 0)) throw toOptionError(provider, 'maxBodyBytes', 'a positive number of bytes');
  if (fetch !== undefined && !isFetch(fetch)) throw toOptionError(provider, 'fetch', fetchExpectation);
  for (const [name, value] of Object.entries({ ...headers, ...credentials })) {
    if (!isHeaderName(name)) throw toOptionError(provider, name, 'the name of a header');
    if (!isHeaderValue(value)) throw toOptionError(provider, name, headerValueExpectation);
  }
}

function toOptionError(provider: string, option: string, expectation: string): ConfigurationError {
  return new ConfigurationError({
    provider,
    option,
    message: `${provider}: "${option}" must be ${expectation}`,
  });
}

function isHeaderName(name: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name);
}

/** `Bearer abc` → `abc`, which is what an answer repeats. */
function withoutScheme(credential: string): string {
  return credential.replace(/^\S+ /, '');
}

/** An opaque redirect is all that a browser shows of one. */
function isRedirect(response: Response): boolean {
  const isRedirectStatus = [301, 302, 303, 307, 308].includes(response.status);
  return isRedirectStatus || response.type === 'opaqueredirect';
}

function toSearch(query: HttpRequest['query'] = []): string {
  if (query.length === 0) return '';
  return `?${new URLSearchParams(query.map(([name, value]) => [name, value]))}`;
}

/** `fetch failed` alone tells nothing: the code of the innermost cause (`ECONNREFUSED`) does. */
function reasonOf(error: Error): string {
  const innermost = error.cause instanceof Error ? reasonOf(error.cause) : undefined;
  const own = 'code' in error ? String(error.code) : error.message;
  return innermost ?? own;
}
