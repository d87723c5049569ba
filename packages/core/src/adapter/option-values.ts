/** Whether a text can be sent as the value of an HTTP header; credentials must be. */
export function isHeaderValue(value: string): boolean {
  return /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value);
}

/** What {@link isHeaderValue} expects, for messages. */
export const headerValueExpectation = 'a non-empty string without line breaks or surrounding spaces';

/** Whether a text is an `https:` URL without user, query and fragment; `http:` is fine on this machine only. */
export function isBaseUrl(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || url.username !== '' || url.password !== '' || /[?#\s]/.test(value)) return false;
  const isLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback);
}

/** What {@link isBaseUrl} expects, for messages. */
export const baseUrlExpectation =
  'an https: URL without credentials, query or fragment (http: is accepted for loopback only)';

/** Whether a value can stand in for the platform's `fetch`. */
export function isFetch(value: unknown): value is typeof fetch {
  return typeof value === 'function';
}

/** What {@link isFetch} expects, for messages. */
export const fetchExpectation = 'a function like the global fetch';

/** Whether a value is a time limit: a positive number of milliseconds. */
export function isTimeoutMs(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}

/** What {@link isTimeoutMs} expects, for messages. */
export const timeoutMsExpectation = 'a positive number of milliseconds';

/** The options that every adapter over HTTP has. */
export interface CommonAdapterOptions {
  /** A name for the account, when several at one origin have rate limits of their own. Never a credential. */
  readonly account?: string | undefined;
  /** For one request, from sending to the last byte of the answer, in milliseconds. Default 30 000. */
  readonly timeoutMs?: number | undefined;
  /** Stands in for the platform's `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

/** The `Authorization` header of a user and a password, whatever characters they have. */
export function toBasicAuthorization(user: string, password: string): string {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`;
}
