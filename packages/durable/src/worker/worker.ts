import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { EnginePolicy, MigrationAdapter } from '@migration-status/core';
import { type Database, numberOf } from '../database/database.ts';
import { toChannel, toJobSchema } from '../database/names.ts';
import { countReads } from '../metrics/count-reads.ts';
import { countTransitions } from '../metrics/count-transitions.ts';
import { createProcessCounters, type ProcessCounters } from '../metrics/process-counters.ts';
import { checkSchema, readSchemaStatus } from '../schema/migrate-schema.ts';
import { schemaVersion } from '../schema/schema-steps.ts';
import { holdSeconds, shardQueue } from '../schema/shard-queue.ts';
import { createShardRun, type RunEnd, type ShardRun } from '../shard/shard-run.ts';
import type { TransitionEffect } from '../store/shard.ts';
import { createShardStore } from '../store/shard-store.ts';
import { createShardJobs, type ShardJob } from './shard-jobs.ts';
import { waitAtMost } from './wait-at-most.ts';

/** A worker has got hold of a shard, or it is over with it. */
export interface ShardEvent {
  readonly shardId: string;
  /** Origin and account, as the adapter names them. */
  readonly lane: string;
  /**
   * `taken`, or why it is over: `idle`, nothing is left to follow; `unserved`, nothing of it can be followed by this process;
   * `stopped`, it is handed over; `lost`, it could not be held on to, and another worker has it or soon will.
   */
  readonly what: 'taken' | Exclude<RunEnd, 'changed'>;
  /** How many of its migrations are followed. */
  readonly migrations: number;
}

/** What a worker is made of. */
export interface WorkerOptions {
  readonly database: Database;
  readonly schema: string;
  readonly adapters: readonly MigrationAdapter[];
  readonly policy?: Partial<EnginePolicy> | undefined;
  /** Most shards that it holds at the same time. */
  readonly maxShards: number;
  readonly packMs: number;
  readonly splitAbove: number;
  /** Whether what providers said is written too. Default false. */
  readonly storeNative?: boolean | undefined;
  readonly onTransition?: TransitionEffect | undefined;
  /** How many transitions of a migration are kept at most. Default: all. */
  readonly retainTransitions?: number | undefined;
  readonly counters?: ProcessCounters | undefined;
  readonly onShard?: ((event: ShardEvent) => void) | undefined;
  readonly onError: (error: unknown) => void;
}

/** Follows the migrations of the shards that it gets hold of. */
export interface Worker {
  readonly id: string;
  /** How many shards it holds, and how many migrations are in them. */
  readonly load: { readonly shards: number; readonly migrations: number };
  /** How overdue the most overdue read of its shards was when that was last looked at, in milliseconds. */
  readonly lagMs: number;
  /** When its loop came round for the last time, by `performance.now()`. */
  readonly beatenAt: number;
  start(): Promise<void>;
  /** Stops reading, writes what it can in a moment, and hands its shards to the others. */
  drain(): Promise<void>;
}

const beatMs = 500;
/** How long notifications are collected. */
const wakeMs = 50;
const heartbeatMs = 2_000;
/** Without a heartbeat for this long a shard is let go of, well before somebody else can get it. */
const trustMs = 7_500;
const registerMs = 1_000;
const idleMs = 3_000;
/** How long a shard that cannot be opened is kept, so that nobody tries in a circle. */
const penaltyMs = 5_000;
/** How long nothing is taken after a shard that could not be followed here, so that others come before. */
const holdBackMs = 3 * beatMs;
/** How long handing over may take before it is left to the next owner, as it is while the database does not answer. */
const drainMs = 5_000;
/** How long taking leave of the database may take after that. */
const signOffMs = 1_000;

interface Holding {
  readonly job: ShardJob;
  /** Until when the claim holds for sure, by this process's clock. */
  trustedUntil: number;
  readonly since: number;
  /** Known once it was claimed. */
  lane?: string;
  run?: ShardRun;
}

export function createWorker(options: WorkerOptions): Worker {
  const {
    database,
    schema,
    adapters,
    policy,
    maxShards,
    packMs,
    splitAbove,
    onTransition,
    retainTransitions,
    counters = createProcessCounters(),
    onShard,
    storeNative = false,
    onError,
  } = options;
  const id = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const counted = adapters.map((adapter) => countReads(adapter, counters));
  const plainStore = createShardStore({ database, schema, workerId: id, onTransition, retainTransitions });
  const store = countTransitions(plainStore, counters);
  const jobs = createShardJobs(database, schema, onError);
  const holdings = new Map<string, Holding>();
  const ends = new Set<Promise<void>>();
  let target = maxShards;
  let holdBackUntil = Number.NEGATIVE_INFINITY;
  let registeredAt = Number.NEGATIVE_INFINITY;
  let isDraining = false;
  /** Whether the schema is one that this code cannot work with. */
  let isRetired = false;
  let timers: NodeJS.Timeout[] = [];
  let endListening: (() => Promise<void>) | undefined;
  let beating: Promise<void> | undefined;
  let beatenAt = performance.now();
  let touching: Promise<void> | undefined;
  let touchedAt = Number.NEGATIVE_INFINITY;
  let waking: NodeJS.Timeout | undefined;
  let isMailWaiting = true;
  let draining: Promise<void> | undefined;

  function isHeld(holding: Holding): boolean {
    return performance.now() < holding.trustedUntil;
  }

  /** Whether everything it has is on its way to others. */
  function isLeaving(): boolean {
    return isDraining || isRetired;
  }

  function beat(): Promise<void> {
    beating ??= work()
      .catch(onError)
      .finally(() => {
        beating = undefined;
        beatenAt = performance.now();
      });
    return beating;
  }

  async function work(): Promise<void> {
    if (isDraining) return;
    if (performance.now() - registeredAt >= registerMs) {
      registeredAt = performance.now();
      isRetired &&= !(await readSchemaStatus(database, schema)).isUsable;
      if (isLeaving()) return;
      await register();
      if (isLeaving()) return;
      await jobs.ensure();
      if (isLeaving()) return;
      isMailWaiting = true;
      giveUpExcess();
    }
    if (isRetired) return;
    if (isMailWaiting) await fetchMail();
    const room = Math.min(target, maxShards) - holdings.size;
    if (room <= 0 || isLeaving() || performance.now() < holdBackUntil) return;
    const asked = performance.now();
    for (const job of await jobs.fetch(room)) hold(job, asked);
  }

  function wake(): void {
    waking = undefined;
    isMailWaiting = true;
    // What is new may be for a shard that has no job yet.
    registeredAt = Number.NEGATIVE_INFINITY;
    void beat();
  }

  /** Tells the others that there is one more, and finds out how many shards are a fair part. */
  async function register(): Promise<void> {
    const [counts] = await database.query(
      `with seen as (
         insert into ${schema}.workers (id, shards) values ($1, $2)
         on conflict (id) do update set seen_at = now(), shards = excluded.shards returning id
       ), swept as (
         delete from ${schema}.workers where seen_at < now() - interval '1 minute'
       )
       select (select count(*) from ${schema}.workers
                where id <> $1 and seen_at > now() - interval '5 seconds')::int as others,
         (select count(*) from ${toJobSchema(schema)}.job
           where name = '${shardQueue}' and state < 'completed')::int as shards,
         (select max(works_from) from ${schema}.steps)::int as works_from
       from seen`,
      [id, holdings.size],
    );
    if (numberOf(counts, 'works_from') > schemaVersion) await retire();
    target = Math.max(1, Math.ceil(numberOf(counts, 'shards') / (numberOf(counts, 'others') + 1)));
  }

  /** The schema has become one that this code cannot work with: everything goes to workers that can, and nothing is taken until it is another one. */
  async function retire(): Promise<void> {
    const status = await readSchemaStatus(database, schema);
    if (isDraining) return;
    isRetired = true;
    for (const { run } of holdings.values()) run?.stop();
    checkSchema(database, schema, status);
  }

  /** A few at a time, so that shards do not go to and fro among workers that come and go. */
  function giveUpExcess(): void {
    const now = performance.now();
    const settled = [...holdings.values()].filter(({ run }) => run !== undefined);
    const tired = settled.find(({ since }) => now - since > holdSeconds * 1_000);
    if (tired) tired.run?.stop();
    else
      for (const { run } of settled.slice(target).slice(-Math.ceil((settled.length - target) / 20)))
        run?.stop();
  }

  async function fetchMail(): Promise<void> {
    isMailWaiting = false;
    if (holdings.size === 0) return;
    const withMail = await store.findMail([...holdings.keys()]);
    for (const shardId of withMail) holdings.get(shardId)?.run?.takeMail();
  }

  function hold(job: ShardJob, asked: number): void {
    const holding: Holding = { job, trustedUntil: asked + trustMs, since: asked };
    holdings.set(job.shardId, holding);
    const ended = follow(holding)
      .catch(onError)
      .then(() => {
        holdings.delete(job.shardId);
        ends.delete(ended);
      });
    ends.add(ended);
  }

  /** Runs a shard until it is over, and gives its job back. */
  async function follow(holding: Holding): Promise<void> {
    const { job } = holding;
    for (;;) {
      const end = await runOnce(holding);
      if (end === 'lost') return tell(holding, end);
      if (end === 'changed' && isHeld(holding) && !isLeaving()) continue;
      if (end === 'unserved') holdBackUntil = performance.now() + holdBackMs;
      tell(holding, end === 'changed' ? 'stopped' : end);
      await jobs.complete(job);
      if (end !== 'idle') await jobs.ensure();
      return;
    }
  }

  /** Tells of a shard when it is taken and when it is over, and not when it is claimed anew between. */
  function tell(holding: Holding, what: ShardEvent['what']): void {
    const { job, lane, run } = holding;
    if (what === 'taken' || what === 'lost') counters.noteShard(what);
    if (lane === undefined) return;
    try {
      onShard?.({ shardId: job.shardId, lane, what, migrations: run?.size ?? 0 });
    } catch (error) {
      onError(error);
    }
  }

  async function runOnce(holding: Holding): Promise<RunEnd> {
    if (isLeaving()) return 'stopped';
    try {
      const shard = await store.claim(holding.job.shardId);
      if (shard === undefined) return 'idle';
      if (!isHeld(holding)) return 'lost';
      if (isLeaving()) return 'stopped';
      const run = createShardRun({
        store,
        shard,
        adapters: counted,
        policy,
        packMs,
        idleMs,
        splitAbove,
        isHeld: () => isHeld(holding),
        storeNative,
        onError,
      });
      holding.run = run;
      if (holding.lane === undefined) {
        holding.lane = shard.lane;
        tell(holding, 'taken');
      }
      return await run.ended;
    } catch (error) {
      onError(error);
      await rest();
      return 'stopped';
    }
  }

  function rest(): Promise<void> {
    return new Promise((resolve) => {
      const endsAt = performance.now() + penaltyMs;
      const timer = setInterval(() => {
        if (!isLeaving() && performance.now() < endsAt) return;
        clearInterval(timer);
        resolve();
      }, 100);
    });
  }

  /** Tells that the shards are still held. One that is not, or may not be, is let go of at once. */
  function touch(): void {
    for (const holding of holdings.values()) if (!isHeld(holding)) holding.run?.lose();
    // What cannot be handed over in time is missed the sooner.
    if (draining !== undefined || touching !== undefined || performance.now() < touchedAt + heartbeatMs)
      return;
    touchedAt = performance.now();
    touching = touchAll()
      .catch((error) => {
        touchedAt = Number.NEGATIVE_INFINITY;
        onError(error);
      })
      .finally(() => {
        touching = undefined;
      });
  }

  async function touchAll(): Promise<void> {
    const held = [...holdings.values()];
    if (held.length === 0) return;
    const asked = performance.now();
    const touched = await withLimit(jobs.touch(held.map(({ job }) => job)));
    for (const holding of held) {
      if (touched.has(holding.job.id)) holding.trustedUntil = asked + trustMs;
      else if (holdings.get(holding.job.shardId) === holding) {
        holding.trustedUntil = Number.NEGATIVE_INFINITY;
        holding.run?.lose();
      }
    }
  }

  async function drain(): Promise<void> {
    isDraining = true;
    await waitAtMost(drainMs, handOver());
    for (const timer of timers) clearInterval(timer);
    clearTimeout(waking);
    for (const { run } of holdings.values()) run?.lose();
    await waitAtMost(signOffMs, signOff());
  }

  async function handOver(): Promise<void> {
    for (const { run } of holdings.values()) run?.stop();
    // What was being taken when this began is held by then, and given back too.
    await beating;
    for (const { run } of holdings.values()) run?.stop();
    await Promise.all(ends);
  }

  async function signOff(): Promise<void> {
    await endListening?.();
    await database.query(`delete from ${schema}.workers where id = $1`, [id]).catch(onError);
    await jobs.stop();
  }

  return {
    id,
    get load() {
      const runs = [...holdings.values()].map(({ run }) => run?.size ?? 0);
      return { shards: runs.length, migrations: runs.reduce((sum, size) => sum + size, 0) };
    },
    get lagMs() {
      return Math.max(0, ...Array.from(holdings.values(), ({ run }) => run?.lagMs ?? 0));
    },
    get beatenAt() {
      return beatenAt;
    },
    async start() {
      await jobs.start();
      endListening = await database.listen(toChannel(schema), (news) => {
        if (news === 'rows' || news.startsWith('anomaly ')) return;
        waking ??= setTimeout(wake, wakeMs);
      });
      timers = [setInterval(beat, beatMs), setInterval(touch, beatMs)];
      await beat();
    },
    drain() {
      draining ??= drain();
      return draining;
    },
  };
}

/** A heartbeat over a connection that is dead must not keep the next one from being tried. */
function withLimit<Result>(work: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('a heartbeat did not come back in time')), trustMs / 3);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
