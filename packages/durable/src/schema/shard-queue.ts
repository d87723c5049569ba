import type { Queue } from 'pg-boss';

/** The queue that has one job for each shard that has something to follow. */
export const shardQueue = 'shards';

/** How long a job may go without a heartbeat before it is given to somebody else, in seconds: the least that pg-boss allows. */
export const heartbeatSeconds = 10;

/** How long a worker may hold a shard before it hands it back, in seconds, as pg-boss expires no job later than in a day. */
export const holdSeconds = 12 * 60 * 60;

/** One job per shard, waiting or held; one that its holder lost is there for the next at once. */
export function toShardQueueOptions(): Omit<Queue, 'name'> {
  return {
    policy: 'exclusive',
    heartbeatSeconds,
    expireInSeconds: holdSeconds + 3_600,
    retryLimit: 1_000_000,
    retryDelay: 0,
    deleteAfterSeconds: 60,
  };
}
