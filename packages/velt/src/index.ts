/**
 * Follows document migrations at Velt.
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
export { createVeltAdapter, type VeltAdapter } from './velt-adapter.ts';
export type { VeltAdapterOptions, VeltRef, VeltStartInput } from './velt-options.ts';
export type { VeltMigration } from './velt-schema.ts';
export { veltStates } from './velt-states.ts';
