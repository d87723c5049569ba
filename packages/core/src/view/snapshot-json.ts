import type { MigrationRow } from '../tracker/migration-row.ts';
import type { GroupSummary } from './group-keeper.ts';
import type { OldestConditions } from './oldest-conditions.ts';
import type { StatusSnapshot } from './status-view.ts';
import type { RowSummary } from './tally.ts';

/** A row as JSON: without the caller's `meta`, and with `native` null in its status unless it was asked for. */
export type RowJson = Omit<MigrationRow, 'meta'>;

/**
 * A snapshot as JSON. `version` grows when a field changes its meaning or goes; fields that come do not count, so readers
 * leave alone what they do not know.
 */
export interface SnapshotJson extends RowSummary {
  readonly format: 'migration-status/snapshot';
  readonly version: 1;
  readonly oldestConditions: OldestConditions;
  readonly groups: readonly GroupSummary[];
  /** In the order of the view. */
  readonly rows: readonly RowJson[];
}

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
