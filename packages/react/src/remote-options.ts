import {
  type Clock,
  ConfigurationError,
  type SnapshotJson,
  type StatusViewOptions,
  systemClock,
} from '@migration-status/core';
import type { EventStreamOptions } from './event-stream.ts';

/** How `createRemoteStatusView` shows rows, and how it listens. */
export interface RemoteStatusViewOptions extends StatusViewOptions, Omit<EventStreamOptions, 'url'> {
  /**
   * What is shown until the server has been heard: the snapshot that the page was rendered from, as JSON. Default: nothing.
   */
  readonly initial?: SnapshotJson | undefined;
  /** How long the stream is kept open after the last subscriber has left, in milliseconds. Default 5 000. */
  readonly lingerMs?: number | undefined;
}

/** Options with everything in its place. */
export interface RemoteSettings {
  readonly viewOptions: StatusViewOptions;
  readonly streamOptions: EventStreamOptions;
  readonly initial: SnapshotJson | undefined;
  readonly lingerMs: number;
  readonly onListenerError: (error: unknown) => void;
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
  const { initial, lingerMs, withCredentials, silentMs, onStreamError, fetch, clock, ...viewOptions } =
    options;
  return {
    viewOptions,
    streamOptions: { url: String(url), withCredentials, silentMs, onStreamError, fetch, clock },
    initial,
    lingerMs: lingerMs ?? 5_000,
    onListenerError: viewOptions.onListenerError ?? printListenerError,
    clock: clock ?? systemClock,
  };
}

function isClock(value: unknown): boolean {
  const methods = ['now', 'wallTime', 'setTimer'];
  return methods.every((name) => typeof Reflect.get(Object(value), name) === 'function');
}

function printListenerError(error: unknown): void {
  console.error('migration-status: a listener threw', error);
}

function toError(option: string, complaint: string): ConfigurationError {
  return new ConfigurationError({ option, message: `createRemoteStatusView: ${complaint}` });
}
