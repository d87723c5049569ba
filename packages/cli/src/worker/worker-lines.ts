import type { ShardEvent } from '@migration-status/durable';
import type { LogFormat } from './log-words.ts';

/** What a worker tells of, with a sentence for people. */
export type WorkerNews =
  /** It has begun. */
  | { readonly type: 'started'; readonly message: string; readonly accounts: readonly string[] }
  /** What is worth knowing of the database. */
  | { readonly type: 'notice'; readonly message: string }
  /** Probes are answered at an address. */
  | { readonly type: 'health'; readonly message: string; readonly url: string }
  /** It takes a shard, or is over with one. */
  | ({ readonly type: 'shard'; readonly message: string } & ShardEvent)
  /** Something went wrong in the background; `code` where there is one. */
  | { readonly type: 'error'; readonly message: string; readonly code?: string }
  /** What went wrong is over. */
  | { readonly type: 'ready'; readonly message: string }
  /** It has been asked to end. */
  | { readonly type: 'draining'; readonly message: string; readonly signal: string }
  /** It has handed over what it followed. */
  | { readonly type: 'stopped'; readonly message: string; readonly drainMs: number; readonly reads: number };

/** One line of a worker's log. */
export function toWorkerLine(news: WorkerNews, at: string, format: LogFormat): string {
  const { type, message, ...said } = news;
  return format === 'ndjson' ? JSON.stringify({ type, ...said, at, message }) : `${at} ${message}`;
}

/** What becomes of a shard, in one sentence. */
export function describeShard({ shardId, lane, what, migrations }: ShardEvent): string {
  const words = {
    taken: `taken, with ${migrations} ${migrations === 1 ? 'migration' : 'migrations'}`,
    idle: 'let go of: nothing is left to follow',
    unserved: 'let go of: no account is configured for what is in it',
    stopped: 'handed over',
    lost: 'lost: it could not be held on to',
  };
  return `${lane}: shard ${shardId} ${words[what]}`;
}
