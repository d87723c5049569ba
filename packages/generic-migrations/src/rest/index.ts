/**
 * Adapters for any REST job API, out of a description that is data alone.
 *
 * @module
 */
export { createRestAdapter } from './create-rest-adapter.ts';
export { parseRestDescription } from './parse-rest-description.ts';
export type {
  JsonPointer,
  JsonValue,
  RestAuth,
  RestBatch,
  RestDescription,
  RestErrors,
  RestExplanation,
  RestHeader,
  RestId,
  RestInputType,
  RestIssues,
  RestItems,
  RestList,
  RestNotFound,
  RestPageSize,
  RestPaging,
  RestPartial,
  RestParts,
  RestProgress,
  RestReading,
  RestRefHeader,
  RestRequest,
  RestStart,
  RestStatusRequest,
  RestTime,
} from './rest-description.ts';
export type {
  RestAdapter,
  RestCommonOptions,
  RestListFilter,
  RestOptions,
  RestRef,
  RestStartInput,
} from './rest-types.ts';
