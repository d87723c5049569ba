import { EventEmitter } from 'eventemitter3';
import type { MigrationAdapter } from '../adapter/contract.ts';
import { type Clock, systemClock } from '../engine/clock.ts';
import { createEngine } from '../engine/engine.ts';
import { type EnginePolicy, toEnginePolicy } from '../engine/engine-policy.ts';
import type { Entry } from '../engine/entry.ts';
import { createGuard } from '../engine/guard.ts';
import type { RowId } from '../engine/row-table.ts';
import { deepFreeze } from '../model/deep-freeze.ts';
import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { type NotFoundOutCode, NotFoundOutError } from '../model/errors/wait-errors.ts';
import type { MigrationStatus } from '../model/migration-status.ts';
import { toIso } from '../model/to-iso.ts';
import { hasNews, type StepChange, type StepEvent, type StepResult } from '../step/step.ts';
import type { Store, StoreEntry } from '../store/store.ts';
import type { TrackerExport } from '../store/tracker-export.ts';
import { toNotFoundOut } from './await-entry.ts';
import { checkAdapter, checkOptions } from './check-options.ts';
import { type ExportOptions, exportEngine, exportLane, exportRow } from './export-engine.ts';
import { createHandle, type HandleHost, type MigrationHandle } from './handle.ts';
import { createSlices } from './in-slices.ts';
import {
  type MigrationRow,
  type OwnLabels,
  type TrackLabels,
  toMigrationRow,
  toStatus,
} from './migration-row.ts';
import * as optionRules from './option-rules.ts';
import { parsePushed } from './parse-pushed.ts';
import { reportListenerError } from './report-listener-error.ts';
import { resumeEngine } from './resume-engine.ts';
import { saysMore } from './says-more.ts';
import type { ChangeEvent, TrackerEvents } from './tracker-events.ts';

/** What {@link createTracker} is made of. */
export interface TrackerOptions {
  /** One adapter per account; only their migrations can be tracked. */
  readonly adapters: readonly MigrationAdapter[];
  /** What to follow by, where the defaults do not fit. */
  readonly policy?: Partial<EnginePolicy> | undefined;
  /**
   * What an earlier tracker's `export()` gave, after `JSON.parse`, or what a store has loaded: everything in it is followed
   * from where it was. Its adapters are found among `adapters` by the provider's name. It is not copied: refs and readings
   * are frozen.
   */
  readonly resume?: TrackerExport | undefined;
  /**
   * Is told of every migration that is tracked, goes over to another state, or is forgotten, and of every lane that is
   * parked. What is resumed from elsewhere has to be saved first: `await store.save(resume)`.
   */
  readonly store?: Store | undefined;
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
  /**
   * Starts to follow any number of migrations, in slices between which everything else goes on, and resolves with how many
   * it added; those that are tracked already are left as they are. They are followed until they are forgotten. Rejects
   * where `track` throws; what was added until then stays.
   *
   * @param labels For all of them, or a function that says them for each.
   *
   * @example
   * const added = await tracker.trackAll(velt, refs, ({ organizationId }) => ({ group: organizationId }));
   */
  trackAll<Native, Ref>(
    adapter: MigrationAdapter<Native, Ref>,
    refs: Iterable<Ref> | AsyncIterable<Ref>,
    labels?: TrackLabels | ((ref: Ref) => TrackLabels),
  ): Promise<number>;
  /** How many are tracked. */
  readonly size: number;
  /** What is known of one; undefined when it is not tracked. */
  get(key: string): MigrationRow | undefined;
  /** Everything that is tracked, in the order in which it was added; one may take the place of one that was forgotten. */
  rows(): readonly MigrationRow[];
  /** Stops to follow a migration, whoever holds on to it; their waits reject with code `released`. False when it is not tracked. */
  forget(key: string): boolean;
  /**
   * Takes news that came another way, as from a webhook: the state moves at once, and the next read moves out to
   * `policy.pushedGapMs`. A read that is out was asked for before and is dropped. A status that was observed before the
   * last one is old and changes nothing. False when the key is not tracked.
   *
   * @example
   * const isTracked = tracker.push(parseMigrationStatus(JSON.parse(text)));
   */
  push(status: MigrationStatus): boolean;
  /**
   * All that is known, as versioned JSON without credentials, for `resume`.
   *
   * @example
   * const resume = JSON.parse(JSON.stringify(tracker.export()));
   * const next = createTracker({ adapters: [velt], resume });
   */
  export(options?: ExportOptions): TrackerExport;
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
  resume: optionRules.any,
  store: optionRules.store,
  onListenerError: optionRules.callback,
  clock: optionRules.clock,
  random: optionRules.callback,
} as const;

const eventNames: readonly (keyof TrackerEvents)[] = [
  'change',
  'settled',
  'condition',
  'anomaly',
  'tracked',
  'forgotten',
];

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
 * | `tracked` | a migration is followed from here on, or is so under other labels or another ref |
 * | `forgotten` | a migration is let go of |
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
  const ownLabels = new Map<RowId, OwnLabels>();
  const ends = new Map<RowId, Set<(reason: unknown) => void>>();
  const reportedWords = new Set<string>();
  const engine = createEngine({
    clock,
    random,
    policy: toEnginePolicy(options.policy),
    onStep,
    onPark(name, state) {
      keep(() => ({ type: 'lane', at: toIso(clock.wallTime()), lane: exportLane(engine, name, state) }));
    },
    onListenerError,
  });
  let isClosed = false;
  const storing = new Set<Promise<void>>();
  const slices = createSlices(clock);

  const host: HandleHost = {
    engine,
    labelsOf: ({ id, isAlive }) => (isAlive ? ownLabels.get(id) : undefined),
    endOf(entry) {
      if (isClosed) return toEnd(entry, 'closed');
      return entry.isAlive ? undefined : toEnd(entry, 'released');
    },
    onEnd({ id }, end) {
      const listening = ends.get(id) ?? new Set();
      ends.set(id, listening.add(end));
      return () => {
        listening.delete(end);
        if (listening.size === 0 && ends.get(id) === listening) ends.delete(id);
      };
    },
    release(entry) {
      const claims = engine.claimsOf(entry.id) - 1;
      if (claims > 0) engine.setClaims(entry.id, claims);
      else remove(entry);
    },
  };

  try {
    if (options.resume !== undefined) resumeEngine(engine, adapters, options.resume);
  } catch (error) {
    engine.close();
    throw error;
  }

  function onStep(id: RowId, event: StepEvent, result: StepResult): void {
    const { change, raised, cleared, anomaly, isSettling } = result;
    if (!isSettling && !anomaly && !hasNews(result)) return;
    const entry = engine.entry(id);
    const transition = change?.transition;
    if (transition || isSettling)
      keep(() => ({ type: 'row', at: toIso(timeOf(event)), ...transition, row: exportRow(engine, entry) }));
    if (!eventNames.some(hasListeners)) return;
    const row = toRow(entry);
    for (const condition of cleared) emit('condition', { row, condition, isActive: false }, entry);
    for (const condition of raised) emit('condition', { row, condition, isActive: true }, entry);
    if (change) emit('change', toChangeEvent(entry, row, change), entry);
    if (anomaly && isFirstReport(entry, anomaly.kind)) {
      emit('anomaly', { row, kind: anomaly.kind, message: `${entry.key}: ${anomaly.message}` }, entry);
    }
    if (isSettling) emit('settled', { row }, entry);
  }

  function timeOf(event: StepEvent): number {
    return 'at' in event ? event.at : clock.wallTime();
  }

  /** An unknown word is reported once per provider, not once per migration that meets it. */
  function isFirstReport({ adapter, row }: Entry, kind: string): boolean {
    if (kind !== 'unknown_state') return true;
    const word = JSON.stringify([adapter.provider, row.reading?.nativeState]);
    if (reportedWords.has(word) || reportedWords.size >= mostReportedWords) return false;
    reportedWords.add(word);
    return true;
  }

  /** Who was told of one thing may have let go of what the next one is about. */
  function emit<Name extends keyof TrackerEvents>(
    name: Name,
    event: TrackerEvents[Name],
    about?: Entry,
  ): void {
    if (about === undefined || about.isAlive) emitter.emit(name, Object.freeze(event));
  }

  function hasListeners(name: keyof TrackerEvents): boolean {
    return emitter.listenerCount(name) > 0;
  }

  function toRow(entry: Entry): MigrationRow {
    return toMigrationRow(entry, ownLabels.get(entry.id));
  }

  /** Hands an entry to the store; what a store cannot keep is reported, and harms nobody. */
  function keep(toEntry: () => StoreEntry): void {
    const { store } = options;
    if (store === undefined) return;
    guard(() => {
      const kept = store.append(toEntry());
      const ended = kept
        .catch(() => {})
        .then(() => {
          storing.delete(ended);
        });
      storing.add(ended);
      return kept;
    });
  }

  function track<Native, Ref>(
    adapter: MigrationAdapter<Native, Ref>,
    ref: Ref,
    labels: TrackLabels = {},
  ): MigrationHandle<Native, Ref> {
    const id = follow(adapter, ref, labels);
    engine.setClaims(id, engine.claimsOf(id) + 1);
    return createHandle<Native, Ref>(host, engine.entry(id));
  }

  /** The row of a ref, made when there is none; a ref that says more than the known one takes its place. */
  function follow(adapter: MigrationAdapter, ref: unknown, labels: TrackLabels): RowId {
    checkOwnAdapter(adapter);
    const { parsed, key, known } = find(adapter, ref);
    checkLabels(labels);
    if (known === undefined) return add(adapter, parsed, key, labels);
    const entry = engine.entry(known);
    const { group } = labels;
    const isRegrouped = group !== undefined && entry.group !== group;
    const isReaddressed = saysMore(parsed, entry.ref);
    const isRelabelled = relabel(known, labels);
    if (group !== undefined) engine.regroup(known, group);
    if (isReaddressed) engine.readdress(known, parsed);
    if (isRegrouped || isRelabelled || isReaddressed) tellTracked(known);
    return known;
  }

  function checkOwnAdapter(adapter: MigrationAdapter): void {
    checkAdapter('track', 'adapter', adapter);
    if (adapters.includes(adapter)) return;
    const message = `track: the adapter of ${adapter.provider} is not among the "adapters" of this tracker`;
    throw new ConfigurationError({ option: 'adapter', message });
  }

  /** Where a ref leads: its key, and its row where it is tracked already. */
  function find(
    adapter: MigrationAdapter,
    ref: unknown,
  ): { readonly parsed: unknown; readonly key: string; readonly known: RowId | undefined } {
    const { provider } = adapter;
    const parsed = deepFreeze(adapter.parseRef(ref));
    const key = adapter.key(parsed);
    if (isClosed) {
      throw new NotFoundOutError({ provider, key, code: 'closed', message: `${key}: the tracker is closed` });
    }
    const known = engine.find(key);
    if (known !== undefined && engine.entry(known).adapter !== adapter) {
      const message = `${key} is tracked by another adapter of ${provider} already`;
      throw new ConfigurationError({ provider, option: 'ref', message });
    }
    return { parsed, key, known };
  }

  function add(adapter: MigrationAdapter, ref: unknown, key: string, labels: TrackLabels): RowId {
    const id = engine.add({ adapter, ref, key, group: labels.group });
    relabel(id, labels);
    tellTracked(id);
    return id;
  }

  /** Keeps what is said about a row, and tells whether that is something else than before. */
  function relabel(id: RowId, { name, meta }: TrackLabels): boolean {
    const known = ownLabels.get(id);
    const hasName = name !== undefined && name !== known?.name;
    const hasMeta = meta !== undefined && meta !== known?.meta;
    if (hasName || hasMeta)
      ownLabels.set(id, { ...known, ...(hasName && { name }), ...(hasMeta && { meta }) });
    return hasName || hasMeta;
  }

  function tellTracked(id: RowId): void {
    if (options.store === undefined && !hasListeners('tracked')) return;
    const entry = engine.entry(id);
    keep(() => ({ type: 'row', at: toIso(clock.wallTime()), row: exportRow(engine, entry) }));
    if (hasListeners('tracked')) emit('tracked', { row: toRow(entry) });
  }

  async function trackAll<Native, Ref>(
    adapter: MigrationAdapter<Native, Ref>,
    refs: Iterable<Ref> | AsyncIterable<Ref>,
    labels: TrackLabels | ((ref: Ref) => TrackLabels) = {},
  ): Promise<number> {
    checkOwnAdapter(adapter);
    if (typeof labels !== 'function') checkLabels(labels);

    function labelsOf(ref: Ref): TrackLabels {
      if (typeof labels !== 'function') return labels;
      const own = labels(ref);
      checkLabels(own);
      return own;
    }

    let added = 0;
    if (Array.isArray(refs)) engine.reserve(refs.length);
    await slices.each(refs, (ref) => {
      const { parsed, key, known } = find(adapter, ref);
      const id = known ?? add(adapter, parsed, key, labelsOf(ref));
      engine.setClaims(id, engine.claimsOf(id) + 1);
      if (known === undefined) added += 1;
    });
    return added;
  }

  function remove(entry: Entry): void {
    const { id, key } = entry;
    const row = hasListeners('forgotten') && toRow(entry);
    ownLabels.delete(id);
    ends.delete(id);
    engine.remove(id);
    keep(() => ({ type: 'forgotten', at: toIso(clock.wallTime()), key }));
    if (row) emit('forgotten', { row });
  }

  function forget(key: string): boolean {
    const id = engine.find(key);
    if (id === undefined || isClosed) return false;
    const entry = engine.entry(id);
    const listening = [...(ends.get(id) ?? [])];
    const reason = toEnd(entry, 'released');
    for (const end of listening) end(reason);
    remove(entry);
    return true;
  }

  function push(status: MigrationStatus): boolean {
    const { key, observedAt, reading } = parsePushed(status);
    const id = engine.find(key);
    if (id === undefined || isClosed) return false;
    const at = Math.min(observedAt, clock.wallTime());
    if (at >= engine.observedAtOf(id)) engine.push(id, reading, at);
    return true;
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
    if (!isClosed) {
      isClosed = true;
      for (const [id, listening] of [...ends]) {
        const reason = toEnd(engine.entry(id), 'closed');
        for (const end of [...listening]) end(reason);
      }
      engine.close();
      emitter.removeAllListeners();
      slices.goOn();
    }
    await Promise.all(storing);
  }

  return {
    track,
    trackAll,
    get size() {
      return engine.size();
    },
    get(key) {
      const id = engine.find(key);
      return id === undefined ? undefined : toRow(engine.entry(id));
    },
    rows: () => Array.from(engine.ids(), (id) => toRow(engine.entry(id))),
    forget,
    push,
    export(exportOptions = {}) {
      checkOptions('export', exportOptions, { native: optionRules.flag, keys: optionRules.texts });
      return exportEngine(engine, exportOptions);
    },
    on,
    close,
    [Symbol.asyncDispose]: close,
  };
}

const endReasons = {
  closed: 'the tracker was closed',
  released: 'the migration was let go of',
} as const satisfies Partial<Record<NotFoundOutCode, string>>;

function checkLabels(labels: TrackLabels): void {
  checkOptions('labels', labels, {
    name: optionRules.text,
    group: optionRules.text,
    meta: optionRules.any,
  });
}

function toEnd(entry: Entry, code: keyof typeof endReasons): NotFoundOutError {
  return toNotFoundOut(entry, code, endReasons[code]);
}

function toChangeEvent(entry: Entry, row: MigrationRow, { previous, transition }: StepChange): ChangeEvent {
  return {
    row,
    ...(previous && { previous: toStatus(entry, previous) }),
    ...(transition && { transition }),
  };
}
