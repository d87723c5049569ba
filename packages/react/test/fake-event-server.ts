import { setImmediate } from 'node:timers/promises';
import { type StatusSnapshot, toSnapshotJson } from '@migration-status/core';

/** A stream that says what a test has it say. What it is made to do is done once the call has resolved. */
export interface FakeStream {
  readonly url: string;
  readonly credentials: RequestCredentials | undefined;
  readonly isClosed: boolean;
  open(): Promise<void>;
  snapshot(snapshot: StatusSnapshot, id?: string): Promise<void>;
  send(type: string, data: unknown, id?: string): Promise<void>;
  /** Sends a piece of text, however little of an event it is. */
  write(text: string): Promise<void>;
  /** Breaks, or does not come about. */
  break(): Promise<void>;
  /** Is answered with something else. */
  refuse(status: number, contentType?: string): Promise<void>;
}

/** A server of events for tests, and all streams that were asked for. */
export interface FakeEventServer {
  readonly fetch: typeof fetch;
  readonly streams: readonly FakeStream[];
  /** The stream that was asked for last. */
  last(): FakeStream;
}

/** Makes a server that answers nothing until it is told to. */
export function createFakeEventServer(): FakeEventServer {
  const streams: FakeStream[] = [];
  return {
    streams,
    fetch: (input, init) =>
      new Promise((resolve, reject) => {
        streams.push(createFakeStream(String(input), init, resolve, reject));
      }),
    last() {
      const stream = streams.at(-1);
      if (stream === undefined) throw new Error('no stream was asked for');
      return stream;
    },
  };
}

/** The text of an event. */
export function toEventText(type: string, data: unknown, id = 'one-1'): string {
  return `event: ${type}\nid: ${id}\ndata: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

function createFakeStream(
  url: string,
  { signal, credentials }: RequestInit = {},
  resolve: (response: Response) => void,
  reject: (error: unknown) => void,
): FakeStream {
  const encoder = new TextEncoder();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, {
    highWaterMark: Number.POSITIVE_INFINITY,
  });
  const writer = writable.getWriter();
  writer.closed.catch(() => {});
  let isOpen = false;
  let isClosed = false;

  signal?.addEventListener('abort', () => {
    isClosed = true;
    reject(signal.reason);
    void writer.abort(signal.reason);
  });

  function answer(response: Response): void {
    isOpen = true;
    resolve(response);
  }

  async function write(text: string): Promise<void> {
    if (!isOpen) answer(new Response(readable, { headers: { 'content-type': 'text/event-stream' } }));
    if (text !== '' && !isClosed) await writer.write(encoder.encode(text)).catch(() => {});
    await settle();
  }

  const send: FakeStream['send'] = (type, data, id) => write(toEventText(type, data, id));
  return {
    url,
    credentials,
    get isClosed() {
      return isClosed;
    },
    open: () => write(''),
    send,
    write,
    snapshot: (snapshot, id) => send('snapshot', toSnapshotJson(snapshot), id),
    async break() {
      reject(new TypeError('fetch failed'));
      await writer.abort(new TypeError('terminated')).catch(() => {});
      await settle();
    },
    async refuse(status, contentType = 'application/json') {
      answer(new Response('{}', { status, headers: { 'content-type': contentType } }));
      await settle();
    },
  };
}

/** What has been set off has happened. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await setImmediate();
}
