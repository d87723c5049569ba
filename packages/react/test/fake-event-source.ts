import type { StatusSnapshot } from '@migration-status/core';
import { toSnapshotJson } from '@migration-status/core';
import type { EventSourceConstructor, EventSourceMessage } from '../src/remote.ts';

/** A stream that says what a test has it say. */
export interface FakeStream {
  readonly url: string;
  readonly withCredentials: boolean;
  readonly isClosed: boolean;
  open(): void;
  snapshot(snapshot: StatusSnapshot, id?: string): void;
  send(type: string, data: unknown, id?: string): void;
  /** Breaks: the stream tries again by itself. */
  break(): void;
  /** Is refused: the stream gives up. */
  refuse(): void;
}

/** An `EventSource` for tests, and all streams that were made with it. */
export function createFakeEventSource(): {
  readonly EventSource: EventSourceConstructor;
  readonly streams: readonly FakeStream[];
  /** The stream that was opened last. */
  last(): FakeStream;
} {
  const streams: FakeStream[] = [];

  class FakeEventSource {
    readyState = 0;
    readonly #listeners = new Map<string, ((event: EventSourceMessage) => void)[]>();

    constructor(url: string, { withCredentials }: { readonly withCredentials: boolean }) {
      const emit = (type: string, event: EventSourceMessage = {}) => {
        for (const listener of this.#listeners.get(type) ?? []) listener(event);
      };
      const fail = (readyState: number) => {
        this.readyState = readyState;
        emit('error');
      };
      const isClosed = () => this.readyState === 2;
      const send: FakeStream['send'] = (type, data, id = 'one-1') =>
        emit(type, { data: typeof data === 'string' ? data : JSON.stringify(data), lastEventId: id });
      streams.push({
        url,
        withCredentials,
        get isClosed() {
          return isClosed();
        },
        open: () => {
          this.readyState = 1;
          emit('open');
        },
        send,
        snapshot: (snapshot, id) => send('snapshot', toSnapshotJson(snapshot), id),
        break: () => fail(0),
        refuse: () => fail(2),
      });
    }

    addEventListener(type: string, listener: (event: EventSourceMessage) => void): void {
      this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
    }

    close(): void {
      this.readyState = 2;
    }
  }

  return {
    EventSource: FakeEventSource,
    streams,
    last() {
      const stream = streams.at(-1);
      if (stream === undefined) throw new Error('no stream was opened');
      return stream;
    },
  };
}
