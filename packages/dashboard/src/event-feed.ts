import type { StatusSnapshot, StatusView } from '@migration-status/core';
import { createEventLog } from './event-log.ts';
import { toChangeJson, toEventText, toSnapshotText } from './feed-event.ts';
import type { HandlerSettings } from './handler-options.ts';

/** Sends the changes of a view to any number of clients. */
export interface EventFeed {
  /** The snapshot as it is, with the id that it has in the streams. */
  current(): { readonly id: string; readonly snapshot: StatusSnapshot };
  /**
   * A stream of events that begins where the client left off, or with a snapshot; undefined when there are too many clients.
   * It ends with the signal.
   */
  open(lastEventId: string | null, signal: AbortSignal): ReadableStream<Uint8Array> | undefined;
  /** Ends all streams and lets go of the view. */
  close(): void;
}

interface Client {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** Whether events have been left out because too much was waiting: then it gets a snapshot next. */
  isBehind: boolean;
  /** How long what it begins with is: that may wait besides what may wait anyway. */
  beginningBytes: number;
}

/** How often a stream gives a sign of life, so that neither the client nor anything in between takes it for dead. */
const keepAliveMs = 20_000;

/** After how long a client that lost its stream should come back. */
const retryMs = 3_000;

const encoder = new TextEncoder();

const alive = encoder.encode('event: alive\ndata: {}\n\n');

/**
 * Makes a feed of a view. Changes are collected for a moment and written once for all clients. While nobody listens, the view
 * is not listened to either.
 */
export function createEventFeed(view: StatusView, settings: HandlerSettings): EventFeed {
  const { clock, flushMs, native, maxStreams, maxQueuedBytes } = settings;
  const session = crypto.randomUUID();
  const log = createEventLog();
  const clients = new Set<Client>();
  let sent = view.getSnapshot();
  let count = 0;
  let unsubscribe: (() => void) | undefined;
  let cancelFlush: (() => void) | undefined;
  let cancelKeepAlive: (() => void) | undefined;
  let isClosed = false;

  const idOf = (number: number) => `${session}-${number}`;

  /** Takes note of what has changed, whether anybody listens or not: the id of a snapshot stands for what is in it. */
  function takeChanges(): Uint8Array | undefined {
    const snapshot = view.getSnapshot();
    const change = toChangeJson(sent, snapshot, { native });
    if (change === undefined) return undefined;
    sent = snapshot;
    count += 1;
    if (clients.size === 0) {
      log.clear();
      return undefined;
    }
    const bytes = encoder.encode(toEventText('change', idOf(count), change));
    log.add(count, bytes);
    return bytes;
  }

  function flush(): void {
    cancelFlush = undefined;
    const bytes = takeChanges();
    if (bytes === undefined) return;
    for (const client of clients) send(client, bytes);
  }

  /** An event can be longer than all that may wait: then nothing is waiting, and nobody asks for more. */
  function send(client: Client, bytes: Uint8Array): void {
    const room = roomOf(client) + client.beginningBytes;
    if (!client.isBehind && room >= bytes.byteLength) {
      client.controller.enqueue(bytes);
    } else {
      client.isBehind = true;
      catchUp(client);
    }
  }

  /** A client that is behind, and has taken most of what was waiting, begins anew. */
  function catchUp(client: Client): void {
    if (!client.isBehind || roomOf(client) < maxQueuedBytes / 2) return;
    client.isBehind = false;
    begin(client, toBeginning());
  }

  function begin(client: Client, pieces: readonly Uint8Array[]): void {
    client.beginningBytes = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
    for (const bytes of pieces) client.controller.enqueue(bytes);
  }

  function roomOf({ controller }: Client): number {
    return controller.desiredSize ?? 0;
  }

  function flushNow(): void {
    cancelFlush?.();
    flush();
  }

  function toBeginning(): readonly Uint8Array[] {
    return log.beginning(count, () => encoder.encode(toSnapshotText(idOf(count), sent, { native })));
  }

  function start(): void {
    unsubscribe ??= view.subscribe(() => {
      cancelFlush ??= clock.setTimer(flush, flushMs);
    });
    cancelKeepAlive ??= clock.setTimer(keepAlive, keepAliveMs);
  }

  function keepAlive(): void {
    for (const client of clients) {
      if (!client.isBehind && roomOf(client) > 0) client.controller.enqueue(alive);
    }
    cancelKeepAlive = clock.setTimer(keepAlive, keepAliveMs);
  }

  function stop(): void {
    unsubscribe?.();
    cancelFlush?.();
    cancelKeepAlive?.();
    unsubscribe = undefined;
    cancelFlush = undefined;
    cancelKeepAlive = undefined;
  }

  function leave(client: Client): void {
    clients.delete(client);
    if (clients.size === 0) stop();
  }

  /**
   * What a client has missed since an event that it had from us, and a sign that this is all of it; undefined where that is not
   * known any more.
   */
  function toMissed(lastEventId: string | null): readonly Uint8Array[] | undefined {
    const isOurs = lastEventId?.startsWith(`${session}-`) ?? false;
    const missed = isOurs ? log.since(Number(lastEventId?.slice(session.length + 1)), count) : undefined;
    return missed && [...missed, alive];
  }

  function open(lastEventId: string | null, signal: AbortSignal): ReadableStream<Uint8Array> | undefined {
    if (isClosed || clients.size >= maxStreams) return undefined;
    // While somebody listens, what has changed is on its way to everybody.
    if (clients.size === 0) flushNow();
    let client: Client | undefined;
    const end = () => {
      if (client === undefined || !clients.has(client)) return;
      leave(client);
      client.controller.close();
    };
    return new ReadableStream<Uint8Array>(
      {
        start(controller) {
          client = { controller, isBehind: false, beginningBytes: 0 };
          controller.enqueue(encoder.encode(`retry: ${retryMs}\n\n`));
          begin(client, toMissed(lastEventId) ?? toBeginning());
          clients.add(client);
          start();
          signal.addEventListener('abort', end, { once: true });
          if (signal.aborted) end();
        },
        pull() {
          if (client === undefined) return;
          client.beginningBytes = 0;
          catchUp(client);
        },
        cancel() {
          signal.removeEventListener('abort', end);
          if (client) leave(client);
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: maxQueuedBytes }),
    );
  }

  return {
    current() {
      flushNow();
      return { id: idOf(count), snapshot: sent };
    },
    open,
    close() {
      isClosed = true;
      for (const client of [...clients]) {
        leave(client);
        client.controller.close();
      }
    },
  };
}
