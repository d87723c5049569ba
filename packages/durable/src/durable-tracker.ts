import {
  ConfigurationError,
  type MigrationAdapter,
  type MigrationRow,
  type MigrationStatus,
  NotFoundOutError,
  type RowSource,
  type TrackerEvents,
  type TrackLabels,
  type WaitOptions,
} from '@migration-status/core';
import { EventEmitter } from 'eventemitter3';
import { checkDurableOptions, type DurableOptions } from './durable-options.ts';
import { keepRetaining } from './keep-retaining.ts';
import { createMigrationStore, type Registered, type Registration } from './migration-store.ts';
import { createMirror } from './mirror.ts';
import { toChannel } from './names.ts';
import { createNewsFeed } from './news-feed.ts';
import { closeMs, type OpenDurable, openDurable, toWorkerOptions } from './open-durable.ts';
import { createOperations, type Operable } from './operations.ts';
import type { RecordedTransition } from './shard-store.ts';
import type { OwnLabels } from './to-migration-row.ts';
import { waitAtMost } from './wait-at-most.ts';
import { waitForRow } from './wait-for-row.ts';
import { createWorker } from './worker.ts';

/** One caller's view of a migration that somebody follows. */
export interface DurableHandle {
  readonly key: string;
  /** What is known at this moment. */
  readonly row: MigrationRow;
  /** Resolves once the migration would survive the death of this process; rejects when it could not be stored. */
  readonly stored: Promise<void>;
  /**
   * As a tracker's: resolves once the migration has ended or waits for a person (or `until` accepts a status). Rejects with
   * the last status attached when that cannot be found out, and with what `stored` rejects with.
   */
  settled(options?: WaitOptions): Promise<MigrationStatus>;
  /** Asks whoever follows it to read as soon as the provider's limits allow. Resolves once that is noted. */
  refresh(): Promise<void>;
}

/** Follows migrations together with all other processes on the same database. */
export interface DurableTracker extends RowSource, Operable, AsyncDisposable {
  /**
   * Has a migration followed, by whichever worker has its lane; one that is tracked twice, also by two processes, is one.
   * A newer ref of the same key takes over, as in a tracker. `name` and `meta` are known to this process only.
   *
   * Throws a `ConfigurationError` when the ref is malformed or the adapter is not one of the tracker's.
   */
  track<Native, Ref>(adapter: MigrationAdapter<Native, Ref>, ref: Ref, labels?: TrackLabels): DurableHandle;
  /** The same for any number; resolves with how many were not tracked before, once all are stored. */
  trackAll<Native, Ref>(
    adapter: MigrationAdapter<Native, Ref>,
    refs: Iterable<Ref> | AsyncIterable<Ref>,
    labels?: TrackLabels | ((ref: Ref) => TrackLabels),
  ): Promise<number>;
  /** How many are tracked, as far as this process has seen. */
  readonly size: number;
  get(key: string): MigrationRow | undefined;
  rows(): readonly MigrationRow[];
  /** Every transition of a migration that was recorded, oldest first. */
  transitionsOf(key: string): Promise<readonly RecordedTransition[]>;
  /** Has a migration and its history forgotten. False when it is not tracked. */
  forget(key: string): Promise<boolean>;
  /** Hands news that came another way to whoever follows the migration. False when it is not tracked. */
  push(status: MigrationStatus): Promise<boolean>;
  on<Name extends keyof TrackerEvents>(
    name: Name,
    listener: (event: TrackerEvents[Name]) => void,
  ): () => void;
  /**
   * Stops reading, writes what is known, and hands what this process followed to the others; waits reject with code `closed`.
   * To be called on SIGTERM. Calling it again does nothing.
   */
  close(): Promise<void>;
}

const eventNames = ['change', 'settled', 'condition', 'anomaly', 'tracked', 'forgotten'];

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
  const { adapters } = options;
  const store = createMigrationStore(database, schema);
  const readNews = createNewsFeed(database, schema);
  const emitter = new EventEmitter();
  const ownLabels = new Map<string, OwnLabels>();
  const watchers = new Map<string, Set<() => void>>();
  const lifetime = new AbortController();
  const mirror = createMirror((key) => ownLabels.get(key) ?? {}, emit, wake);
  let looking: Promise<void> | undefined;
  let isNewsWaiting = false;
  let lookedAt = performance.now();
  let collecting: NodeJS.Timeout | undefined;
  let registering: { readonly batch: Registration[]; readonly done: Promise<Registered> } | undefined;
  let closing: Promise<void> | undefined;

  function emit<Name extends keyof TrackerEvents>(name: Name, event: TrackerEvents[Name]): void {
    if (name === 'forgotten') ownLabels.delete(event.row.key);
    emitter.emit(name, Object.freeze(event));
  }

  function wake(key: string): void {
    for (const listener of [...(watchers.get(key) ?? [])]) listener();
  }

  /** Looks for news, and once more where somebody asks meanwhile. */
  function look(): Promise<void> {
    isNewsWaiting = true;
    looking ??= lookNow().finally(() => {
      looking = undefined;
      lookedAt = performance.now();
    });
    return looking;
  }

  async function lookNow(): Promise<void> {
    while (isNewsWaiting && !lifetime.signal.aborted) {
      isNewsWaiting = false;
      mirror.take(await readNews());
    }
  }

  function lookSoon(): void {
    collecting ??= setTimeout(() => {
      collecting = undefined;
      look().catch(onError);
    }, collectMs);
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
    const { group, name, meta } = labels;
    if (group !== undefined && typeof group !== 'string') {
      throw new ConfigurationError({ option: 'group', message: 'labels: "group" must be a string' });
    }
    if (name !== undefined || meta !== undefined) {
      ownLabels.set(key, {
        ...ownLabels.get(key),
        ...(name !== undefined && { name }),
        ...(meta !== undefined && { meta }),
      });
      mirror.relabel(key);
    }
    return { provider, key, lane: adapter.lane(parsed), ref: parsed, group, trackedAt: Date.now() };
  }

  function watch(key: string, listener: () => void): () => void {
    const listening = watchers.get(key) ?? new Set();
    watchers.set(key, listening.add(listener));
    return () => {
      listening.delete(listener);
      if (listening.size === 0 && watchers.get(key) === listening) watchers.delete(key);
    };
  }

  function createHandle(
    { provider, key, ref, group }: Registration,
    registered: Promise<Registered>,
  ): DurableHandle {
    const stored = registered.then(() => {});
    stored.catch(onError);
    const unread: MigrationRow = Object.freeze({
      provider,
      key,
      ref,
      conditions: Object.freeze([]),
      reads: 0,
      ...(group !== undefined && { group }),
    });
    return {
      key,
      stored,
      get row() {
        return mirror.get(key) ?? unread;
      },
      async settled(waitOptions) {
        const { revisions } = await registered;
        if (mirror.get(key) === undefined && !lifetime.signal.aborted) await look();
        const known = revisions.get(key) ?? Number.NEGATIVE_INFINITY;
        // A row from before this call says nothing about what it has asked for.
        const get = () => (Number(mirror.revisionOf(key)) <= known ? unread : mirror.get(key));
        const target = {
          provider,
          key,
          get,
          watch: (listener: () => void) => watch(key, listener),
          lifetime: lifetime.signal,
        };
        return waitForRow(target, waitOptions);
      },
      async refresh() {
        await stored;
        await store.command(key, { kind: 'refresh' });
      },
    };
  }

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

  const onAnomaly = (event: TrackerEvents['anomaly']) => emit('anomaly', { ...event });
  const worker = (options.worker ?? true) ? createWorker({ ...toWorkerOptions(open), onAnomaly }) : undefined;

  await look();
  const endListening = await database.listen(toChannel(schema), lookSoon);
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
    track(adapter, ref, labels = {}) {
      const registration = toRegistration(adapter, ref, labels);
      return createHandle(registration, register(registration));
    },

    async trackAll(adapter, refs, labels = {}) {
      let added = 0;
      let slice: Registration[] = [];
      // What was tracked before this call is there before what it adds.
      await registering?.done.catch(() => {});
      for await (const ref of refs) {
        slice.push(toRegistration(adapter, ref, typeof labels === 'function' ? labels(ref) : labels));
        if (slice.length < sliceSize) continue;
        added += (await store.register(slice)).added;
        slice = [];
      }
      return slice.length === 0 ? added : added + (await store.register(slice)).added;
    },

    get size() {
      return mirror.size;
    },
    get: (key) => mirror.get(key),
    rows: () => mirror.rows(),
    transitionsOf: (key) => store.transitionsOf(key),
    forget: (key) => store.forget(key),
    async push(status) {
      const { key } = status;
      if (typeof key !== 'string' || Number.isNaN(Date.parse(status.observedAt))) {
        const message = 'push: expected a status with "key" and "observedAt"';
        throw new ConfigurationError({ option: 'status', message });
      }
      return store.command(key, { kind: 'push', status });
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
