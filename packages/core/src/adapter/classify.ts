import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { type FailureClass, ProviderRequestError } from '../model/errors/provider-request-error.ts';
import { ProviderResponseError } from '../model/errors/provider-response-error.ts';

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
