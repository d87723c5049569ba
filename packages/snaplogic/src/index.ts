/**
 * Follows APIM 3.0 service migrations at SnapLogic.
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
export { createSnapLogicAdapter, type SnapLogicAdapter } from './snaplogic-adapter.ts';
export type {
  SnapLogicAdapterOptions,
  SnapLogicAuth,
  SnapLogicListedStatus,
  SnapLogicListFilter,
  SnapLogicRef,
} from './snaplogic-options.ts';
export type { SnapLogicMigration } from './snaplogic-schema.ts';
export { snapLogicStates } from './snaplogic-states.ts';
