import { createGuard } from '../engine/guard.ts';
import { describeKind } from '../model/describe-value.ts';
import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { noConditions } from '../step/row.ts';
import { checkOptions } from '../tracker/check-options.ts';
import type { MigrationRow } from '../tracker/migration-row.ts';
import * as optionRules from '../tracker/option-rules.ts';
import { reportListenerError } from '../tracker/report-listener-error.ts';
import type { Tracker } from '../tracker/tracker.ts';
import { createGroupKeeper, type GroupNumber } from './group-keeper.ts';
import { createListKeeper } from './list-keeper.ts';
import {
  beginPast,
  type MigrationHistory,
  noHistory,
  type Past,
  toHistory,
  withNews,
} from './migration-history.ts';
import { createOldestConditions } from './oldest-conditions.ts';
import { toSnapshotJson } from './snapshot-json.ts';
import type { SortKey } from './sort-key.ts';
import type { StatusSnapshot } from './status-snapshot.ts';
import { createTallies, noShare, type RowSummary, type Share, toShare } from './tally.ts';

/** Which rows a view shows, and how. All functions are pure: what they return follows from the row alone. */
export interface StatusViewOptions {
  /** Whether a row is shown and counted. Default: every row is. */
  readonly filter?: ((row: MigrationRow) => boolean) | undefined;
  /** The group that a row is counted in; a row without one is counted in none. Default: its label `group`. */
  readonly groupBy?: ((row: MigrationRow) => string | undefined) | undefined;
  /**
   * What rows are sorted by, upwards; an array sorts by its first value, then by its second, and so on. Numbers come before
   * strings, and what is undefined comes last. Equal rows, and all without this option, stand in the order of tracking.
   */
  readonly sortBy?: ((row: MigrationRow) => SortKey) | undefined;
  /** How many entries of each kind `getHistory` keeps per row; 0 for none, and no memory. Default 16. */
  readonly historySize?: number | undefined;
  /** Is handed what a listener throws or rejects with. Default: it is printed with `console.error`. */
  readonly onListenerError?: ((error: unknown) => void) | undefined;
}

/** Many rows as one snapshot, in the contract of React's `useSyncExternalStore`. */
export interface StatusView extends Disposable {
  /** How everything stands, this very moment: the same object until something changes. */
  getSnapshot(): StatusSnapshot;
  /**
   * What has happened to a row since the view has shown it: the same object until there is more. Undefined for a key that is
   * not shown.
   */
  getHistory(key: string): MigrationHistory | undefined;
  /**
   * Listens; gives a function that ends it. All changes of one turn are told once, in the microtask after the first of
   * them, while `getSnapshot()` shows each at once. A listener that throws is reported and harms nobody.
   */
  subscribe(listener: () => void): () => void;
  /**
   * Lets go of the tracker and of all listeners. The last snapshot stays, and its rows with it, until the view itself is
   * let go of: nothing else holds it then. Calling it again does nothing.
   */
  close(): void;
}

/** What a view is made from: a {@link Tracker}, or whatever else keeps rows and tells of them. */
export type RowSource = Pick<Tracker, 'rows' | 'on'>;

interface RowEvent {
  readonly row: MigrationRow;
}

/** The number of the one set that a view itself counts. */
const allRows = 0;

const viewRules = {
  filter: optionRules.callback,
  groupBy: optionRules.callback,
  sortBy: optionRules.callback,
  historySize: optionRules.count,
  onListenerError: optionRules.callback,
} as const;

/**
 * Makes a view of what a tracker follows: its rows in an order, numbers per state and condition, the same numbers per group.
 * One change is the same work among 100 000 rows as among ten, but for one that moves the row: then there is a node more to
 * copy per 32-fold. A row is as the last news of it left it; a look that brought nothing to tell changes no snapshot.
 *
 * Throws a `ConfigurationError` for an option that is none or does not fit. What `filter`, `groupBy` or `sortBy` throws
 * comes out of this call for rows that are there already; later on it goes to the tracker's `onListenerError`, and the row
 * stays as it was.
 *
 * @example
 * const view = createStatusView(tracker, { sortBy: ({ group, key }) => [group, key] });
 * const unsubscribe = view.subscribe(() => {
 *   const { done, total, mostUrgent, conditions } = view.getSnapshot();
 *   console.log(`${done} of ${total} done, ${conditions.unreachable} unreachable, at worst ${mostUrgent}`);
 * });
 */
export function createStatusView(tracker: RowSource, options: StatusViewOptions = {}): StatusView {
  checkTracker(tracker);
  checkOptions('createStatusView', options, viewRules);
  const {
    filter = () => true,
    groupBy = ({ group }) => group,
    sortBy = () => undefined,
    historySize = 16,
    onListenerError = reportListenerError,
  } = options;
  const guard = createGuard(onListenerError);
  const listeners = new Set<{ readonly listener: () => void }>();
  const tallies = createTallies();
  const rows = createListKeeper<MigrationRow>(({ key }) => key);
  const groups = createGroupKeeper();
  /** By the number of a row: what it adds to the numbers, and the group in which it does. */
  const shares: Share[] = [];
  const groupsOfRows: (GroupNumber | undefined)[] = [];
  /** Of a row of which there has been one piece of news only, none is kept: it follows from the row. */
  const pasts: (Past | undefined)[] = [];
  const oldestConditions = createOldestConditions();
  let summary: RowSummary | undefined;
  let snapshot: StatusSnapshot | undefined;
  let isTelling = false;
  let isClosed = false;

  /** Also a row that is not shown has its turn among the others, for when it is. */
  function follow({ row }: RowEvent): void {
    const { key } = row;
    show(rows.numberOf(key) ?? addRow(key), row);
  }

  function addRow(key: string): number {
    const number = rows.add(key);
    // All of them at once, because an array with gaps becomes a table, which is slow to look into.
    shares[number] = noShare;
    groupsOfRows[number] = undefined;
    pasts[number] = undefined;
    return number;
  }

  /** Whoever was told before may have let go of the row meanwhile: then the news comes too late. */
  function update({ row }: RowEvent): void {
    const number = rows.numberOf(row.key);
    if (number !== undefined) show(number, row);
  }

  function forget({ row: { key } }: RowEvent): void {
    const number = rows.numberOf(key);
    if (number === undefined) return;
    hide(number);
    rows.drop(key);
  }

  /** Everything that other people's functions say is asked before anything is touched, since they may throw. */
  function show(number: number, row: MigrationRow): void {
    if (rows.itemOf(number) === row) return;
    if (!filter(row)) {
      hide(number);
      return;
    }
    const group = groupBy(row);
    const sortKey = sortBy(row);
    noteHistory(number, row);
    countChange(number, toShare(row), group);
    oldestConditions.put(number, row.conditions);
    rows.put(number, row, sortKey);
    noteChange();
  }

  function hide(number: number): void {
    if (rows.itemOf(number) === undefined) return;
    countChange(number, noShare, undefined);
    pasts[number] = undefined;
    oldestConditions.put(number, noConditions);
    rows.remove(number);
    noteChange();
  }

  function noteHistory(number: number, row: MigrationRow): void {
    const before = rows.itemOf(number);
    if (before !== undefined && historySize > 0)
      pasts[number] = withNews(pasts[number] ?? beginPast(before), row, historySize);
  }

  function getHistory(key: string): MigrationHistory | undefined {
    const number = rows.numberOf(key);
    const row = number === undefined ? undefined : rows.itemOf(number);
    if (number === undefined || row === undefined) return undefined;
    if (historySize === 0) return noHistory;
    const history = toHistory(pasts[number] ?? beginPast(row), historySize);
    pasts[number] = history;
    return history;
  }

  function countChange(number: number, share: Share, groupName: string | undefined): void {
    const before = shares[number] ?? noShare;
    const group = groupsOfRows[number];
    const nextGroup = groups.move(group, before, groupName, share);
    if (group !== nextGroup) groupsOfRows[number] = nextGroup;
    if (tallies.recount(allRows, before, share)) summary = undefined;
    shares[number] = share;
  }

  function noteChange(): void {
    snapshot = undefined;
    if (isTelling || listeners.size === 0) return;
    isTelling = true;
    queueMicrotask(tell);
  }

  function tell(): void {
    isTelling = false;
    for (const subscription of [...listeners]) {
      if (listeners.has(subscription)) guard(subscription.listener);
    }
  }

  function getSnapshot(): StatusSnapshot {
    summary ??= tallies.toSummary(allRows);
    snapshot ??= toSnapshot(summary);
    return snapshot;
  }

  function toSnapshot(numbers: RowSummary): StatusSnapshot {
    const taken: StatusSnapshot = {
      ...numbers,
      oldestConditions: oldestConditions.toOldest(),
      rows: rows.toList(),
      groups: groups.toList(),
      toJSON: () => toSnapshotJson(taken),
    };
    return Object.freeze(taken);
  }

  function subscribe(listener: () => void): () => void {
    if (typeof listener !== 'function') {
      throw new ConfigurationError({ option: 'listener', message: 'subscribe: expected a function' });
    }
    const subscription = { listener };
    if (!isClosed) listeners.add(subscription);
    return () => {
      listeners.delete(subscription);
    };
  }

  for (const row of tracker.rows()) follow({ row });
  const stops = [
    tracker.on('tracked', follow),
    tracker.on('change', update),
    tracker.on('condition', update),
    tracker.on('settled', update),
    tracker.on('forgotten', forget),
  ];

  function close(): void {
    isClosed = true;
    for (const stop of stops) stop();
    listeners.clear();
  }

  return { getSnapshot, getHistory, subscribe, close, [Symbol.dispose]: close };
}

function checkTracker(tracker: unknown): void {
  const isTracker =
    typeof tracker === 'object' &&
    tracker !== null &&
    ['rows', 'on'].every((name) => typeof Reflect.get(tracker, name) === 'function');
  if (isTracker) return;
  const message = `createStatusView: "tracker" must be a tracker, got ${describeKind(tracker)}`;
  throw new ConfigurationError({ option: 'tracker', message });
}
