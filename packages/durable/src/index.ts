export type { Querier, ResultRow } from './database/database.ts';
export { DatabaseError, type DatabaseErrorCode } from './database/database-error.ts';
export type {
  ProcessCounts,
  ReadOutcome,
  RequestCount,
  TransitionCount,
} from './metrics/process-counters.ts';
export { createHealthHandler, type HealthHandlerOptions } from './operations/create-health-handler.ts';
export type { HealthCheck, HealthSource } from './operations/health.ts';
export type { Measures, Operable } from './operations/operations.ts';
export type { SchemaStatus } from './schema/migrate-schema.ts';
export { EffectError } from './store/effect-error.ts';
export type { StoreCounts } from './store/migration-store.ts';
export type { RecordedTransition, TransitionEffect } from './store/shard.ts';
export type { DurableHandle } from './tracker/durable-handle.ts';
export type { DatabasePlace, DurableOptions } from './tracker/durable-options.ts';
export { createDurableTracker, type DurableTracker } from './tracker/durable-tracker.ts';
export { createDurableWorker, type DurableWorker } from './tracker/durable-worker.ts';
export { type DatabaseStatus, migrateDatabase, readDatabaseStatus } from './tracker/open-database.ts';
export type { ShardEvent } from './worker/worker.ts';
