/**
 * Follows migrations at YourProvider.
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
export { createYourProviderAdapter, type YourProviderAdapter } from './your-provider-adapter.ts';
export type { YourProviderAdapterOptions, YourProviderRef } from './your-provider-options.ts';
export type { YourProviderMigration } from './your-provider-schema.ts';
export { yourProviderStates } from './your-provider-states.ts';
