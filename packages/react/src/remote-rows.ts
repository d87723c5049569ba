import type { MigrationRow, RowSource, TrackerEvents } from '@migration-status/core';
import { isSameJson } from './is-same-json.ts';
import type { RowChanges } from './parse-feed-event.ts';

/** Rows as somebody else tells of them, in the shape that a view is made from. */
export interface RemoteRows extends RowSource {
  /** Everything there is: what is not among it goes. */
  replaceAll(rows: readonly MigrationRow[]): void;
  /** What has changed. */
  apply(changes: RowChanges): void;
}

type Listeners = { readonly [Name in keyof TrackerEvents]: Set<(event: TrackerEvents[Name]) => unknown> };

/**
 * Makes a source of rows. A row that is told again with the same content stays the same object, so that a whole snapshot after
 * a break is no news of those that did not change.
 *
 * @param report Is handed what a listener throws.
 */
export function createRemoteRows(
  beginning: readonly MigrationRow[],
  report: (error: unknown) => void,
): RemoteRows {
  const rows = new Map(beginning.map((row) => [row.key, row]));
  const listeners: Listeners = {
    tracked: new Set(),
    change: new Set(),
    condition: new Set(),
    settled: new Set(),
    anomaly: new Set(),
    forgotten: new Set(),
  };

  function emit(name: 'tracked' | 'forgotten', row: MigrationRow): void {
    for (const listener of listeners[name]) {
      try {
        listener({ row });
      } catch (error) {
        report(error);
      }
    }
  }

  /** Being tracked is news of a row whether it was there or not. */
  function put(row: MigrationRow): void {
    if (isSameJson(rows.get(row.key), row)) return;
    rows.set(row.key, row);
    emit('tracked', row);
  }

  function remove(key: string): void {
    const row = rows.get(key);
    if (row === undefined) return;
    rows.delete(key);
    emit('forgotten', row);
  }

  return {
    rows: () => [...rows.values()],
    on(name, listener) {
      const own = listeners[name];
      own.add(listener);
      return () => {
        own.delete(listener);
      };
    },
    replaceAll(all) {
      const kept = new Set(all.map(({ key }) => key));
      for (const key of [...rows.keys()]) if (!kept.has(key)) remove(key);
      for (const row of all) put(row);
    },
    apply(changes) {
      for (const key of changes.removedRows) remove(key);
      for (const row of changes.rows) put(row);
    },
  };
}
