import type { MigrationRow } from '../tracker/migration-row.ts';
import type { GroupSummary } from './group-keeper.ts';
import type { KeyedList } from './keyed-list.ts';
import type { OldestConditions } from './oldest-conditions.ts';
import type { RowSummary } from './tally.ts';

/**
 * How all shown rows stand at one moment. Frozen, and never changes: what comes later is in another snapshot, which shares
 * with this one whatever is the same. There are no ages in it, which would change all the time; the rows have the times that
 * ages are counted from: `status.observedAt`, and `since` of each condition.
 */
export interface StatusSnapshot extends RowSummary {
  /** Since when each kind of condition has been true of the row that has had it for longest; absent where none has it. */
  readonly oldestConditions: OldestConditions;
  /** The rows, by key and in the order that was asked for. A row is the same object until there is news of it. */
  readonly rows: KeyedList<MigrationRow>;
  /** The groups that have rows, by name and in the order of their names. */
  readonly groups: KeyedList<GroupSummary>;
  /** What `JSON.stringify` writes: see {@link toSnapshotJson}. */
  toJSON(): SnapshotJson;
}

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
