import type { MigrationReading } from '@migration-status/core/adapter';
import { createDurableWorker, migrateDatabase } from '@migration-status/durable';
import type { Database } from '../../packages/durable/src/database/database.ts';
import { toPolicy } from '../peers/ours.ts';
import { createStubAdapter, runningReading } from '../peers/stub-adapter.ts';
import type { Driver } from './driver.ts';
import type { Load } from './load.ts';

const pausedReading: MigrationReading<null> = { state: 'paused', nativeState: 'paused', native: null };
const schema = 'migration_status';
const lanes = Array.from({ length: 100 }, (_, index) => `stub/${index}`);

/** Workers as they are by default, with an equal part of the shards from the beginning. */
export const ours: Driver = {
  async start({ url, gapMs, workers, isChanging }, onCycles) {
    const gate = Promise.withResolvers<typeof runningReading>();
    let isOpen = false;
    const paused = new Set<number>();

    /** One that was paused runs, and the other way round. */
    function toOther(index: number): MigrationReading<null> {
      if (paused.delete(index)) return runningReading;
      paused.add(index);
      return pausedReading;
    }

    const adapter = createStubAdapter({
      batchSize: 100,
      lane: ({ index }) => lanes[index % lanes.length] ?? '',
      read({ index }) {
        if (!isOpen) return gate.promise;
        onCycles(1);
        return isChanging ? toOther(index) : runningReading;
      },
    });
    const worker = await createDurableWorker({
      connectionString: url,
      schema,
      adapters: [adapter],
      policy: toPolicy(Math.max(1, gapMs)),
      maxShards: Math.ceil(lanes.length / workers),
      migrate: false,
    });
    return {
      get held() {
        return worker.load.migrations;
      },
      begin() {
        isOpen = true;
        gate.resolve(runningReading);
      },
      stop: () => worker.close(),
    };
  },
};

/** Puts migrations there that are under way, as workers would find them; `due` of them to be read at once. */
export async function addMigrations(database: Database, url: string, { due, pending }: Load): Promise<void> {
  await migrateDatabase({ connectionString: url, schema });
  await database.query(
    `insert into ${schema}.shards (lane) select 'stub/' || n from generate_series(0, $1::int - 1) n`,
    [lanes.length],
  );
  const count = due + pending;
  const from = Date.now();
  const slices = Array.from({ length: Math.ceil(count / sliceSize) }, (_, index) => index * sliceSize);

  async function addNext(): Promise<void> {
    for (let at = slices.shift(); at !== undefined; at = slices.shift()) {
      const range = [at, Math.min(at + sliceSize, count) - 1];
      await database.transaction(async (querier) => {
        // Each row would have its shard looked up.
        await querier.query('set local session_replication_role = replica');
        await querier.query(insertText, [...range, due, from, lanes.length]);
      });
    }
  }

  await Promise.all(Array.from({ length: 4 }, addNext));
  await database.query(`vacuum analyze ${schema}.migrations`);
}

const sliceSize = 50_000;

const insertText = `
insert into ${schema}.migrations (key, provider, lane, shard_id, state, row)
select 'stub/' || n, 'stub', lane, s.id, 'running', json_build_object(
  'provider', 'stub', 'key', 'stub/' || n, 'lane', lane,
  'ref', json_build_object('key', 'stub/' || n, 'index', n),
  'reading', json_build_object('state', 'running', 'nativeState', 'running'),
  'observedAt', $4::bigint, 'readAt', $4::bigint, 'trackedAt', $4::bigint, 'reads', 1,
  'dueAt', $4::bigint + case when n < $3::int then 0 else 3600000 end
)::text
from generate_series($1::int, $2::int) n join ${schema}.shards s on s.lane = 'stub/' || n % $5::int`;
