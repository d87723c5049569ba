import type { Database } from './database.ts';
import type { DatabasePlace } from './durable-options.ts';
import { checkPlace } from './durable-options.ts';
import { openEmbedded } from './embedded-database.ts';
import { migrateSchema, readSchemaStatus, type SchemaStatus } from './migrate-schema.ts';
import { checkSchemaName } from './names.ts';
import { openPostgres } from './postgres-database.ts';

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

/**
 * Tells how the schema of a database stands, and changes nothing.
 *
 * @example
 * const { version, expected, isUsable } = await readDatabaseStatus({ dataDir: 'migrations' });
 */
export function readDatabaseStatus(place: DatabasePlace): Promise<SchemaStatus> {
  return withDatabase('readDatabaseStatus', place, readSchemaStatus);
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
