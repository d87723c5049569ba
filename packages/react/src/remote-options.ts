import {
  type Clock,
  ConfigurationError,
  type SnapshotJson,
  type StatusViewOptions,
  systemClock,
} from '@migration-status/core';

/** As much of an `EventSource` as is used. */
export interface EventSourceLike {
  /** 0 while it connects, 1 while it is open, 2 once it has given up. */
  readonly readyState: number;
  addEventListener(type: string, listener: (event: EventSourceMessage) => void): void;
  close(): void;
}

/** As much of an event as is used. */
export interface EventSourceMessage {
  readonly data?: unknown;
  readonly lastEventId?: string;
}

/** What makes an `EventSource`. */
export type EventSourceConstructor = new (
  url: string,
  options: { readonly withCredentials: boolean },
) => EventSourceLike;

/** How `createRemoteStatusView` shows rows, and how it listens. */
export interface RemoteStatusViewOptions extends StatusViewOptions {
  /**
   * What is shown until the server has been heard: the snapshot that the page was rendered from, as JSON. Default: nothing.
   */
  readonly initial?: SnapshotJson | undefined;
  /** Whether cookies go along to another origin. Default false. */
  readonly withCredentials?: boolean | undefined;
  /** How long the stream is kept open after the last subscriber has left, in milliseconds. Default 5 000. */
  readonly lingerMs?: number | undefined;
  /**
   * After how long without a sign of life the stream is taken for dead and opened again, in milliseconds, at least 1 000. Default
   * 65 000: the server gives one every 20 000.
   */
  readonly silentMs?: number | undefined;
  /** Is handed what the server sent that is not understood. Default: it is printed with `console.error`. */
  readonly onStreamError?: ((error: unknown) => void) | undefined;
  /** Default: the platform's, looked up when the first subscriber comes. */
  readonly EventSource?: EventSourceConstructor | undefined;
  /** Asks why a stream was refused. Default: the platform's. */
  readonly fetch?: typeof fetch | undefined;
  /** Default: the platform's time. */
  readonly clock?: Clock | undefined;
}

/** Options with everything in its place. */
export interface RemoteSettings {
  readonly url: string;
  readonly viewOptions: StatusViewOptions;
  readonly initial: SnapshotJson | undefined;
  readonly withCredentials: boolean;
  readonly lingerMs: number;
  readonly silentMs: number;
  readonly onListenerError: (error: unknown) => void;
  readonly onStreamError: (error: unknown) => void;
  readonly EventSource: EventSourceConstructor | undefined;
  readonly fetch: typeof fetch | undefined;
  readonly clock: Clock;
}

type Rule = readonly [isFit: (value: unknown) => boolean, expected: string];

const callback: Rule = [(value) => typeof value === 'function', 'a function'];
const durationMs: Rule = [
  (value) => typeof value === 'number' && value >= 0,
  'a number of milliseconds of at least 0',
];
const object: Rule = [(value) => typeof value === 'object' && value !== null, 'an object'];

/** With less, a stream would be opened again without end. */
const leastSilentMs = 1_000;

/** What the view itself does not check. */
const rules: Readonly<Record<Exclude<keyof RemoteStatusViewOptions, keyof StatusViewOptions>, Rule>> = {
  initial: object,
  withCredentials: [(value) => typeof value === 'boolean', 'true or false'],
  lingerMs: durationMs,
  silentMs: [
    (value) => typeof value === 'number' && value >= leastSilentMs,
    `a number of milliseconds of at least ${leastSilentMs}`,
  ],
  onStreamError: callback,
  EventSource: callback,
  fetch: callback,
  clock: [isClock, 'a clock'],
};

/** Checks the options that are not those of a view, and fills in what is left out. Throws a `ConfigurationError`. */
export function toRemoteSettings(url: string | URL, options: RemoteStatusViewOptions): RemoteSettings {
  if (!(url instanceof URL) && (typeof url !== 'string' || url === ''))
    throw toError('url', '"url" must be the address of the events, as in "/statuses/events"');
  for (const [option, [isFit, expected]] of Object.entries(rules)) {
    const value: unknown = Reflect.get(options, option);
    if (value !== undefined && !isFit(value)) throw toError(option, `"${option}" must be ${expected}`);
  }
  const { initial, withCredentials, lingerMs, silentMs, onStreamError, EventSource, fetch, clock, ...rest } =
    options;
  return {
    url: String(url),
    viewOptions: rest,
    initial,
    withCredentials: withCredentials ?? false,
    lingerMs: lingerMs ?? 5_000,
    silentMs: silentMs ?? 65_000,
    onListenerError: rest.onListenerError ?? ((error) => print('a listener threw', error)),
    onStreamError: onStreamError ?? ((error) => print('the stream of events is not understood', error)),
    EventSource,
    fetch,
    clock: clock ?? systemClock,
  };
}

function isClock(value: unknown): boolean {
  const methods = ['now', 'wallTime', 'setTimer'];
  return methods.every((name) => typeof Reflect.get(Object(value), name) === 'function');
}

function print(what: string, error: unknown): void {
  console.error(`migration-status: ${what}`, error);
}

function toError(option: string, complaint: string): ConfigurationError {
  return new ConfigurationError({ option, message: `createRemoteStatusView: ${complaint}` });
}
