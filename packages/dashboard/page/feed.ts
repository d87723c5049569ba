import type { GroupSummary, RowJson, SnapshotJson } from '@migration-status/core';
import type { ChangeJson, SnapshotNumbers } from '../src/feed-event.ts';

/** How the stream of events is: `lost` while it is down, so that what is shown is of an earlier time. */
export type Connection = 'connecting' | 'live' | 'lost' | 'locked';

/** What the server knows, as far as it has been heard of. */
export interface Feed {
  readonly rows: ReadonlyMap<string, RowJson>;
  readonly groups: ReadonlyMap<string, GroupSummary>;
  readonly numbers: SnapshotNumbers | undefined;
  readonly connection: Connection;
  /** When there was the last sign of life from the server after a snapshot, epoch milliseconds. */
  readonly heardAt: number | undefined;
  /** Connects, or tries again at once. */
  connect(): Promise<void>;
}

/** Which rows an event was about; all of them where it is a snapshot. */
export interface FeedNews {
  readonly changed: readonly { readonly before: RowJson | undefined; readonly after: RowJson }[];
  readonly isSnapshot: boolean;
}

const firstRetryMs = 2_000;
const lastRetryMs = 30_000;
/** How long the server has to say whether somebody may look. */
const answerMs = 10_000;

/** After how long without a sign of life a stream is dead: the server gives one every 20 s. */
const silentMs = 65_000;

/**
 * Listens to the server's events. A stream that breaks is opened again by the browser; one that is refused, or dead without
 * saying so, by us, ever less often.
 */
export function createFeed(onNews: (news: FeedNews) => void, onConnection: () => void): Feed {
  const rows = new Map<string, RowJson>();
  const groups = new Map<string, GroupSummary>();
  let numbers: SnapshotNumbers | undefined;
  let connection: Connection = 'connecting';
  let heardAt: number | undefined;
  let stream: EventSource | undefined;
  let retryMs = firstRetryMs;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let silenceTimer: ReturnType<typeof setTimeout> | undefined;

  function setConnection(next: Connection): void {
    connection = next;
    onConnection();
  }

  async function connect(): Promise<void> {
    clearTimeout(retryTimer);
    clearTimeout(silenceTimer);
    stream?.close();
    const isAllowed = await askForAccess();
    if (isAllowed === undefined) return retryLater();
    if (!isAllowed) return setConnection('locked');
    let hasBegun = false;
    stream = new EventSource('statuses/events');
    stream.addEventListener('snapshot', (event) => {
      hasBegun = true;
      takeSnapshot(JSON.parse(event.data));
    });
    stream.addEventListener('change', (event) => takeChange(JSON.parse(event.data)));
    stream.addEventListener('alive', hear);
    stream.addEventListener('error', () => {
      setConnection('lost');
      if (stream?.readyState === EventSource.CLOSED) retryLater();
    });
    stream.addEventListener('open', () => {
      retryMs = firstRetryMs;
      // Until a stream has begun with its snapshot, what is shown is of an earlier time.
      if (hasBegun) hear();
    });
    expectSigns();
  }

  /** A stream that is refused does not tell why; a plain request does. Undefined where there is no answer. */
  async function askForAccess(): Promise<boolean | undefined> {
    try {
      const { status } = await fetch('statuses', { method: 'HEAD', signal: AbortSignal.timeout(answerMs) });
      return status === 401 ? false : status < 500 ? true : undefined;
    } catch {
      return undefined;
    }
  }

  function retryLater(): void {
    setConnection('lost');
    retryTimer = setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 2, lastRetryMs);
  }

  function hear(): void {
    heardAt = Date.now();
    expectSigns();
    if (connection !== 'live') setConnection('live');
  }

  /** A connection can be dead without anybody saying so. */
  function expectSigns(): void {
    clearTimeout(silenceTimer);
    silenceTimer = setTimeout(() => {
      setConnection('lost');
      void connect();
    }, silentMs);
  }

  function takeSnapshot(snapshot: SnapshotJson): void {
    const { rows: allRows, groups: allGroups, format: _format, version: _version, ...others } = snapshot;
    rows.clear();
    groups.clear();
    for (const row of allRows) rows.set(row.key, row);
    for (const group of allGroups) groups.set(group.group, group);
    numbers = others;
    hear();
    onNews({ changed: [], isSnapshot: true });
  }

  function takeChange(change: ChangeJson): void {
    const { rows: putRows, removedRows, groups: putGroups, removedGroups, ...others } = change;
    const changed = putRows.map((after) => ({ before: rows.get(after.key), after }));
    for (const row of putRows) rows.set(row.key, row);
    for (const key of removedRows) rows.delete(key);
    for (const group of putGroups) groups.set(group.group, group);
    for (const name of removedGroups) groups.delete(name);
    numbers = others;
    hear();
    onNews({ changed, isSnapshot: false });
  }

  return {
    rows,
    groups,
    get numbers() {
      return numbers;
    },
    get connection() {
      return connection;
    },
    get heardAt() {
      return heardAt;
    },
    connect,
  };
}
