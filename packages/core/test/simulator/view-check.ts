import { type Condition, type MigrationRow, type RowSummary, summarize } from '../../src/index.ts';
import type { Ledger } from './ledger.ts';
import { toNewsText } from './row-book.ts';
import { type SimulatedProcess, toBookedStatus } from './simulated-process.ts';

/** Compares a view with what the rows amount to when they are counted and sorted afresh. */
export function checkView(ledger: Ledger, process: SimulatedProcess, rows: readonly MigrationRow[]): void {
  const snapshot = process.view.getSnapshot();
  const hasChanged = snapshot !== process.snapshot;
  if (hasChanged !== process.isViewTold) {
    ledger.report('a view tells of each change', hasChanged ? 'it did not' : 'there was none');
  }
  process.snapshot = snapshot;
  process.isViewTold = false;
  const sorted = [...rows].sort(byGroupAndKey);
  const expectedRows = toRowsText(sorted);
  if (!hasChanged && expectedRows === process.viewed) return;
  process.viewed = expectedRows;
  compare('a view shows the rows in order', toRowsText(snapshot.rows), expectedRows);
  compare('a view counts its rows', toSummaryText(snapshot), toNaiveText(rows));
  const grouped = Map.groupBy(sorted, ({ group }) => group);
  grouped.delete(undefined);
  compare(
    'a view counts its groups',
    [...snapshot.groups].map((group) => `${group.group} ${toSummaryText(group)}`).join('\n'),
    [...grouped].map(([group, own]) => `${group} ${toNaiveText(own)}`).join('\n'),
  );

  function compare(invariant: string, shown: string, expected: string): void {
    if (shown !== expected) ledger.report(invariant, `${shown} instead of ${expected}`);
  }
}

/** Rows without a group come last. */
function byGroupAndKey(a: MigrationRow, b: MigrationRow): number {
  const toText = ({ group, key }: MigrationRow) => `${group ?? '~'} ${key}`;
  return toText(a) < toText(b) ? -1 : 1;
}

function toRowsText(rows: Iterable<MigrationRow>): string {
  return Array.from(rows, ({ key, ref, status, conditions, stopped, group }) =>
    [
      key,
      JSON.stringify(ref),
      status && toNewsText(toBookedStatus(status)),
      toConditionsText(conditions),
      stopped,
      group,
    ].join(' '),
  ).join('\n');
}

function toConditionsText(conditions: readonly Condition[]): string {
  return conditions
    .map(({ kind, since, failure, code, stopsReading }) =>
      [kind, since, failure, code, stopsReading].join(' '),
    )
    .sort()
    .join('; ');
}

function toSummaryText({
  total,
  done,
  counts,
  mostUrgent,
  hasSucceeded,
  unread,
  conditions,
}: RowSummary): string {
  return JSON.stringify([total, done, counts, mostUrgent, hasSucceeded, unread, conditions]);
}

function toNaiveText(rows: readonly MigrationRow[]): string {
  const statuses = rows.flatMap(({ status }) => (status ? [status] : []));
  const unread = rows.length - statuses.length;
  const { done, counts, mostUrgent, hasSucceeded } = summarize(statuses);
  const conditions = { unreachable: 0, throttled: 0, unauthorized: 0, stalled: 0 };
  for (const row of rows) {
    for (const kind of new Set(row.conditions.map((condition) => condition.kind))) conditions[kind] += 1;
  }
  const total = rows.length;
  return toSummaryText({
    total,
    done,
    counts,
    ...(mostUrgent && { mostUrgent }),
    hasSucceeded: unread === 0 && hasSucceeded,
    unread,
    conditions,
  });
}
