/**
 * The Migrations API's words for the state of a migration: the guide lists six of them, the reference all eight.
 *
 * `NOT_STARTED` waits for the end user to open the modal; the option `states` can make it `awaiting_input`.
 *
 * @see https://anon.mintlify.app/v1/data/migrations
 * @see https://anon.mintlify.app/api-reference/migrations/start-migration
 */
export const genericMigrationsStates = Object.freeze({
  NOT_READY: 'pending',
  NOT_STARTED: 'pending',
  WORKING: 'running',
  PENDING_USER_INPUT: 'awaiting_input',
  COMPLETE: 'succeeded',
  COMPLETED_WITH_FAILURES: 'partially_succeeded',
  FAILED: 'failed',
  LOGIN_ABANDONED: 'canceled',
} as const);

/**
 * Its words for the state of one task of a migration, which are others. `NO_DATA` has ended: there was nothing to migrate.
 *
 * @see https://anon.mintlify.app/v1/data/migration-tasks
 */
export const genericMigrationsTaskStates = Object.freeze({
  PENDING: 'pending',
  IN_PROGRESS: 'running',
  AWAITING_USER_INPUT: 'awaiting_input',
  COMPLETE: 'succeeded',
  FAILED: 'failed',
  NO_DATA: 'succeeded',
} as const);
