import type { ErrorCode } from '../model/errors/migration-status-error.ts';
import { ProviderRequestError } from '../model/errors/provider-request-error.ts';
import { ProviderResponseError } from '../model/errors/provider-response-error.ts';
import type { FailureClass } from '../model/failure-class.ts';
import type { RateLimit } from '../model/migration-status.ts';
import { toPlainText } from '../model/to-plain-text.ts';
import { toErrorCode, toFailureClass } from './classify-failure.ts';
import { parseBody } from './parse-body.ts';
import { parseRateLimit } from './parse-rate-limit.ts';
import { parseRetryAfter } from './parse-retry-after.ts';
import type { StandardSchema } from './standard-schema.ts';

/** What a provider answered, read to its end. */
export interface HttpReply {
  readonly status: number;
  /** Whether the status is 2xx. */
  readonly isOk: boolean;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; throws a `ProviderResponseError` when it is none. */
  json(): unknown;
  /** The body as JSON of a given shape; throws a `ProviderResponseError` that names the path and what stood there. */
  parse<Output>(schema: StandardSchema<Output>): Output;
  /** The same, or undefined when the body is not JSON of that shape; for what is welcome but not relied on. */
  tryParse<Output>(schema: StandardSchema<Output>): Output | undefined;
  /** Whether the body is markup: a page of something that stands in front of the provider, or in its place. */
  readonly isMarkup: boolean;
  /** What its headers say about the rate limit; undefined when they say nothing, or nothing that can be read. */
  readonly rateLimit: RateLimit | undefined;
  /**
   * The error that this answer amounts to, by its HTTP status. An adapter that knows better says so. Its `retryAfterMs` is
   * what `Retry-After` says; without that header, the time of the reset where the rate limit is what it was refused for.
   *
   * @param known.providerMessage What the provider said, for people. Credentials are taken out of it.
   */
  toError(known?: KnownFailure): ProviderRequestError;
}

/** What an adapter knows of a failure beyond its HTTP status. */
export interface KnownFailure {
  readonly failure?: FailureClass | undefined;
  readonly code?: ErrorCode | undefined;
  readonly providerMessage?: string | undefined;
}

interface ReplyParts {
  readonly provider: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly redact: (text: string) => string;
}

/** Joins the parts of an answer with the ways to read it. */
export function createHttpReply({ provider, status, headers, text, redact }: ReplyParts): HttpReply {
  let parsed: { readonly value: unknown } | undefined;

  function json(): unknown {
    try {
      parsed ??= { value: JSON.parse(text) };
      return parsed.value;
    } catch {
      const contentType = headers.get('content-type')?.split(';')[0] ?? 'no content type';
      throw new ProviderResponseError({
        provider,
        path: '$',
        message: redact(`${provider}: expected JSON at $, got ${text.length} characters of ${contentType}`),
      });
    }
  }

  function parse<Output>(schema: StandardSchema<Output>): Output {
    return parseBody(schema, json(), { provider, redact });
  }

  function tryParse<Output>(schema: StandardSchema<Output>): Output | undefined {
    try {
      return parse(schema);
    } catch (error) {
      if (ProviderResponseError.isInstance(error)) return undefined;
      throw error;
    }
  }

  function toError(known: KnownFailure = {}): ProviderRequestError {
    const failure = known.failure ?? toFailureClass(status);
    const said = toPlainText(redact(known.providerMessage ?? '')).slice(0, 200);
    return new ProviderRequestError({
      provider,
      code: known.code ?? toErrorCode(failure),
      failure,
      httpStatus: status,
      retryAfterMs: parseRetryAfter(headers.get('retry-after')) ?? toResetMs(failure),
      message: `${provider} answered HTTP ${status}${said ? `: ${said}` : ''}`,
    });
  }

  function toResetMs(failure: FailureClass): number | undefined {
    const isRefused = status >= 400 && status < 500;
    const isThrottled = failure === 'throttled' || (isRefused && rateLimit?.remaining === 0);
    return isThrottled ? rateLimit?.resetMs : undefined;
  }

  const rateLimit = parseRateLimit(headers);
  const isOk = status >= 200 && status < 300;
  const isMarkup = text.trimStart().startsWith('<');
  return { status, isOk, isMarkup, rateLimit, headers, text, json, parse, tryParse, toError };
}
