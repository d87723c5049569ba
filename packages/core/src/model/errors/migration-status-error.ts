/** What kind of thing an error reports; one error class per kind. */
export type ErrorKind =
  | 'configuration'
  | 'request'
  | 'response'
  | 'push'
  | 'timeout'
  | 'not_found_out'
  | 'not_succeeded'
  | 'store'
  | 'database'
  | 'effect';

/** Stable words for programs. A message may change its wording, a code keeps its meaning. */
export type ErrorCode =
  | 'invalid_configuration'
  | 'unreachable'
  | 'request_timeout'
  | 'server_error'
  | 'throttled'
  | 'unauthorized'
  | 'forbidden'
  | 'invalid_request'
  | 'invalid_state'
  | 'invalid_response'
  | 'invalid_signature'
  | 'stale_message'
  | 'repeated_message'
  | 'wait_timeout'
  | 'aborted'
  | 'access_refused'
  | 'request_refused'
  | 'released'
  | 'closed'
  | 'not_succeeded'
  | 'store_in_use'
  | 'store_damaged'
  | 'store_unsupported'
  | 'store_failed'
  | 'database_unreachable'
  | 'database_refused'
  | 'database_read_only'
  | 'database_unsupported'
  | 'effect_failed';

/** What every error of this library can be given. */
export interface ErrorDetails {
  readonly kind: ErrorKind;
  readonly code: ErrorCode;
  readonly message: string;
  readonly provider?: string | undefined;
  readonly isRetryable?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** Registered globally, so that an error is recognised by another copy of this package too. */
const kindMarker = Symbol.for('migration-status.error-kind');

/**
 * The base of every error that this library throws. Test for it with `MigrationStatusError.isInstance(error)`, which also
 * recognises errors of another installed copy of the package, where `instanceof` does not. No error holds a credential or
 * a response body.
 *
 * @example
 * try {
 *   await pollUntilDone(adapter, ref);
 * } catch (error) {
 *   if (MigrationStatusError.isInstance(error) && error.isRetryable) scheduleAnotherTry(error.retryAfterMs);
 *   else throw error;
 * }
 */
export class MigrationStatusError extends Error {
  override readonly name: string = 'MigrationStatusError';
  readonly kind: ErrorKind;
  readonly code: ErrorCode;
  /** The provider concerned; absent where the error is about none. */
  declare readonly provider?: string;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly isRetryable: boolean;
  /** How long the provider asks to wait before the next request, in milliseconds. */
  declare readonly retryAfterMs?: number;

  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    Object.defineProperty(this, kindMarker, { value: details.kind });
    this.kind = details.kind;
    this.code = details.code;
    this.isRetryable = details.isRetryable ?? false;
    if (details.provider !== undefined) this.provider = details.provider;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
  }

  static isInstance(value: unknown): value is MigrationStatusError {
    return kindOf(value) !== undefined;
  }
}

/** The kind of an error of this library, also of another copy of it; undefined for anything else. */
export function kindOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, kindMarker) : undefined;
}
