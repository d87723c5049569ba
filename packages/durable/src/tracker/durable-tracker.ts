import {
  type AnomalyEvent,
  ConfigurationError,
  createTracker,
  type ExportedRow,
  type MigrationAdapter,
  type MigrationStatus,
  NotFoundOutError,
  type Tracker,
  type TrackerEvents,
  type TrackLabels,
} from '@migration-status/core';
import { EventEmitter } from 'eventemitter3';
import { toChannel } from '../database/names.ts';
import { keepRetaining } from '../operations/keep-retaining.ts';
import { createOperations, type Operable } from '../operations/operations.ts';
import { createMigrationStore, type Registered, type Registration } from '../store/migration-store.ts';
import type { RecordedTransition } from '../store/shard.ts';
import { waitAtMost } from '../worker/wait-at-most.ts';
import { createWorker } from '../worker/worker.ts';
import { checkCall, labelRules } from './check-call.ts';
import { createDurableHandle, type DurableHandle } from './durable-handle.ts';
import { checkDurableOptions, type DurableOptions } from './durable-options.ts';
import { createMirror } from './mirror.ts';
import { createNewsFeed } from './news-feed.ts';
import { closeMs, type OpenDurable, openDurable, toWorkerOptions } from './open-durable.ts';

/**
 * Follows migrations together with all other processes on the same database. It is a tracker, but for what others have to be
 * asked about.
 */
export interface DurableTracker extends Omit<Tracker, 'track' | 'forget' | 'push'>, Operable {
  /**
   * As a tracker's, for whichever worker has the lane; a migration that is tracked twice, also by two processes, is one.
   * `meta` is known to this process only.
   */
  track<Native, Ref>(
    adapter: MigrationAdapter<Native, Ref>,
    ref: Ref,
    labels?: TrackLabels,
  ): DurableHandle<Native, Ref>;
  /**
   * Has a migration and its history forgotten, and resolves once that is so. False when it is not tracked. What goes wrong
   * is handed to `onError` too, so that nobody need look at the promise.
   */
  forget(key: string): Promise<boolean>;
  /** As a tracker's; resolves once the news would survive the death of this process. What goes wrong is as with `forget`. */
  push(status: MigrationStatus): Promise<boolean>;
  /** Every transition of a migration that was recorded, oldest first. */
  transitionsOf(key: string): Promise<readonly RecordedTransition[]>;
}

const eventNames = ['change', 'settled', 'condition', 'anomaly', 'tracked', 'forgotten'];

/** What a notification begins with that carries an anomaly. */
const anomalyMark = 'anomaly ';

/** How often it is looked for news that no notification came for, and how long notifications are collected. */
const pollMs = 1_000;
const collectMs = 50;

const sliceSize = 1_000;

/**
 * Makes a tracker on a database: what is tracked is followed by exactly one worker at a time, whichever process dies, at
 * the rate of its lane, and every transition is recorded once. Any number of processes may be on one PostgreSQL; with
 * `dataDir` it is this one alone.
 *
 * Events tell what this process has seen: a state that another one passed within a second may not be among them, and is in
 * `transitionsOf`. News that are no transition, as of progress and conditions, come every `packMs`.
 *
 * Rejects with a `ConfigurationError`, with a `DatabaseError` whose code says what is wrong with the database, or with a
 * `StoreError` of code `store_in_use` when another process has the folder open.
 *
 * @example
 * const tracker = await createDurableTracker({ connectionString: 'postgres://app@localhost/app', adapters: [velt] });
 * const handle = tracker.track(velt, { organizationId: 'org_1', migrationId: 'mig_7' });
 * const status = await handle.settled();
 * await tracker.close();
 */
export async function createDurableTracker(options: DurableOptions): Promise<DurableTracker> {
  checkDurableOptions('createDurableTracker', options);
  return openDurable(options, openTracker);
}

async function openTracker(open: OpenDurable): Promise<DurableTracker> {
  const { database, schema, options, counters, onError } = open;
  const { adapters, storeNative = false } = options;
  const store = createMigrationStore(database, schema);
  const readNews = createNewsFeed(database, schema);
  const emitter = new EventEmitter();
  const metas = new Map<string, unknown>();
  const watchers = new Map<string, Set<(isNews: boolean) => void>>();
  const lifetime = new AbortController();
  const mirror = createMirror((key) => metas.get(key), emit, wake);
  /** Tracks nothing, and checks what it is given as a tracker does. */
  const checker = createTracker({ adapters });
  let looking: Promise<void> | undefined;
  let isNewsWaiting = false;
  let lookedAt = performance.now();
  let collecting: NodeJS.Timeout | undefined;
  let registering: { readonly batch: Registration[]; readonly done: Promise<Registered> } | undefined;
  let closing: Promise<void> | undefined;

  function emit<Name extends keyof TrackerEvents>(name: Name, event: TrackerEvents[Name]): void {
    if (name === 'forgotten') metas.delete(event.row.key);
    emitter.emit(name, Object.freeze(event));
  }

  function wake(key: string, isNews: boolean): void {
    for (const listener of [...(watchers.get(key) ?? [])]) listener(isNews);
  }

  /** Looks for news, and once more where somebody asks meanwhile. */
  function look(): Promise<void> {
    isNewsWaiting = true;
    looking ??= lookNow();
    return looking;
  }

  async function lookNow(): Promise<void> {
    try {
      while (isNewsWaiting && !lifetime.signal.aborted) {
        isNewsWaiting = false;
        mirror.take(await readNews());
      }
    } finally {
      looking = undefined;
      lookedAt = performance.now();
    }
  }

  function lookSoon(): void {
    collecting ??= setTimeout(() => {
      collecting = undefined;
      look().catch(onError);
    }, collectMs);
  }

  function onNotification(payload: string): void {
    if (payload.startsWith(anomalyMark)) void tellAnomaly(payload.slice(anomalyMark.length)).catch(onError);
    else lookSoon();
  }

  /** What it is about may not have been seen here yet. */
  async function tellAnomaly(text: string): Promise<void> {
    const { key, kind, message }: Omit<AnomalyEvent, 'row'> & { readonly key: string } = JSON.parse(text);
    await look();
    const row = mirror.get(key);
    if (row !== undefined) emit('anomaly', { row, kind, message });
  }

  /** What is registered in one turn is stored together. */
  function register(registration: Registration): Promise<Registered> {
    if (registering === undefined) {
      const batch: Registration[] = [];
      const done = Promise.resolve().then(() => {
        registering = undefined;
        return store.register(batch);
      });
      registering = { batch, done };
    }
    registering.batch.push(registration);
    return registering.done;
  }

  function toRegistration(adapter: MigrationAdapter, ref: unknown, labels: TrackLabels): Registration {
    if (!adapters.includes(adapter)) {
      const message = 'track: the adapter is not among the "adapters" of this tracker';
      throw new ConfigurationError({ option: 'adapter', message });
    }
    const { provider } = adapter;
    const parsed = adapter.parseRef(ref);
    const key = adapter.key(parsed);
    if (lifetime.signal.aborted) {
      throw new NotFoundOutError({ provider, key, code: 'closed', message: `${key}: the tracker is closed` });
    }
    checkCall('labels', labels, labelRules);
    const { name, group } = labels;
    return { provider, key, lane: adapter.lane(parsed), ref: parsed, name, group, trackedAt: Date.now() };
  }

  /** `meta` is never sent anywhere. */
  function keepMeta(key: string, meta: unknown): void {
    if (meta === undefined || metas.get(key) === meta) return;
    metas.set(key, meta);
    if (mirror.revisionOf(key) !== undefined) mirror.relabel(key);
  }

  function watch(key: string, listener: (isNews: boolean) => void): () => void {
    const listening = watchers.get(key) ?? new Set();
    watchers.set(key, listening.add(listener));
    return () => {
      listening.delete(listener);
      if (listening.size === 0 && watchers.get(key) === listening) watchers.delete(key);
    };
  }

  /** What goes wrong is told also where nobody looks at the promise. */
  function told<Result>(work: Promise<Result>): Promise<Result> {
    work.catch(onError);
    return work;
  }

  async function forget(key: string): Promise<boolean> {
    const isGone = await store.forget(key);
    await look();
    return isGone;
  }

  const host = {
    mirror,
    look,
    watch,
    command: store.command,
    lifetime: lifetime.signal,
    onError,
  };

  function on<Name extends keyof TrackerEvents>(
    name: Name,
    listener: (event: TrackerEvents[Name]) => void,
  ): () => void {
    if (!eventNames.includes(name) || typeof listener !== 'function') {
      const message = `on: expected one of ${eventNames.join(', ')} and a function`;
      throw new ConfigurationError({ option: 'name', message });
    }
    const guarded = async (event: TrackerEvents[Name]) => {
      try {
        await listener(event);
      } catch (error) {
        onError(error);
      }
    };
    emitter.on(name, guarded);
    return () => {
      emitter.off(name, guarded);
    };
  }

  const worker = (options.worker ?? true) ? createWorker(toWorkerOptions(open)) : undefined;

  await look();
  const endListening = await database.listen(toChannel(schema), onNotification);
  const polling = setInterval(lookSoon, pollMs);
  const endRetaining = worker ? keepRetaining(store, options.retainMs, onError) : () => {};

  try {
    await worker?.start();
  } catch (error) {
    await closeOnce();
    throw error;
  }

  async function close(): Promise<void> {
    lifetime.abort();
    void checker.close();
    clearInterval(polling);
    endRetaining();
    clearTimeout(collecting);
    emitter.removeAllListeners();
    await registering?.done.catch(() => {});
    await worker?.drain();
    await waitAtMost(closeMs, endConnections());
  }

  async function endConnections(): Promise<void> {
    await endListening();
    await looking?.catch(() => {});
    await database.close();
  }

  function closeOnce(): Promise<void> {
    closing ??= close();
    return closing;
  }

  return {
    track<Native, Ref>(adapter: MigrationAdapter<Native, Ref>, ref: Ref, labels: TrackLabels = {}) {
      const registration = toRegistration(adapter, ref, labels);
      const { name, group, ...row } = registration;
      const { key } = row;
      keepMeta(key, labels.meta);
      mirror.expect({ ...row, ...(group !== undefined && { group }) }, name);
      const registered = register(registration);
      registered.catch(() => mirror.unexpect(key));
      // What the adapter reads is what it says that it reads.
      return createDurableHandle(host, registration, registered) as DurableHandle<Native, Ref>;
    },

    async trackAll(adapter, refs, labels = {}) {
      let added = 0;
      let slice: Registration[] = [];
      async function storeSlice(): Promise<void> {
        added += (await store.register(slice, true)).added;
        slice = [];
      }
      // What was tracked before this call is there before what it adds.
      await registering?.done.catch(() => {});
      for await (const ref of refs) {
        const given = typeof labels === 'function' ? labels(ref) : labels;
        const registration = toRegistration(adapter, ref, given);
        if (mirror.revisionOf(registration.key) === undefined) keepMeta(registration.key, given.meta);
        slice.push(registration);
        if (slice.length === sliceSize) await storeSlice();
      }
      if (slice.length > 0) await storeSlice();
      await look();
      return added;
    },

    get size() {
      return mirror.size;
    },
    get: (key) => mirror.get(key),
    rows: () => mirror.rows(),
    export(exportOptions = {}) {
      const { rows, lanes } = mirror.export();
      const { native = false, keys } = exportOptions;
      const isAsked = (row: { readonly key: string }) => keys === undefined || keys.includes(row.key);
      return {
        ...checker.export(exportOptions),
        lanes,
        rows: rows.filter(isAsked).map((row) => (native ? row : withoutNative(row))),
      };
    },
    transitionsOf: (key) => store.transitionsOf(key),
    forget: (key) => (lifetime.signal.aborted ? Promise.resolve(false) : told(forget(key))),
    push(status) {
      checker.push(status);
      if (lifetime.signal.aborted) return Promise.resolve(false);
      const stored = storeNative ? status : { ...status, native: null };
      const pushed = store.command(status.key, { kind: 'push', status: stored });
      return told(pushed.then(({ isTracked }) => isTracked));
    },
    ...createOperations({
      ...{ database, schema, store, counters, worker },
      beatenAt: () => Math.min(lookedAt, worker?.beatenAt ?? lookedAt),
      isClosing: () => closing !== undefined,
    }),
    on,
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  };
}

function withoutNative(row: ExportedRow): ExportedRow {
  if (row.reading?.native === undefined) return row;
  const { native: _native, ...reading } = row.reading;
  return { ...row, reading };
}
