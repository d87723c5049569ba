import { ConfigurationError } from '../model/errors/configuration-error.ts';
import type { ErrorCode } from '../model/errors/migration-status-error.ts';
import { ProviderRequestError } from '../model/errors/provider-request-error.ts';
import { ProviderResponseError } from '../model/errors/provider-response-error.ts';
import type { FailureClass } from '../model/failure-class.ts';

/**
 * The class of a failed call. Errors of this library carry theirs; a `ConfigurationError` is about something that cannot
 * be asked, and will not be by asking again; anything else is an accident of the moment and counts as `transient`, because
 * it says nothing about the migration.
 */
export function classifyFailure(error: unknown): FailureClass {
  if (ProviderRequestError.isInstance(error) || ProviderResponseError.isInstance(error)) return error.failure;
  if (ConfigurationError.isInstance(error)) return 'invalid_request';
  return 'transient';
}

/** The class that an HTTP status stands for, where the provider says nothing better. */
export function toFailureClass(httpStatus: number): FailureClass {
  if (httpStatus === 401) return 'unauthorized';
  if (httpStatus === 403) return 'forbidden';
  if (httpStatus === 429) return 'throttled';
  if (httpStatus === 408 || httpStatus === 425 || httpStatus >= 500) return 'transient';
  return httpStatus >= 400 ? 'invalid_request' : 'invalid_response';
}

/** The code of an answered request of this class. */
export function toErrorCode(failure: FailureClass): ErrorCode {
  return failure === 'transient' ? 'server_error' : failure;
}
