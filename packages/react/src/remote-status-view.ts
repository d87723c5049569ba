import { ConfigurationError, createStatusView, type StatusView } from '@migration-status/core';
import { createEventStream, type RemoteConnection } from './event-stream.ts';
import { parseChange, parseData, parseSnapshot } from './parse-feed-event.ts';
import { type RemoteStatusViewOptions, toRemoteSettings } from './remote-options.ts';
import { createRemoteRows } from './remote-rows.ts';

/** A view of what a server follows. It tells its listeners also of what becomes of the connection. */
export interface RemoteStatusView extends StatusView {
  /** Anything but `live` means that what is shown may be of an earlier time: of `heardAt`. */
  readonly connection: RemoteConnection;
  /**
   * The last time at which what is shown was known to be so, epoch milliseconds: when the server last gave a sign of life after
   * a snapshot. Undefined before the first.
   */
  readonly heardAt: number | undefined;
  /** Tries again at once, as after somebody has signed in. Does nothing while nobody listens. */
  reconnect(): void;
}

/**
 * Makes a view of what the handler of `@migration-status/dashboard` sends, with the contract of `createStatusView`: the
 * credentials of the providers stay on the server. It listens from the first subscriber on until a moment after the last, and
 * never throws whatever the server does: what it showed stays, and `connection` says what that is worth. Rows that did not
 * change stay the same objects over a break. Histories begin when the view first hears of a row.
 *
 * Without `sortBy` rows stand in the order in which they came.
 *
 * Throws a `ConfigurationError` for an option that is none or does not fit.
 *
 * @param url The address of the events, absolute or below that of the page.
 *
 * @example
 * const view = createRemoteStatusView('/migrations/statuses/events');
 * const unsubscribe = view.subscribe(() => {
 *   console.log(view.connection, describeSummary(view.getSnapshot()));
 * });
 */
export function createRemoteStatusView(
  url: string | URL,
  options: RemoteStatusViewOptions = {},
): RemoteStatusView {
  const settings = toRemoteSettings(url, options);
  const { initial, clock, lingerMs, viewOptions, streamOptions, onListenerError } = settings;
  const rows = createRemoteRows(initial === undefined ? [] : parseSnapshot(initial), onListenerError);
  const view = createStatusView(rows, viewOptions);
  const stream = createEventStream(streamOptions, {
    onEvent(type, data) {
      const value = parseData(data);
      if (type === 'snapshot') rows.replaceAll(parseSnapshot(value));
      else rows.apply(parseChange(value));
    },
    onConnection: tellSoon,
  });
  const listeners = new Set<{ readonly listener: () => void }>();
  let cancelLinger: (() => void) | undefined;
  let isTelling = false;
  let isClosed = false;

  view.subscribe(tellSoon);

  /** News of rows and of the connection come together. */
  function tellSoon(): void {
    if (isTelling) return;
    isTelling = true;
    queueMicrotask(tell);
  }

  function tell(): void {
    isTelling = false;
    for (const subscription of [...listeners]) {
      if (!listeners.has(subscription)) continue;
      try {
        subscription.listener();
      } catch (error) {
        onListenerError(error);
      }
    }
  }

  function subscribe(listener: () => void): () => void {
    if (typeof listener !== 'function') {
      throw new ConfigurationError({ option: 'listener', message: 'subscribe: expected a function' });
    }
    if (isClosed) return () => {};
    const subscription = { listener };
    listeners.add(subscription);
    cancelLinger?.();
    stream.start();
    return () => {
      const isLast = listeners.delete(subscription) && listeners.size === 0;
      if (isLast && !isClosed) cancelLinger = clock.setTimer(stream.stop, lingerMs);
    };
  }

  function close(): void {
    isClosed = true;
    cancelLinger?.();
    listeners.clear();
    stream.stop();
    view.close();
  }

  return {
    getSnapshot: view.getSnapshot,
    getHistory: view.getHistory,
    subscribe,
    close,
    reconnect: stream.reconnect,
    get connection() {
      return stream.connection;
    },
    get heardAt() {
      return stream.heardAt;
    },
    [Symbol.dispose]: close,
  };
}
