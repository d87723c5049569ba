/**
 * Reads the webhooks of the Migrations API. An entry of its own, because nothing else needs to check signatures.
 *
 * @module
 */
export {
  ConfigurationError,
  ProviderResponseError,
  type PushContext,
  type PushMessage,
  type PushRefusedCode,
  PushRefusedError,
} from '@migration-status/core/adapter';
export type { PushedIds, PushParserOptions } from './push-options.ts';
export { createPushParser, type PushParser } from './push-parser.ts';
