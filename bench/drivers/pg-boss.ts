import { PgBoss } from 'pg-boss';
import type { Database } from '../../packages/durable/src/database/database.ts';
import type { Driver } from './driver.ts';
import type { Load } from './load.ts';

const queue = 'reads';
const schema = 'job_per_read';
const loops = 8;
const batchSize = 200;
const connections = 10;
const idleMs = 20;
const sliceSize = 50_000;

interface Read {
  readonly key: string;
}

/** A job per migration: it is completed after the read, and another one takes its place. */
export const pgBoss: Driver = {
  async start({ url }, onCycles) {
    const boss = new PgBoss({ connectionString: url, schema, max: connections, schedule: false });
    boss.on('error', (error) => console.error(error));
    await boss.start();
    let isOver = false;

    async function loop(): Promise<void> {
      while (!isOver) {
        const jobs = await boss.fetch<Read>(queue, { batchSize });
        if (jobs.length === 0) {
          await new Promise((resolve) => setTimeout(resolve, idleMs));
          continue;
        }
        await boss.complete(
          queue,
          jobs.map(({ id }) => id),
        );
        await boss.insert(
          queue,
          jobs.map(({ data }) => ({ data })),
        );
        onCycles(jobs.length);
      }
    }

    const running = Array.from({ length: loops }, loop);
    return {
      async stop() {
        isOver = true;
        await Promise.all(running);
        await boss.stop({ graceful: false });
      },
    };
  },
};

/** Adds jobs that are due at once, and others that are due in an hour. */
export async function addPgBossJobs(database: Database, url: string, { due, pending }: Load): Promise<void> {
  const boss = new PgBoss({ connectionString: url, schema, schedule: false, supervise: false });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  await boss.createQueue(queue);
  await boss.insert(
    queue,
    Array.from({ length: due }, (_, index) => ({ data: { key: `stub/${index}` } })),
  );
  await boss.stop({ graceful: false });
  // What nobody takes meanwhile only has to be there, and comes a quicker way.
  for (let from = 0; from < pending; from += sliceSize) {
    await database.query(
      `insert into ${schema}.job (name, data, start_after)
       select $1, jsonb_build_object('key', 'stub/' || n), now() + interval '1 hour'
       from generate_series($2::int, $3::int - 1) as n`,
      [queue, due + from, due + Math.min(from + sliceSize, pending)],
    );
  }
  await database.query(`vacuum analyze ${schema}.job`);
}
