import type { MigrationRow } from '../tracker/migration-row.ts';
import type { RowJson, SnapshotJson, StatusSnapshot } from './status-snapshot.ts';

/** What goes into JSON beyond the usual. */
export interface SnapshotJsonOptions {
  /** Whether `native` is in it, which may hold names and e-mail addresses. Default false. */
  readonly native?: boolean | undefined;
}

/**
 * A snapshot as plain JSON, for a file or for the wire. It is also what `JSON.stringify(snapshot)` writes.
 *
 * @example
 * const view = createStatusView(tracker);
 * const text = JSON.stringify(toSnapshotJson(view.getSnapshot(), { native: true }));
 */
export function toSnapshotJson(snapshot: StatusSnapshot, options: SnapshotJsonOptions = {}): SnapshotJson {
  const { rows, groups, toJSON: _toJson, ...numbers } = snapshot;
  return {
    format: 'migration-status/snapshot',
    version: 1,
    ...numbers,
    groups: [...groups],
    rows: Array.from(rows, (row) => toRowJson(row, options)),
  };
}

/** A row as plain JSON: see {@link RowJson}. */
export function toRowJson(row: MigrationRow, { native = false }: SnapshotJsonOptions = {}): RowJson {
  const { meta: _meta, status, ...said } = row;
  if (status === undefined) return said;
  return { ...said, status: native ? status : { ...status, native: null } };
}
