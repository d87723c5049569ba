import { type ErrorCode, kindOf, MigrationStatusError } from './migration-status-error.ts';

/**
 * What a failed read says about our access to the provider; never about the migration.
 *
 * | class | meaning | read again |
 * |---|---|---|
 * | `transient` | outage, network, timeout | yes, with growing gaps |
 * | `throttled` | too many requests | yes, once the provider allows it |
 * | `unauthorized` | credentials missing, wrong or expired | a few times, then not before somebody acts |
 * | `forbidden` | credentials without the right | a few times, then not before somebody acts |
 * | `invalid_request` | the provider rejects what was asked | a few times, then not before somebody acts |
 * | `invalid_response` | an answer that does not fit its documentation | yes, with growing gaps |
 */
export type FailureClass =
  | 'transient'
  | 'throttled'
  | 'unauthorized'
  | 'forbidden'
  | 'invalid_request'
  | 'invalid_response';

/** The provider could not be reached, or refused the request. */
export class ProviderRequestError extends MigrationStatusError {
  override readonly name = 'ProviderRequestError';
  readonly failure: FailureClass;
  /** The HTTP status that was answered; absent when there was no answer. */
  declare readonly httpStatus?: number;

  constructor(details: {
    provider: string;
    code: ErrorCode;
    failure: FailureClass;
    message: string;
    httpStatus?: number | undefined;
    retryAfterMs?: number | undefined;
    cause?: unknown;
  }) {
    const isRetryable = details.failure === 'transient' || details.failure === 'throttled';
    super({ ...details, kind: 'request', isRetryable });
    this.failure = details.failure;
    if (details.httpStatus !== undefined) this.httpStatus = details.httpStatus;
  }

  static override isInstance(value: unknown): value is ProviderRequestError {
    return kindOf(value) === 'request';
  }
}
