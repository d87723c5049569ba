export type { Querier, ResultRow } from './database.ts';
export { DatabaseError, type DatabaseErrorCode } from './database-error.ts';
export type { DatabasePlace, DurableOptions } from './durable-options.ts';
export { createDurableTracker, type DurableHandle, type DurableTracker } from './durable-tracker.ts';
export { createDurableWorker, type DurableWorker } from './durable-worker.ts';
export type { SchemaStatus } from './migrate-schema.ts';
export type { StoreCounts } from './migration-store.ts';
export { migrateDatabase, readDatabaseStatus } from './open-database.ts';
export type { RecordedTransition, TransitionEffect } from './shard-store.ts';
