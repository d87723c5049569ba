/**
 * Follows data imports into ONLYOFFICE DocSpace portals.
 *
 * @module
 */
export {
  assertSucceeded,
  createTracker,
  getStatus,
  isTerminalState,
  type MigrationState,
  type MigrationStatus,
  MigrationStatusError,
  migrationStates,
  pollUntilDone,
  summarize,
} from '@migration-status/core';
export { createOnlyOfficeAdapter, type OnlyOfficeAdapter } from './onlyoffice-adapter.ts';
export type {
  OnlyOfficeAdapterOptions,
  OnlyOfficeAuth,
  OnlyOfficeFinishInput,
  OnlyOfficeRef,
  OnlyOfficeStartInput,
} from './onlyoffice-options.ts';
export type { OnlyOfficeJob, OnlyOfficeParseResult, OnlyOfficeUser } from './onlyoffice-schema.ts';
export { onlyOfficeStates } from './onlyoffice-states.ts';
