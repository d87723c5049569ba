import { existsSync } from 'node:fs';
import type { Database } from '../database/database.ts';
import { openEmbedded } from '../database/embedded-database.ts';
import { checkSchemaName } from '../database/names.ts';
import { openPostgres } from '../database/postgres-database.ts';
import { migrateSchema, noSchema, readSchemaStatus, type SchemaStatus } from '../schema/migrate-schema.ts';
import { createMigrationStore, type StoreCounts } from '../store/migration-store.ts';
import type { DatabasePlace } from './durable-options.ts';
import { checkPlace } from './durable-options.ts';

export const defaultSchema = 'migration_status';

const poolSize = 5;

/** Opens whichever database is meant. */
export async function openDatabase(
  { connectionString, dataDir = '' }: DatabasePlace,
  onError: (error: unknown) => void,
): Promise<Database> {
  if (connectionString === undefined) return openEmbedded(dataDir);
  return openPostgres({ connectionString, poolSize, onError });
}

/**
 * Brings the schema of a database to the version of this package, as a role may that owns it; workers can then run under
 * one that may only read and write. Doing it again changes nothing. Rejects with a `DatabaseError`, or with a `StoreError`
 * of code `store_in_use` where another process has the folder open.
 *
 * @example
 * const { version } = await migrateDatabase({ connectionString: 'postgres://owner@localhost/app' });
 */
export function migrateDatabase(place: DatabasePlace): Promise<SchemaStatus> {
  return withDatabase('migrateDatabase', place, migrateSchema);
}

/** How a database stands. */
export interface DatabaseStatus extends SchemaStatus {
  /** How much there is; absent where this version of the package cannot work with the schema. */
  readonly counts?: StoreCounts;
}

/**
 * Tells how the schema of a database stands and how much is in it, and changes nothing: a folder that is not there is not
 * made. Rejects as {@link migrateDatabase} does.
 *
 * @example
 * const { version, expected, isUsable, counts } = await readDatabaseStatus({ dataDir: 'migrations' });
 */
export async function readDatabaseStatus(place: DatabasePlace): Promise<DatabaseStatus> {
  checkPlace('readDatabaseStatus', place);
  if (place.dataDir !== undefined && !existsSync(place.dataDir)) return noSchema;
  return withDatabase('readDatabaseStatus', place, async (database, schema) => {
    const status = await readSchemaStatus(database, schema);
    if (!status.isUsable) return status;
    return { ...status, counts: await createMigrationStore(database, schema).count() };
  });
}

async function withDatabase<Result>(
  subject: string,
  place: DatabasePlace,
  work: (database: Database, schema: string) => Promise<Result>,
): Promise<Result> {
  checkPlace(subject, place);
  const schema = checkSchemaName(place.schema ?? defaultSchema);
  const database = await openDatabase(place, () => {});
  try {
    return await work(database, schema);
  } finally {
    await database.close();
  }
}
