/**
 * Follows migrations at the Migrations API.
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
  createGenericMigrationsAdapter,
  type GenericListedMigration,
  type GenericMigrationsAdapter,
} from './generic-migrations-adapter.ts';
export type {
  GenericMigrationsAdapterOptions,
  GenericMigrationsListFilter,
  GenericMigrationsListSweep,
  GenericMigrationsRef,
} from './generic-migrations-options.ts';
export type { GenericMigration } from './generic-migrations-schema.ts';
export { genericMigrationsStates, genericMigrationsTaskStates } from './generic-migrations-states.ts';
