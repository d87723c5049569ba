import { type FailureClass, traitsOf } from '../failure-class.ts';
import { type ErrorCode, kindOf, MigrationStatusError } from './migration-status-error.ts';

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
    const { isRetryable } = traitsOf(details.failure);
    super({ ...details, kind: 'request', isRetryable });
    this.failure = details.failure;
    if (details.httpStatus !== undefined) this.httpStatus = details.httpStatus;
  }

  static override isInstance(value: unknown): value is ProviderRequestError {
    return kindOf(value) === 'request';
  }
}
