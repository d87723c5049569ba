import { type Database, numberOf } from '../../packages/durable/src/database/database.ts';
import { openPostgres } from '../../packages/durable/src/database/postgres-database.ts';
import { startPostgres } from '../../packages/durable/test/postgres-server.ts';
import type { Load } from './load.ts';
import type { DriverName } from './load-driver.ts';
import { startRedis } from './redis-server.ts';

/** A server, and the migrations on it. */
export interface Scene extends AsyncDisposable {
  readonly url: string;
  /** Begins to count what is asked of the server; gives a function that tells how much it was, by name. */
  openBill(): Promise<() => Promise<Readonly<Record<string, number>>>>;
  /** How much is stored, in bytes; 0 where that is not known. */
  countBytes(): Promise<number>;
}

/** Starts the server that a driver works on, and puts migrations there. */
export async function openScene(driver: DriverName, load: Load): Promise<Scene> {
  return driver === 'bullmq' ? openRedis(load) : openServer(driver, load);
}

async function openRedis(load: Load): Promise<Scene> {
  const { addBullmqJobs } = await import('./bullmq.ts');
  const redis = await startRedis();
  const scene: Scene = {
    url: redis.url,
    openBill: async () => async () => ({}),
    countBytes: async () => 0,
    [Symbol.asyncDispose]: redis.stop,
  };
  try {
    await addBullmqJobs(redis.url, load);
    return scene;
  } catch (error) {
    await redis.stop();
    throw error;
  }
}

/** As somebody would run it who means it: a commit is on the disk. */
const settings = [
  'fsync=on',
  'shared_buffers=1GB',
  'max_wal_size=8GB',
  'shared_preload_libraries=pg_stat_statements',
];

async function openServer(driver: 'pg-boss' | 'ours', load: Load): Promise<Scene> {
  const server = await startPostgres(settings);
  const { connectionString: url } = server;
  const database = await openPostgres({ connectionString: url, poolSize: 4, onError: () => {} });

  async function close(): Promise<void> {
    await database.close();
    await server.stop();
  }

  try {
    await database.query('create extension pg_stat_statements');
    if (driver === 'ours') await (await import('./ours.ts')).addMigrations(database, url, load);
    else await (await import('./pg-boss.ts')).addPgBossJobs(database, url, load);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url,
    openBill: () => openBill(database),
    async countBytes() {
      const [size] = await database.query('select pg_database_size(current_database()) as bytes');
      return numberOf(size, 'bytes');
    },
    [Symbol.asyncDispose]: close,
  };
}

/** What the server has done since: what it looks up by itself, row by row, for a foreign key is no statement of anybody's. */
async function openBill(database: Database) {
  const [start] = await database.query(
    'select pg_current_wal_lsn()::text as place, pg_stat_statements_reset() as reset',
  );
  return async () => {
    const [bill] = await database.query(
      `select coalesce(sum(calls) filter (where query !~ '^SELECT \\S+ FROM ONLY '), 0)::float8 as statements,
         1000 * coalesce(sum(total_exec_time), 0)::float8 as micros,
         pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn)::float8 as bytes
       from pg_stat_statements`,
      [start?.place],
    );
    return {
      statements: numberOf(bill, 'statements'),
      databaseMicros: numberOf(bill, 'micros'),
      logBytes: numberOf(bill, 'bytes'),
    };
  };
}
