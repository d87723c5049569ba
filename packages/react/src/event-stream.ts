import { type Clock, ConfigurationError, systemClock } from '@migration-status/core';
import { createParser, type EventSourceMessage } from 'eventsource-parser';

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
  /** When there was the last sign of life while nothing was missing, epoch milliseconds. */
  readonly heardAt: number | undefined;
  /** Opens the stream; does nothing while it is open. */
  start(): void;
  /** Closes it; it can be started again, and then goes on where it was. */
  stop(): void;
  /** Tries again at once. Does nothing while it is not started. */
  reconnect(): void;
}

/** Where the events come from, and how they are listened to. */
export interface EventStreamOptions {
  /** Absolute, or below that of the page. */
  readonly url: string;
  /** Whether cookies go along to another origin. Default false. */
  readonly withCredentials?: boolean | undefined;
  /**
   * After how long without a single byte the stream is taken for dead and opened again, in milliseconds. Default 65 000: the
   * server sends something every 20 000.
   */
  readonly silentMs?: number | undefined;
  /** Is handed what the server sent that is not understood. Default: it is printed with `console.error`. */
  readonly onStreamError?: ((error: unknown) => void) | undefined;
  /** Default: the platform's. */
  readonly fetch?: typeof fetch | undefined;
  /** Default: the platform's time. */
  readonly clock?: Clock | undefined;
}

/** What is done with what the stream brings. */
export interface EventStreamHandlers {
  /** Takes an event, `data` being JSON. What it throws is reported, and the stream is begun anew. */
  onEvent(type: 'snapshot' | 'change', data: string): void;
  onConnection(): void;
}

/** How long to wait before the first try of several, unless the server says otherwise. */
const usualRetryMs = 2_000;
const leastRetryMs = 1_000;
const lastRetryMs = 30_000;

/**
 * Makes a stream of the events of `@migration-status/dashboard`, for who keeps rows in a way of their own; otherwise take
 * `createRemoteStatusView`. It is closed at first. What breaks, is refused, dead without saying so, or not understood, is opened
 * again by itself, ever less often. It goes on after the last event that was understood, and is `live` once nothing is missing.
 *
 * Throws nothing, whatever the server does.
 *
 * @example
 * const stream = createEventStream(
 *   { url: 'https://status.example.com/statuses/events' },
 *   { onEvent: (type, data) => console.log(type, JSON.parse(data).total), onConnection() {} },
 * );
 * stream.start();
 */
export function createEventStream(options: EventStreamOptions, handlers: EventStreamHandlers): EventStream {
  const { url, clock = systemClock, silentMs = 65_000, onStreamError = printStreamError } = options;
  let connection: RemoteConnection = 'connecting';
  let heardAt: number | undefined;
  let isStarted = false;
  let lastEventId = '';
  let firstRetryMs = usualRetryMs;
  let retryMs = firstRetryMs;
  let cancelRetry: (() => void) | undefined;
  let cancelSilence: (() => void) | undefined;
  let request: AbortController | undefined;

  function setConnection(next: RemoteConnection): void {
    if (connection === next) return;
    connection = next;
    handlers.onConnection();
  }

  function open(): void {
    close();
    if (!canBeAsked(options)) {
      const message = 'the events cannot be asked for: there is no page that "url" is below';
      onStreamError(new ConfigurationError({ option: 'url', message }));
      setConnection('lost');
      return;
    }
    request = new AbortController();
    expectBytes();
    void listen(request.signal);
  }

  async function listen(signal: AbortSignal): Promise<void> {
    const end = await takeAll(signal).catch(() => 'lost' as const);
    if (signal.aborted) return;
    if (end === 'locked') retryAfter('locked', lastRetryMs);
    else retryLater();
  }

  /** Takes what comes until there is no more; gives what is left of the connection then. */
  async function takeAll(signal: AbortSignal): Promise<'lost' | 'locked'> {
    const body = await ask(signal);
    if (body === 'lost' || body === 'locked') return body;
    let isComplete = false;
    const { feed } = createParser({
      onEvent(event) {
        if (signal.aborted) return;
        const isTaken = take(event);
        if (!isTaken || signal.aborted) return;
        // Who goes on from an event gets what is missing piece by piece, and then a sign of life.
        isComplete ||= event.event !== 'change';
        if (isComplete) hear();
      },
      onRetry(durationMs) {
        firstRetryMs = Math.min(Math.max(durationMs, leastRetryMs), lastRetryMs);
      },
    });
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done || signal.aborted) return 'lost';
      expectBytes();
      feed(value);
    }
  }

  async function ask(signal: AbortSignal): Promise<ReadableStream<BufferSource> | 'lost' | 'locked'> {
    const { status, headers, body } = await (options.fetch ?? fetch)(withLastEventId(url, lastEventId), {
      headers: { accept: 'text/event-stream' },
      credentials: options.withCredentials ? 'include' : 'same-origin',
      cache: 'no-store',
      signal,
    });
    if (status === 401 || status === 403) return 'locked';
    const isStream = headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    return status === 200 && isStream && body ? body : 'lost';
  }

  /** Gives whether what is shown is as far as the event. */
  function take({ event: type, id = '', data }: EventSourceMessage): boolean {
    if (type === 'alive') return lastEventId !== '';
    if (type !== 'snapshot' && type !== 'change') return false;
    try {
      handlers.onEvent(type, data);
    } catch (error) {
      // What is shown stays as it was, and cannot be gone on from.
      lastEventId = '';
      onStreamError(error);
      retryLater();
      return false;
    }
    lastEventId = id;
    return true;
  }

  function hear(): void {
    heardAt = clock.wallTime();
    retryMs = firstRetryMs;
    setConnection('live');
  }

  /** A connection can be dead without anybody saying so. What is long, or comes slowly, is not. */
  function expectBytes(): void {
    cancelSilence?.();
    cancelSilence = clock.setTimer(() => {
      setConnection('lost');
      open();
    }, silentMs);
  }

  function retryLater(): void {
    const delayMs = retryMs;
    retryMs = Math.min(retryMs * 2, lastRetryMs);
    retryAfter('lost', delayMs);
  }

  function retryAfter(next: 'lost' | 'locked', delayMs: number): void {
    close();
    cancelRetry = clock.setTimer(open, delayMs);
    setConnection(next);
  }

  function close(): void {
    cancelRetry?.();
    cancelSilence?.();
    request?.abort();
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

/** Outside of a page there is nothing that an address could be below. */
function canBeAsked({ url, fetch }: EventStreamOptions): boolean {
  const base = 'location' in globalThis ? globalThis.location.href : undefined;
  return fetch !== undefined || URL.canParse(url, base);
}

function withLastEventId(url: string, lastEventId: string): string {
  if (lastEventId === '') return url;
  return `${url}${url.includes('?') ? '&' : '?'}lastEventId=${encodeURIComponent(lastEventId)}`;
}

function printStreamError(error: unknown): void {
  console.error('migration-status: the stream of events is not understood', error);
}
