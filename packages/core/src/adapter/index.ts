/**
 * For authors of adapters: the contract, the common case of an adapter, an HTTP client that keeps the promises of the
 * contract, and the small pure parsers that adapters share.
 *
 * @module
 */
export { ConfigurationError } from '../model/errors/configuration-error.ts';
export { type ErrorCode, MigrationStatusError } from '../model/errors/migration-status-error.ts';
export { ProviderRequestError } from '../model/errors/provider-request-error.ts';
export { ProviderResponseError } from '../model/errors/provider-response-error.ts';
export { type PushRefusedCode, PushRefusedError } from '../model/errors/push-refused-error.ts';
export type { FailureClass } from '../model/failure-class.ts';
export { formatJsonPath } from '../model/json-path.ts';
export { isTerminalState, type MigrationState, migrationStates } from '../model/migration-state.ts';
export type {
  MigrationIssue,
  MigrationPart,
  MigrationProgress,
  MigrationReading,
  MigrationStatus,
  ProviderTimeField,
  RateLimit,
} from '../model/migration-status.ts';
export { type ReadingOrigin, toMigrationStatus } from '../model/to-migration-status.ts';
export { classifyFailure, toErrorCode, toFailureClass } from './classify-failure.ts';
export type {
  AdapterCapabilities,
  BatchReadContext,
  CallContext,
  ListedMigration,
  MigrationAdapter,
  PushContext,
  PushMessage,
  ReadContext,
  StateTable,
} from './contract.ts';
export {
  type AdapterDefinition,
  defineAdapter,
  type MappingContext,
  noBody,
  type RequestContext,
  toNotFoundReading,
  withHints,
} from './define-adapter.ts';
export {
  createHttpClient,
  type HttpClient,
  type HttpClientOptions,
  type HttpRequest,
} from './http-client.ts';
export type { HttpReply, KnownFailure } from './http-reply.ts';
export { mapState } from './map-state.ts';
export { toMigrationKey } from './migration-key.ts';
export {
  baseUrlExpectation,
  type CommonAdapterOptions,
  fetchExpectation,
  headerValueExpectation,
  isBaseUrl,
  isFetch,
  isHeaderValue,
  isTimeoutMs,
  timeoutMsExpectation,
  toBasicAuthorization,
} from './option-values.ts';
export { type BodyPlace, parseBody } from './parse-body.ts';
export { parseOptions } from './parse-options.ts';
export { parseRateLimit } from './parse-rate-limit.ts';
export { parseRetryAfter } from './parse-retry-after.ts';
export { isZone, type ParsedTimestamp, parseTimestamp, zoneExpectation } from './parse-timestamp.ts';
export type { StandardSchema } from './standard-schema.ts';
