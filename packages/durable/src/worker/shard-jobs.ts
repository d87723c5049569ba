import { type Job, PgBoss } from 'pg-boss';
import { type Database, numberOf, textOf } from '../database/database.ts';
import { toDatabaseError } from '../database/database-error.ts';
import { gather } from '../database/gather.ts';
import { toJobSchema } from '../database/names.ts';
import { shardQueue } from '../schema/shard-queue.ts';

/** One shard that is this worker's for as long as its heartbeat is seen. */
export interface ShardJob {
  readonly id: string;
  readonly shardId: string;
  /** Which attempt of the job this is. */
  readonly retryCount: number;
}

/** The jobs of shards, by way of pg-boss. */
export interface ShardJobs {
  /** Frees first what a process held that has died, where that is certain. */
  start(): Promise<void>;
  /** Makes the jobs of shards that have something to do and no job, and frees those whose holder is missed. */
  ensure(): Promise<void>;
  /** Takes jobs that nobody holds: so many, or a thousand where that is less. */
  fetch(count: number): Promise<readonly ShardJob[]>;
  /** Tells that they are still held, and gives the ids of those that really are. */
  touch(jobs: readonly ShardJob[]): Promise<ReadonlySet<string>>;
  /** Gives a job back; one that has been taken away stays with whoever has it. */
  complete(job: ShardJob): Promise<void>;
  stop(): Promise<void>;
}

/** How many jobs are taken or given back at once. */
const mostJobs = 1_000;

export function createShardJobs(
  database: Database,
  schema: string,
  onError: (error: unknown) => void,
): ShardJobs {
  const jobSchema = toJobSchema(schema);
  const boss = new PgBoss({
    ...database.jobOptions,
    schema: jobSchema,
    migrate: false,
    createSchema: false,
    schedule: false,
    // How soon a lost heartbeat is noticed; the defaults are a minute each.
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
  });
  boss.on('error', (error) => onError(toDatabaseError(error, database.place)));

  // A part of a lane has something to do also when it is empty: to give back its part of the rate.
  // pg-boss finds those whose holder is missed too, but up to two seconds later.
  const waitingOrLost = `
select null as lost, 0 as retry_count, s.id::text as id from ${schema}.shards s
where (exists (select from ${schema}.migrations m where m.shard_id = s.id)
    or exists (select from ${schema}.inbox i where i.shard_id = s.id)
    or s.share < 1)
  and not exists (
    select from ${jobSchema}.job j
    where j.name = '${shardQueue}' and j.singleton_key = s.id::text and j.state < 'completed'
  )
union all
select id::text, retry_count::int, null from ${jobSchema}.job
where name = '${shardQueue}' and state = 'active' and heartbeat_on + heartbeat_seconds * interval '1 second' < now()`;

  async function ensureAll(): Promise<void> {
    const found = await database.query(waitingOrLost);
    const lost = found.filter((row) => row.lost !== null);
    if (lost.length > 0)
      await boss.fail(
        shardQueue,
        lost.map((row) => ({ id: textOf(row, 'lost'), retryCount: numberOf(row, 'retry_count') })),
      );
    const missing = found.filter((row) => row.lost === null).map((row) => textOf(row, 'id'));
    if (missing.length === 0) return;
    await boss.insert(
      shardQueue,
      missing.map((shardId) => ({ data: { shardId }, singletonKey: shardId })),
    );
  }

  /** It is the same for all who ask. */
  const ensureSoon = gather<undefined, undefined>({
    async work(asked) {
      await ensureAll();
      return asked;
    },
    weigh: () => 0,
    most: 1,
    waitMs: 0,
  });

  const completeSoon = gather({
    async work(jobs: readonly ShardJob[]): Promise<readonly undefined[]> {
      await boss.complete(
        shardQueue,
        jobs.map(({ id, retryCount }) => ({ id, retryCount })),
      );
      return jobs.map(() => undefined);
    },
    weigh: () => 1,
    most: mostJobs,
    waitMs: 0,
  });

  return {
    async start() {
      await boss.start();
      if (!database.isOwn) return;
      const held = await database.query(
        `select id::text as id from ${jobSchema}.job where name = '${shardQueue}' and state = 'active'`,
      );
      const ids = held.map((row) => textOf(row, 'id'));
      if (ids.length > 0) await boss.cancel(shardQueue, ids);
    },

    ensure: () => ensureSoon(undefined),

    async fetch(count) {
      const jobs: readonly Job<{ readonly shardId: string }>[] = await boss.fetch(shardQueue, {
        batchSize: Math.min(count, mostJobs),
      });
      return jobs.map(({ id, data, retryCount }) => ({ id, shardId: data.shardId, retryCount }));
    },

    async touch(jobs) {
      const answer = await boss.touch(shardQueue, [...jobs]);
      const held = 'settled' in answer && Array.isArray(answer.settled) ? answer.settled : [];
      return new Set(held.map(String));
    },

    complete: completeSoon,

    stop: () => boss.stop({ graceful: false, close: database.jobOptions.db === undefined }),
  };
}
