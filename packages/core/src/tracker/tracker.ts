import { EventEmitter } from 'eventemitter3';
import type { MigrationAdapter } from '../adapter/contract.ts';
import { type Clock, systemClock } from '../engine/clock.ts';
import { createEngine } from '../engine/engine.ts';
import { type EnginePolicy, toEnginePolicy } from '../engine/engine-policy.ts';
import type { Entry } from '../engine/entry.ts';
import { createGuard } from '../engine/guard.ts';
import { deepFreeze } from '../model/deep-freeze.ts';
import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { NotFoundOutError } from '../model/errors/wait-errors.ts';
import { hasNews, type StepResult } from '../step/step.ts';
import { toNotFoundOut } from './await-entry.ts';
import { checkAdapter, checkOptions, optionRules } from './check-options.ts';
import { createHandle, type MigrationHandle, type TrackedMigration } from './handle.ts';
import { type MigrationRow, type TrackLabels, toMigrationRow } from './migration-row.ts';
import { reportListenerError } from './report-listener-error.ts';
import type { TrackerEvents } from './tracker-events.ts';

/** What {@link createTracker} is made of. */
export interface TrackerOptions {
  /** One adapter per account; only their migrations can be tracked. */
  readonly adapters: readonly MigrationAdapter[];
  /** Numbers to follow by, where the defaults do not fit. */
  readonly policy?: Partial<EnginePolicy> | undefined;
  /** Is handed what a listener throws or rejects with. Default: it is printed with `console.error`. */
  readonly onListenerError?: ((error: unknown) => void) | undefined;
  /** Default: the platform's time. */
  readonly clock?: Clock | undefined;
  /** 0 to 1, spreads reads. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** Follows any number of migrations at any number of providers. */
export interface Tracker extends AsyncDisposable {
  /**
   * Starts to follow a migration, or joins in: a migration is read once however many handles there are. Labels given later
   * replace those given before. So does a ref of the same key that says something else, as after a portal's only job was
   * started once more: it is read afresh, also when it had ended.
   *
   * Throws a `ConfigurationError` when the ref is malformed, the adapter is not one of the tracker's, or another adapter
   * already claims the same key; a `NotFoundOutError` of code `closed` after `close()`.
   */
  track<Native, Ref>(
    adapter: MigrationAdapter<Native, Ref>,
    ref: Ref,
    labels?: TrackLabels,
  ): MigrationHandle<Native, Ref>;
  /** Everything that is tracked, in the order in which it was added. */
  rows(): readonly MigrationRow[];
  /** Listens; gives a function that ends it. A listener that throws is reported and harms nobody. */
  on<Name extends keyof TrackerEvents>(
    name: Name,
    listener: (event: TrackerEvents[Name]) => void,
  ): () => void;
  /**
   * Stops everything: reads are aborted, waits reject with code `closed`, iterations end, and no timer, listener or
   * request is left. Calling it again does nothing.
   */
  close(): Promise<void>;
}

const trackerRules = {
  adapters: optionRules.adapters,
  policy: optionRules.policy,
  onListenerError: optionRules.function,
  clock: optionRules.clock,
  random: optionRules.function,
} as const;

const eventNames: readonly (keyof TrackerEvents)[] = ['change', 'settled', 'condition', 'anomaly'];

/** A provider that puts free text where a state belongs must not fill the memory, nor the log. */
const mostReportedWords = 1_000;

/**
 * Makes a tracker: one timer and one event stream over all migrations of all given adapters.
 *
 * | event | when |
 * |---|---|
 * | `change` | a status says something else than before |
 * | `settled` | a migration has ended, and is not read again |
 * | `condition` | an outage, a rate limit, refused credentials or a standstill begins or ends, or ends the reading |
 * | `anomaly` | an unknown word (once per provider and word), news of a migration that has ended |
 *
 * @example
 * const tracker = createTracker({ adapters: [velt, snapLogic] });
 * tracker.on('change', ({ row }) => console.log(row.key, row.status?.state));
 * const handle = tracker.track(velt, { organizationId: 'org_1', migrationId: 'mig_7' });
 * const status = await handle.settled();
 * await tracker.close();
 */
export function createTracker(options: TrackerOptions): Tracker {
  checkOptions('createTracker', options, trackerRules);
  const {
    adapters,
    clock = systemClock,
    random = Math.random,
    onListenerError = reportListenerError,
  } = options;
  if (adapters === undefined) {
    const message = 'createTracker: "adapters" must be an array of adapters, got nothing';
    throw new ConfigurationError({ option: 'adapters', message });
  }
  for (const [index, adapter] of adapters.entries()) {
    checkAdapter('createTracker', `adapters[${index}]`, adapter);
  }
  const guard = createGuard(onListenerError);
  const emitter = new EventEmitter();
  const tracked = new Map<string, TrackedMigration>();
  const reportedWords = new Set<string>();
  const engine = createEngine({
    clock,
    random,
    policy: toEnginePolicy(options.policy),
    onStep,
    onListenerError,
  });
  let isClosed = false;

  function onStep(entry: Entry, _event: unknown, result: StepResult): void {
    const migration = tracked.get(entry.key);
    // Whoever was told before may have let go of it, and be following the same key anew.
    if (migration?.entry !== entry) return;
    const { change, raised, cleared, anomaly } = result;
    const isSettling = result.row.stopped === 'settled' && !migration.isSettled;
    if (!isSettling && !anomaly && !hasNews(result)) return;
    migration.isSettled ||= isSettling;
    const row = toMigrationRow(entry, migration.labels);
    for (const condition of cleared) emit('condition', { row, condition, isActive: false });
    for (const condition of raised) emit('condition', { row, condition, isActive: true });
    if (change) emit('change', { row, ...change });
    if (anomaly && isFirstReport(entry, anomaly.kind)) emit('anomaly', { row, ...anomaly });
    if (isSettling) emit('settled', { row });
  }

  /** An unknown word is reported once per provider, not once per migration that meets it. */
  function isFirstReport({ adapter, row }: Entry, kind: string): boolean {
    if (kind !== 'unknown_state') return true;
    const word = JSON.stringify([adapter.provider, row.status?.nativeState]);
    if (reportedWords.has(word) || reportedWords.size >= mostReportedWords) return false;
    reportedWords.add(word);
    return true;
  }

  function emit<Name extends keyof TrackerEvents>(name: Name, event: TrackerEvents[Name]): void {
    emitter.emit(name, Object.freeze(event));
  }

  function track<Native, Ref>(
    adapter: MigrationAdapter<Native, Ref>,
    ref: Ref,
    labels: TrackLabels = {},
  ): MigrationHandle<Native, Ref> {
    checkOptions('track', labels, { group: optionRules.text, meta: optionRules.any });
    if (!adapters.includes(adapter as MigrationAdapter)) {
      const message = `the adapter of ${adapter?.provider} is not among the "adapters" of this tracker`;
      throw new ConfigurationError({ option: 'adapter', message });
    }
    const parsed = deepFreeze(adapter.parseRef(ref));
    const key = adapter.key(parsed);
    if (isClosed) {
      const { provider } = adapter;
      throw new NotFoundOutError({ provider, key, code: 'closed', message: `${key}: the tracker is closed` });
    }
    const known = tracked.get(key);
    if (known && known.entry.adapter !== adapter) {
      const message = `${key} is tracked by another adapter of ${adapter.provider} already`;
      throw new ConfigurationError({ provider: adapter.provider, option: 'ref', message });
    }
    const migration = known ?? addMigration(adapter, parsed, key);
    if (saysMore(parsed, migration.entry.ref)) {
      migration.isSettled = false;
      engine.readdress(migration.entry, parsed);
    }
    migration.labels = { ...migration.labels, ...labels };
    return createHandle<Native, Ref>(engine, migration, () => {
      tracked.delete(key);
      engine.remove(migration.entry);
    });
  }

  function addMigration(adapter: MigrationAdapter, ref: unknown, key: string): TrackedMigration {
    const entry = engine.add(adapter, ref, key);
    const migration = { entry, labels: {}, lifetimes: new Set<AbortController>(), isSettled: false };
    tracked.set(key, migration);
    return migration;
  }

  function on<Name extends keyof TrackerEvents>(
    name: Name,
    listener: (event: TrackerEvents[Name]) => void,
  ): () => void {
    if (!eventNames.includes(name) || typeof listener !== 'function') {
      const message = `on: expected one of ${eventNames.join(', ')} and a function`;
      throw new ConfigurationError({ option: 'name', message });
    }
    const guarded = (event: TrackerEvents[Name]) => guard(() => listener(event));
    emitter.on(name, guarded);
    return () => {
      emitter.off(name, guarded);
    };
  }

  async function close(): Promise<void> {
    if (isClosed) return;
    isClosed = true;
    for (const { entry, lifetimes } of tracked.values()) {
      const reason = toNotFoundOut(entry, 'closed', 'the tracker was closed');
      for (const lifetime of lifetimes) lifetime.abort(reason);
    }
    engine.close();
    emitter.removeAllListeners();
  }

  return {
    track,
    rows: () => [...tracked.values()].map(({ entry, labels }) => toMigrationRow(entry, labels)),
    on,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Whether a ref says something that the known one of the same key does not; one that only says less is the same address. */
function saysMore(given: unknown, known: unknown): boolean {
  const isObject = typeof given === 'object' && given !== null && typeof known === 'object' && known !== null;
  if (!isObject) return JSON.stringify(given) !== JSON.stringify(known);
  return Object.entries(given).some(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(Reflect.get(known, field)),
  );
}
