import {
  type GroupSummary,
  type RowJson,
  type SnapshotJson,
  type StatusSnapshot,
  toRowJson,
  toSnapshotJson,
} from '@migration-status/core';

/** The numbers of a snapshot, without its rows and groups. */
export type SnapshotNumbers = Omit<SnapshotJson, 'format' | 'version' | 'rows' | 'groups'>;

/**
 * What has come between two snapshots. Who keeps rows and groups by key puts the given ones in their places, takes the
 * others out, and has the later snapshot.
 */
export interface ChangeJson extends SnapshotNumbers {
  readonly rows: readonly RowJson[];
  /** Keys. */
  readonly removedRows: readonly string[];
  readonly groups: readonly GroupSummary[];
  /** Names. */
  readonly removedGroups: readonly string[];
}

/** The changes from one snapshot of a view to a later one; undefined where there are none. */
export function toChangeJson(
  before: StatusSnapshot,
  after: StatusSnapshot,
  options: { readonly native: boolean },
): ChangeJson | undefined {
  if (before === after) return undefined;
  const rows = after.rows.changesSince(before.rows);
  const groups = after.groups.changesSince(before.groups);
  return {
    ...toNumbers(after),
    rows: rows.put.map((row) => toRowJson(row, options)),
    removedRows: rows.removed.map(({ key }) => key),
    groups: groups.put,
    removedGroups: groups.removed.map(({ group }) => group),
  };
}

/** An event as it stands in a stream. The data is one line, because JSON has no line breaks. */
export function toEventText(
  type: 'snapshot' | 'change',
  id: string,
  data: SnapshotJson | ChangeJson,
): string {
  return `event: ${type}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** A whole snapshot as an event. */
export function toSnapshotText(
  id: string,
  snapshot: StatusSnapshot,
  options: { readonly native: boolean },
): string {
  return toEventText('snapshot', id, toSnapshotJson(snapshot, options));
}

function toNumbers(snapshot: StatusSnapshot): SnapshotNumbers {
  const { rows: _rows, groups: _groups, toJSON: _toJson, ...numbers } = snapshot;
  return numbers;
}
