/**
 * Follows migrations at the Migrations API.
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
export {
  createGenericMigrationsAdapter,
  type GenericMigrationsAdapter,
} from './generic-migrations-adapter.ts';
export type {
  GenericMigrationsAdapterOptions,
  GenericMigrationsListFilter,
  GenericMigrationsRef,
} from './generic-migrations-options.ts';
export type { GenericMigration } from './generic-migrations-schema.ts';
export { genericMigrationsStates, genericMigrationsTaskStates } from './generic-migrations-states.ts';
