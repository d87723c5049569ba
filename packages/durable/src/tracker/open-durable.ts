import type { Database } from '../database/database.ts';
import { checkSchemaName } from '../database/names.ts';
import { countStatements } from '../metrics/count-statements.ts';
import { createProcessCounters, type ProcessCounters } from '../metrics/process-counters.ts';
import { checkSchema, checkWritable, migrateSchema, readSchemaStatus } from '../schema/migrate-schema.ts';
import type { WorkerOptions } from '../worker/worker.ts';
import type { DurableOptions } from './durable-options.ts';
import { defaultSchema, openDatabase } from './open-database.ts';

/** How long connections may take to end; one that is dead may never do so. */
export const closeMs = 1_000;

/** What a tracker or a worker is built on. */
export interface OpenDurable {
  readonly database: Database;
  readonly schema: string;
  readonly options: DurableOptions;
  readonly counters: ProcessCounters;
  readonly onError: (error: unknown) => void;
}

/** Opens the database of the options, sees to its schema, and builds on it; closes it again when that fails. */
export async function openDurable<Built>(
  options: DurableOptions,
  build: (open: OpenDurable) => Promise<Built>,
): Promise<Built> {
  const schema = checkSchemaName(options.schema ?? defaultSchema);
  const { onError: report = printError, onNotice = printNotice } = options;
  const counters = createProcessCounters();
  const onError = (error: unknown) => {
    counters.noteError();
    report(error);
  };
  const database = countStatements(await openDatabase(options, onError), counters);
  try {
    if (options.worker ?? true) await checkWritable(database);
    if (options.migrate ?? true) await migrateSchema(database, schema);
    else checkSchema(database, schema, await readSchemaStatus(database, schema));
    const built = await build({ database, schema, options, counters, onError });
    if (database.isOwn) onNotice(`${database.place} serves this process alone; use PostgreSQL for several`);
    return built;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** What a worker is made of, by the options of whoever has one. */
export function toWorkerOptions({
  database,
  schema,
  options,
  counters,
  onError,
}: OpenDurable): WorkerOptions {
  const { adapters, policy, maxShards = 20_000, splitAbove = 100_000, packMs = 2_500 } = options;
  const { storeNative = false, onTransition, retainTransitions, onShard } = options;
  return {
    ...{ database, schema, adapters, policy, maxShards, splitAbove, packMs, storeNative },
    ...{ onTransition, retainTransitions, onShard, counters, onError },
  };
}

function printError(error: unknown): void {
  console.error(error);
}

function printNotice(notice: string): void {
  console.info(notice);
}
