import type { RowJson, SnapshotJson } from '@migration-status/core';
import { createEventStream, type EventStream } from '@migration-status/react/remote';
import type { ChangeJson, SnapshotNumbers } from '../src/feed-event.ts';

/** What the server knows, as far as it has been heard of. */
export interface Feed extends Pick<EventStream, 'connection' | 'heardAt' | 'start' | 'reconnect'> {
  readonly rows: ReadonlyMap<string, RowJson>;
  readonly numbers: SnapshotNumbers | undefined;
  /** The time that ages are counted to, epoch milliseconds; undefined while nobody knows how anything is by now. */
  readonly present: number | undefined;
}

/** Which rows an event was about; all of them where it is a snapshot. */
export interface FeedNews {
  readonly changed: readonly { readonly before: RowJson | undefined; readonly after: RowJson }[];
  readonly isSnapshot: boolean;
}

/** Keeps the rows that the server tells of. It listens once it is started. */
export function createFeed(onNews: (news: FeedNews) => void, onConnection: () => void): Feed {
  const rows = new Map<string, RowJson>();
  let numbers: SnapshotNumbers | undefined;

  const stream = createEventStream(
    { url: 'statuses/events' },
    {
      onEvent(type, data) {
        if (type === 'snapshot') takeSnapshot(JSON.parse(data));
        else takeChange(JSON.parse(data));
      },
      onConnection,
    },
  );

  function takeSnapshot(snapshot: SnapshotJson): void {
    const { rows: all, groups: _groups, format: _format, version: _version, ...others } = snapshot;
    rows.clear();
    for (const row of all) rows.set(row.key, row);
    numbers = others;
    onNews({ changed: [], isSnapshot: true });
  }

  function takeChange(change: ChangeJson): void {
    const { rows: put, removedRows, groups: _groups, removedGroups: _removedGroups, ...others } = change;
    const changed = put.map((after) => ({ before: rows.get(after.key), after }));
    for (const row of put) rows.set(row.key, row);
    for (const key of removedRows) rows.delete(key);
    numbers = others;
    onNews({ changed, isSnapshot: false });
  }

  return {
    rows,
    start: stream.start,
    reconnect: stream.reconnect,
    get numbers() {
      return numbers;
    },
    get connection() {
      return stream.connection;
    },
    get heardAt() {
      return stream.heardAt;
    },
    get present() {
      return stream.connection === 'live' ? Date.now() : undefined;
    },
  };
}
