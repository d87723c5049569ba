import type { IncomingHttpHeaders } from 'node:http';

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
