import { ConfigurationError } from '@migration-status/core';
import type { EventSourceConstructor, EventSourceLike, RemoteSettings } from './remote-options.ts';

/**
 * How a remote view hears of its server.
 *
 * | connection | means |
 * |---|---|
 * | `connecting` | nothing has been heard yet, or nobody listens any more |
 * | `live` | what is shown is how it stands |
 * | `lost` | what is shown is of `heardAt`; it is tried again by itself |
 * | `locked` | the server refuses us: somebody has to sign in; it is tried again by itself, seldom |
 */
export type RemoteConnection = 'connecting' | 'live' | 'lost' | 'locked';

/** The events of a server, for as long as somebody wants them. */
export interface EventStream {
  readonly connection: RemoteConnection;
  /** When there was the last sign of life after a snapshot, epoch milliseconds. */
  readonly heardAt: number | undefined;
  /** Opens the stream; does nothing while it is open. */
  start(): void;
  /** Closes it; it can be started again, and then goes on where it was. */
  stop(): void;
  /** Tries again at once. Does nothing while it is not started. */
  reconnect(): void;
}

/** What is done with what the stream brings. */
export interface EventStreamHandlers {
  /** Takes an event. What it throws is reported, and the stream is begun anew. */
  onEvent(type: 'snapshot' | 'change', data: unknown): void;
  onConnection(): void;
}

const firstRetryMs = 2_000;
const lastRetryMs = 30_000;

/** `EventSource.CLOSED`: it will not try again by itself. */
const closed = 2;

/**
 * Makes a stream of events. What breaks is opened again by the `EventSource`; what is refused, dead without saying so, or not
 * understood, by us, ever less often. It goes on after the last event that was understood.
 */
export function createEventStream(settings: RemoteSettings, handlers: EventStreamHandlers): EventStream {
  const { url, clock, silentMs, withCredentials, onStreamError } = settings;
  let connection: RemoteConnection = 'connecting';
  let heardAt: number | undefined;
  let source: EventSourceLike | undefined;
  let isStarted = false;
  let lastEventId = '';
  let retryMs = firstRetryMs;
  let cancelRetry: (() => void) | undefined;
  let cancelSilence: (() => void) | undefined;
  let inquiry: AbortController | undefined;

  function setConnection(next: RemoteConnection): void {
    if (connection === next) return;
    connection = next;
    handlers.onConnection();
  }

  function open(): void {
    close();
    const EventSource = settings.EventSource ?? findEventSource();
    if (EventSource === undefined) {
      onStreamError(
        new ConfigurationError({
          option: 'EventSource',
          message: 'createRemoteStatusView: there is no EventSource here; hand one in',
        }),
      );
      setConnection('lost');
      return;
    }
    try {
      source = new EventSource(withLastEventId(url, lastEventId), { withCredentials });
    } catch (error) {
      onStreamError(error);
      retryAfter('lost', lastRetryMs);
      return;
    }
    listen(source);
    expectSigns();
  }

  function listen(own: EventSourceLike): void {
    const whileOwn = (listener: (event: { data?: unknown; lastEventId?: string }) => void) => {
      return (event: { data?: unknown; lastEventId?: string }) => {
        if (own === source) listener(event);
      };
    };
    own.addEventListener(
      'open',
      whileOwn(() => {
        expectSigns();
        // Who begins anew is first sent a snapshot; who goes on from an event hears nothing until there is another one.
        if (lastEventId === '') return;
        hear();
        setConnection('live');
      }),
    );
    for (const type of ['snapshot', 'change'] as const)
      own.addEventListener(
        type,
        whileOwn((event) => take(type, event)),
      );
    own.addEventListener('alive', whileOwn(hear));
    own.addEventListener(
      'error',
      whileOwn(() => (own.readyState === closed ? void askWhy(own) : setConnection('lost'))),
    );
  }

  function take(type: 'snapshot' | 'change', event: { data?: unknown; lastEventId?: string }): void {
    try {
      handlers.onEvent(type, event.data);
    } catch (error) {
      // What is shown stays as it was, and cannot be gone on from.
      lastEventId = '';
      onStreamError(error);
      close();
      retryLater();
      return;
    }
    lastEventId = event.lastEventId ?? '';
    retryMs = firstRetryMs;
    hear();
    setConnection('live');
  }

  function hear(): void {
    heardAt = clock.wallTime();
    expectSigns();
  }

  /** A connection can be dead without anybody saying so. */
  function expectSigns(): void {
    cancelSilence?.();
    cancelSilence = clock.setTimer(() => {
      setConnection('lost');
      open();
    }, silentMs);
  }

  /** A stream that is refused does not tell why; a plain request does. */
  async function askWhy(own: EventSourceLike): Promise<void> {
    setConnection(connection === 'locked' ? 'locked' : 'lost');
    inquiry = new AbortController();
    const status = await askForStatus(inquiry.signal);
    if (own !== source) return;
    if (status === 401 || status === 403) retryAfter('locked', lastRetryMs);
    else retryLater();
  }

  async function askForStatus(signal: AbortSignal): Promise<number | undefined> {
    try {
      const ask = settings.fetch ?? fetch;
      const credentials = withCredentials ? 'include' : 'same-origin';
      const headers = { accept: 'text/event-stream' };
      const { status, body } = await ask(url, { headers, credentials, signal, cache: 'no-store' });
      await body?.cancel();
      return status;
    } catch {
      return undefined;
    }
  }

  function retryLater(): void {
    const delayMs = retryMs;
    retryMs = Math.min(retryMs * 2, lastRetryMs);
    retryAfter('lost', delayMs);
  }

  function retryAfter(next: RemoteConnection, delayMs: number): void {
    cancelSilence?.();
    cancelRetry?.();
    cancelRetry = clock.setTimer(open, delayMs);
    setConnection(next);
  }

  function close(): void {
    cancelRetry?.();
    cancelSilence?.();
    inquiry?.abort();
    source?.close();
    source = undefined;
  }

  return {
    get connection() {
      return connection;
    },
    get heardAt() {
      return heardAt;
    },
    start() {
      if (isStarted) return;
      isStarted = true;
      retryMs = firstRetryMs;
      open();
    },
    stop() {
      if (!isStarted) return;
      isStarted = false;
      close();
      setConnection('connecting');
    },
    reconnect() {
      if (!isStarted) return;
      retryMs = firstRetryMs;
      setConnection('connecting');
      open();
    },
  };
}

function withLastEventId(url: string, lastEventId: string): string {
  if (lastEventId === '') return url;
  return `${url}${url.includes('?') ? '&' : '?'}lastEventId=${encodeURIComponent(lastEventId)}`;
}

function findEventSource(): EventSourceConstructor | undefined {
  return 'EventSource' in globalThis ? globalThis.EventSource : undefined;
}
