import type { Database } from './database.ts';
import type { DurableOptions } from './durable-options.ts';
import { checkSchema, migrateSchema, readSchemaStatus } from './migrate-schema.ts';
import type { MigrationStore } from './migration-store.ts';
import { checkSchemaName } from './names.ts';
import { defaultSchema, openDatabase } from './open-database.ts';
import type { WorkerOptions } from './worker.ts';

const retainEveryMs = 60_000;

/** Opens the database of the options, sees to its schema, and builds on it; closes it again when that fails. */
export async function openDurable<Built>(
  options: DurableOptions,
  build: (
    database: Database,
    schema: string,
    options: DurableOptions,
    onError: (error: unknown) => void,
  ) => Promise<Built>,
): Promise<Built> {
  const schema = checkSchemaName(options.schema ?? defaultSchema);
  const { onError = printError, onNotice = printNotice } = options;
  const database = await openDatabase(options, onError);
  try {
    if (options.migrate ?? true) await migrateSchema(database, schema);
    else checkSchema(database, schema, await readSchemaStatus(database, schema));
    const built = await build(database, schema, options, onError);
    if (database.isOwn) onNotice(`${database.place} serves this process alone; use PostgreSQL for several`);
    return built;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** What a worker is made of, by the options of whoever has one. */
export function toWorkerOptions(
  database: Database,
  schema: string,
  options: DurableOptions,
  onError: (error: unknown) => void,
): WorkerOptions {
  const { adapters, policy, maxShards = 1_000, splitAbove = 100_000, packMs = 2_500, onTransition } = options;
  return { database, schema, adapters, policy, maxShards, splitAbove, packMs, onTransition, onError };
}

/** Forgets every minute what has been over for long enough. Gives a function that ends it. */
export function keepRetaining(
  store: MigrationStore,
  { retainMs }: DurableOptions,
  onError: (error: unknown) => void,
): () => void {
  const timer = setInterval(() => {
    const endedBefore = retainMs === undefined ? Number.NEGATIVE_INFINITY : Date.now() - retainMs;
    store.retain(endedBefore).catch(onError);
  }, retainEveryMs);
  return () => clearInterval(timer);
}

function printError(error: unknown): void {
  console.error(error);
}

function printNotice(notice: string): void {
  console.info(notice);
}
