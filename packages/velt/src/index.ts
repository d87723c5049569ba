/**
 * Follows document migrations at Velt.
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
export { createVeltAdapter, type VeltAdapter } from './velt-adapter.ts';
export type { VeltAdapterOptions, VeltRef, VeltStartInput } from './velt-options.ts';
export type { VeltMigration } from './velt-schema.ts';
export { veltStates } from './velt-states.ts';
