import { DelayedError, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { Driver } from './driver.ts';
import type { Load } from './load.ts';

const name = 'reads';
const workers = 2;
const concurrency = 200;
const hourMs = 3_600_000;
const sliceSize = 5_000;

/** A job per migration, which is delayed anew after each read. */
export const bullmq: Driver = {
  async start({ url }, onCycles) {
    const running = Array.from({ length: workers }, () => {
      const worker = new Worker(
        name,
        async (job, token) => {
          await job.moveToDelayed(Date.now(), token);
          onCycles(1);
          throw new DelayedError();
        },
        { connection: { url }, concurrency },
      );
      worker.on('error', (error) => console.error(error));
      return worker;
    });
    await Promise.all(running.map((worker) => worker.waitUntilReady()));
    return {
      async stop() {
        await Promise.all(running.map((worker) => worker.close(true)));
      },
    };
  },
};

/** Adds jobs that are due at once, and others that are due in an hour. */
export async function addBullmqJobs(url: string, { due, pending }: Load): Promise<void> {
  const queue = new Queue(name, { connection: { url } });
  for (let from = 0; from < due; from += sliceSize) {
    const slice = Array.from({ length: Math.min(sliceSize, due - from) }, (_, index) => from + index);
    await queue.addBulk(slice.map((index) => ({ name, data: { key: `stub/${index}` } })));
  }
  if (pending > 0) {
    const pattern = await queue.add(name, { key: `stub/${due}` }, { delay: hourMs });
    // What nobody takes meanwhile only has to be there, and comes a quicker way.
    const redis = new Redis(url);
    const keys = [queue.toKey(pattern.id ?? ''), queue.toKey('delayed'), queue.toKey('')];
    await redis.eval(copyText, keys.length, ...keys, pattern.id ?? '', pending - 1);
    await redis.quit();
  }
  await queue.close();
}

/** Copies a delayed job so many times. */
const copyText = `
local fields = redis.call('HGETALL', KEYS[1])
local score = redis.call('ZSCORE', KEYS[2], ARGV[1])
for number = 1, tonumber(ARGV[2]) do
  local id = 'pending-' .. number
  redis.call('HSET', KEYS[3] .. id, unpack(fields))
  redis.call('ZADD', KEYS[2], score, id)
end`;
