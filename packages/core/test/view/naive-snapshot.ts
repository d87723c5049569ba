import { type MigrationState, migrationStates } from '../../src/model/migration-state.ts';
import type { ConditionKind } from '../../src/step/row.ts';
import type { MigrationRow } from '../../src/tracker/migration-row.ts';
import type { KeyedList } from '../../src/view/keyed-list.ts';
import type { StatusSnapshot } from '../../src/view/status-snapshot.ts';
import type { StatusViewOptions } from '../../src/view/status-view.ts';

const kinds: readonly ConditionKind[] = ['unreachable', 'throttled', 'unauthorized', 'stalled'];
const ends: readonly MigrationState[] = [
  'succeeded',
  'partially_succeeded',
  'failed',
  'canceled',
  'not_found',
];
const byUrgency: readonly MigrationState[] = [
  'failed',
  'not_found',
  'awaiting_input',
  'unknown',
  'partially_succeeded',
  'canceled',
  'paused',
  'running',
  'pending',
  'succeeded',
];

/** What a snapshot must say of some rows, worked out from nothing, with plain arrays. */
export function toNaiveSnapshot(rows: readonly MigrationRow[], options: StatusViewOptions = {}) {
  const { filter = () => true, groupBy = ({ group }) => group, sortBy } = options;
  const shown = rows.filter(filter);
  const ordered = sortBy ? shown.toSorted((a, b) => compare(sortBy(a), sortBy(b))) : shown;
  const names = new Set(shown.map(groupBy).filter((name) => name !== undefined));
  return {
    rows: ordered,
    groups: [...names].sort().map((group) => ({
      group,
      ...countNaively(shown.filter((row) => groupBy(row) === group)),
    })),
    ...countNaively(shown),
    oldestConditions: toOldest(shown),
  };
}

/** A snapshot with arrays for lists. */
export function toPlain({ rows, groups, toJSON: _toJson, ...numbers }: StatusSnapshot) {
  return { rows: toArray(rows), groups: toArray(groups), ...numbers };
}

/** The items of a list one by one, which its iteration and its slice must agree with. */
function toArray<Item>(list: KeyedList<Item>): readonly Item[] {
  const items = Array.from({ length: list.size }, (_, index) => list.at(index) as Item);
  const others = [[...list], list.slice()];
  if (others.some((other) => other.length !== items.length || other.some((item, i) => item !== items[i]))) {
    throw new Error('the iteration or the slice of a list is not what it holds');
  }
  return items;
}

function toOldest(rows: readonly MigrationRow[]) {
  const since = (kind: ConditionKind) =>
    rows.flatMap(({ conditions }) => conditions.filter((c) => c.kind === kind).map((c) => c.since)).sort()[0];
  return Object.fromEntries(kinds.map((kind) => [kind, since(kind)]).filter(([, at]) => at !== undefined));
}

function countNaively(rows: readonly MigrationRow[]) {
  const count = (state: MigrationState) => rows.filter(({ status }) => status?.state === state).length;
  const has = (kind: ConditionKind) =>
    rows.filter(({ conditions }) => conditions.some((c) => c.kind === kind));
  const mostUrgent = byUrgency.find((state) => count(state) > 0);
  return {
    total: rows.length,
    done: rows.filter(({ status }) => status && ends.includes(status.state)).length,
    unread: rows.filter(({ status }) => status === undefined).length,
    counts: Object.fromEntries(migrationStates.map((state) => [state, count(state)])),
    conditions: Object.fromEntries(kinds.map((kind) => [kind, has(kind).length])),
    ...(mostUrgent && { mostUrgent }),
    hasSucceeded: rows.length > 0 && count('succeeded') === rows.length,
  };
}

/** Upwards, with what is undefined last; lists value by value. */
function compare(a: unknown, b: unknown): number {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.map((value, index) => compare(value, b[index])).find((difference) => difference !== 0) ?? 0;
  }
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  return (a as number) < (b as number) ? -1 : 1;
}
