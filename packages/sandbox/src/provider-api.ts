import type { IncomingHttpHeaders } from 'node:http';
import { STATUS_CODES } from 'node:http';

/** A request as a provider's API sees it: read to its end, and nothing decided yet. */
export interface ApiRequest {
  readonly method: string;
  /** As it was sent: percent-encoded, with the query. */
  readonly target: string;
  /** `target` up to the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The word an answer gave for one migration. */
export interface Served {
  readonly subject: string;
  readonly status: string;
}

/** A whole answer. */
export interface ApiReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The migrations the answer speaks of; for the request log. */
  readonly served?: readonly Served[];
}

/** One provider's side of the wire. It is told the time and does no I/O. */
export interface ProviderApi {
  /** Texts that must never appear in the request log. */
  readonly secrets: readonly string[];
  /** The migrations a request addresses, whatever comes of it. */
  subjectsOf(request: ApiRequest): readonly string[];
  answer(request: ApiRequest, nowMs: number): ApiReply;
  /** The provider's own 429, without `Retry-After`. */
  rateLimited(): ApiReply;
  /** The provider's own answer for a 5xx status. */
  serverError(status: number): ApiReply;
}

/** An answer in JSON. */
export function jsonReply(status: number, value: unknown, served: readonly Served[] = []): ApiReply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(value),
    served,
  };
}

/** An answer without a body. */
export function emptyReply(status: number): ApiReply {
  return { status, headers: {}, body: '' };
}

/** The error page that a proxy or web server puts before an API. */
export function htmlReply(status: number): ApiReply {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  return {
    status,
    headers: { 'content-type': 'text/html' },
    body: `<html>\n<head><title>${title}</title></head>\n<body><center><h1>${title}</h1></center></body>\n</html>\n`,
  };
}

/** The percent-decoded parts of the path below `basePath`, which ends with a slash; none for a path elsewhere. */
export function partsBelow(basePath: string, { path }: ApiRequest): readonly string[] {
  return path.startsWith(basePath) ? path.slice(basePath.length).split('/').map(decodePart) : [];
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The parsed text, or `undefined` when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a parsed value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a parsed value is a string with at least one character. */
export function isFilledText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The `Authorization` header of an e-mail address and a password. */
export function toBasicAuthorization(email: string, password: string): string {
  return `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;
}
