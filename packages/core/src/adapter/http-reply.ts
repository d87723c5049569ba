import { describeValue } from '../model/describe-value.ts';
import type { ErrorCode } from '../model/errors/migration-status-error.ts';
import { type FailureClass, ProviderRequestError } from '../model/errors/provider-request-error.ts';
import { ProviderResponseError } from '../model/errors/provider-response-error.ts';
import { parseRetryAfter } from './parse-retry-after.ts';
import { checkSchema, formatJsonPath, type StandardSchema } from './standard-schema.ts';

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
  /**
   * The error that this answer amounts to, by its HTTP status. An adapter that knows better says so.
   *
   * @param known.providerMessage What the provider said, for people. Credentials are taken out of it.
   */
  toError(known?: {
    readonly failure?: FailureClass | undefined;
    readonly code?: ErrorCode | undefined;
    readonly providerMessage?: string | undefined;
  }): ProviderRequestError;
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
    const checked = checkSchema(schema, json());
    if ('value' in checked) return checked.value;
    const { expected, actual } = checked.mismatch;
    const path = formatJsonPath(checked.mismatch.path);
    throw new ProviderResponseError({
      provider,
      path: redact(path),
      message: redact(`${provider}: expected ${expected} at ${path}, got ${describeValue(actual)}`),
    });
  }

  function toError(known: Parameters<HttpReply['toError']>[0] = {}): ProviderRequestError {
    const failure = known.failure ?? failureOf(status);
    const said = redact(known.providerMessage ?? '')
      .trim()
      .slice(0, 200);
    return new ProviderRequestError({
      provider,
      code: known.code ?? codeOf(failure),
      failure,
      httpStatus: status,
      retryAfterMs: parseRetryAfter(headers.get('retry-after')),
      message: `${provider} answered HTTP ${status}${said ? `: ${said}` : ''}`,
    });
  }

  const isOk = status >= 200 && status < 300;
  return { status, isOk, headers, text, json, parse, toError };
}

function failureOf(status: number): FailureClass {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 429) return 'throttled';
  if (status === 408 || status === 425 || status >= 500) return 'transient';
  return status >= 400 ? 'invalid_request' : 'invalid_response';
}

function codeOf(failure: FailureClass): ErrorCode {
  return failure === 'transient' ? 'server_error' : failure;
}
