/**
 * Follows APIM 3.0 service migrations at SnapLogic.
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
export {
  createSnapLogicAdapter,
  type SnapLogicAdapter,
  type SnapLogicListedMigration,
  type SnapLogicReadings,
} from './snaplogic-adapter.ts';
export type {
  SnapLogicAdapterOptions,
  SnapLogicAuth,
  SnapLogicListedStatus,
  SnapLogicListFilter,
  SnapLogicRef,
} from './snaplogic-options.ts';
export type { SnapLogicMigration } from './snaplogic-schema.ts';
export { snapLogicStates } from './snaplogic-states.ts';
