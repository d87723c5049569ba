/**
 * Follows data imports into ONLYOFFICE DocSpace portals.
 *
 * @module
 */
export {
  assertSucceeded,
  type Condition,
  ConfigurationError,
  createTracker,
  getStatus,
  isTerminalState,
  type MigrationHandle,
  type MigrationIssue,
  type MigrationProgress,
  type MigrationRow,
  type MigrationState,
  type MigrationStatus,
  MigrationStatusError,
  type MigrationSummary,
  migrationStates,
  NotFoundOutError,
  NotSucceededError,
  type PollOptions,
  ProviderRequestError,
  ProviderResponseError,
  parseMigrationStatus,
  pollUntilDone,
  summarize,
  type Tracker,
  type TrackerEvents,
  type TrackerOptions,
  type WaitOptions,
  WaitTimeoutError,
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
