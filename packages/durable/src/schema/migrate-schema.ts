import { PgBoss } from 'pg-boss';
import { type Database, numberOf, type Querier } from '../database/database.ts';
import { DatabaseError, toDatabaseError } from '../database/database-error.ts';
import { toJobSchema } from '../database/names.ts';
import { type SchemaStep, schemaSteps, schemaVersion } from './schema-steps.ts';
import { shardQueue, toShardQueueOptions } from './shard-queue.ts';

/** How the schema of a database stands. */
export interface SchemaStatus {
  /** The version that is there; 0 when there is none. */
  readonly version: number;
  /** The version that this code brings about. */
  readonly expected: number;
  /** Whether this code can work with what is there. */
  readonly isUsable: boolean;
}

/** How it stands where nobody has made one. */
export const noSchema: SchemaStatus = { version: 0, expected: schemaVersion, isUsable: false };

/** Tells how the schema stands, and changes nothing. */
export async function readSchemaStatus(database: Database, schema: string): Promise<SchemaStatus> {
  const [present] = await database.query('select to_regclass($1) is not null as there', [`${schema}.steps`]);
  if (present?.there !== true) return noSchema;
  return readStatus(database, schema);
}

async function readStatus(querier: Querier, schema: string): Promise<SchemaStatus> {
  const [steps] = await querier.query(
    `select coalesce(max(version), 0)::int as version, coalesce(max(works_from), 0)::int as works_from from ${schema}.steps`,
  );
  const version = numberOf(steps, 'version');
  const isUsable = version >= schemaVersion && numberOf(steps, 'works_from') <= schemaVersion;
  return { version, expected: schemaVersion, isUsable };
}

/**
 * Brings the schema to the version of this code, in one transaction that waits for others who do the same. Rejects with
 * `database_unsupported` when it is of a later version that this code cannot work with.
 */
export async function migrateSchema(
  database: Database,
  schema: string,
  steps: readonly SchemaStep[] = schemaSteps,
): Promise<SchemaStatus> {
  const status = await database.transaction(async (querier) => {
    await querier.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `migration-status/${schema}`,
    ]);
    await querier.query(`create schema if not exists ${schema}`);
    await querier.query(
      `create table if not exists ${schema}.steps (
         version int primary key, works_from int not null, taken_at timestamptz not null default now()
       )`,
    );
    const { version } = await readStatus(querier, schema);
    await querier.query(`set local search_path to ${schema}`);
    for (const step of steps.filter((candidate) => candidate.version > version)) {
      for (const statement of step.statements.split(/;\s*\n/).filter((text) => text.trim() !== '')) {
        await querier.query(statement);
      }
      await querier.query('insert into steps (version, works_from) values ($1, $2)', [
        step.version,
        step.worksFrom,
      ]);
    }
    return readStatus(querier, schema);
  });
  checkSchema(database, schema, status);
  await installJobs(database, schema);
  return status;
}

/** Throws `database_unsupported` where this code cannot work with the schema that is there. */
export function checkSchema({ place }: Database, schema: string, status: SchemaStatus): void {
  if (status.isUsable) return;
  const { version, expected } = status;
  const remedy = version > expected ? 'update this package' : 'migrate it first';
  const message = `The schema "${schema}" at ${place} has version ${version}, and this code works with ${expected}: ${remedy}`;
  throw new DatabaseError({ code: 'database_unsupported', message });
}

/** Throws `database_read_only` where nothing can be written, as on a replica. */
export async function checkWritable(database: Database): Promise<void> {
  const [found] = await database.query(
    "select pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as is_read_only",
  );
  if (found?.is_read_only !== true) return;
  const message = `The database at ${database.place} takes no writes, as a replica does: nothing can be followed there`;
  throw new DatabaseError({ code: 'database_read_only', message });
}

/** The tables of pg-boss, in a schema beside ours, and the queue of the shards. */
async function installJobs(database: Database, schema: string): Promise<void> {
  const boss = new PgBoss({
    ...database.jobOptions,
    schema: toJobSchema(schema),
    supervise: false,
    schedule: false,
  });
  boss.on('error', () => {
    // What matters rejects below.
  });
  try {
    await boss.start();
    await boss.createQueue(shardQueue, toShardQueueOptions());
  } catch (error) {
    throw toDatabaseError(error, database.place);
  } finally {
    await boss.stop({ graceful: false, close: database.jobOptions.db === undefined });
  }
}
