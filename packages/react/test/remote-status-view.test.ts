import { createStatusView, type StatusView, toRowJson, toSnapshotJson } from '@migration-status/core';
import { createStatusHandler, type StatusHandlerOptions } from '@migration-status/dashboard';
import { describe, expect, test, vi } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createManualSource } from '../../core/test/view/row-source.ts';
import { serve } from '../../dashboard/test/serve.ts';
import { createRemoteStatusView, type RemoteStatusViewOptions } from '../src/remote.ts';
import { createFakeEventServer, toEventText } from './fake-event-server.ts';

/** A view of a server that a test plays. */
function createScene(options: RemoteStatusViewOptions = {}) {
  const source = createManualSource();
  const server = createStatusView(source);
  const clock = createManualClock();
  const { fetch, streams, last } = createFakeEventServer();
  const errors: unknown[] = [];
  const view = createRemoteStatusView('/statuses/events', {
    fetch,
    clock,
    onStreamError: (error) => errors.push(error),
    ...options,
  });
  let told = 0;
  const listener = () => {
    told += 1;
  };
  return {
    source,
    server,
    clock,
    view,
    streams,
    last,
    errors,
    listener,
    get told() {
      return told;
    },
    keys: () => Array.from(view.getSnapshot().rows, ({ key }) => key),
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('a remote view', () => {
  test('shows what the server does, and is live from the first snapshot on', async () => {
    const scene = createScene({ groupBy: ({ provider }) => provider });
    const { source, server, view, last } = scene;
    source.track('b', { state: 'running', percent: 4 });
    source.track('a', { state: 'paused', conditions: ['stalled'] });
    view.subscribe(scene.listener);
    expect(view.connection).toBe('connecting');
    await last().open();
    expect([view.connection, view.heardAt]).toEqual(['connecting', undefined]);
    await last().snapshot(server.getSnapshot());
    expect([view.connection, view.heardAt]).toEqual(['live', scene.clock.wallTime()]);
    expect(JSON.parse(JSON.stringify(view.getSnapshot()))).toMatchObject({
      total: 2,
      counts: { running: 1, paused: 1 },
      conditions: { stalled: 1 },
      groups: [{ group: 'acme', total: 2 }],
      rows: [{ key: 'b' }, { key: 'a' }],
    });
    await settle();
    expect(scene.told).toBe(1);
    const row = source.change('b', { state: 'succeeded' });
    await last().send('change', { rows: [toRowJson(row)], removedRows: ['a'] }, 'one-2');
    expect(view.getSnapshot()).toMatchObject({ total: 1, hasSucceeded: true });
    expect(view.getHistory('b')?.states.map(({ state }) => state)).toEqual(['running', 'succeeded']);
  });

  test('filters, groups and sorts as any view', async () => {
    const scene = createScene({
      filter: ({ key }) => key !== 'x',
      sortBy: ({ key }) => key,
    });
    for (const key of ['c', 'x', 'a', 'b']) scene.source.track(key, { state: 'running' });
    scene.view.subscribe(scene.listener);
    await scene.last().snapshot(scene.server.getSnapshot());
    expect(scene.keys()).toEqual(['a', 'b', 'c']);
  });

  test('keeps the rows that did not change over a snapshot that is sent again', async () => {
    const scene = createScene();
    for (const key of ['a', 'b', 'c']) scene.source.track(key, { state: 'running', percent: 1 });
    scene.view.subscribe(scene.listener);
    await scene.last().snapshot(scene.server.getSnapshot());
    const before = scene.view.getSnapshot();
    await scene.last().snapshot(scene.server.getSnapshot());
    expect(scene.view.getSnapshot()).toBe(before);
    scene.source.change('b', { percent: 2 });
    scene.source.forget('c');
    scene.source.track('d', { state: 'pending' });
    await scene.last().snapshot(scene.server.getSnapshot());
    const after = scene.view.getSnapshot();
    expect(after.rows.get('a')).toBe(before.rows.get('a'));
    expect(after.rows.get('b')).not.toBe(before.rows.get('b'));
    expect(scene.keys()).toEqual(['a', 'b', 'd']);
  });

  test('holds rows that are frozen, and drops what it does not know', async () => {
    const scene = createScene();
    const row = { ...scene.source.track('a', { state: 'running' }), surprise: 1 };
    scene.view.subscribe(scene.listener);
    await scene
      .last()
      .send('snapshot', { ...toSnapshotJson(scene.server.getSnapshot()), rows: [row], more: 1 });
    const shown = scene.view.getSnapshot().rows.get('a');
    expect(shown).not.toHaveProperty('surprise');
    expect([Object.isFrozen(shown), Object.isFrozen(shown?.status)]).toEqual([true, true]);
  });

  test('begins with the snapshot that the page was rendered from', () => {
    const first = createScene();
    first.source.track('a', { state: 'running' });
    const initial = JSON.parse(JSON.stringify(first.server.getSnapshot()));
    const { view, keys, streams } = createScene({ initial });
    expect([keys(), view.connection, streams.length]).toEqual([['a'], 'connecting', 0]);
  });
});

describe('the connection', () => {
  test('is lost and comes back, with what was shown in between marked by it', async () => {
    const scene = createScene();
    const { view, last, source, server, clock, streams } = scene;
    source.track('a', { state: 'running' });
    view.subscribe(scene.listener);
    await last().snapshot(server.getSnapshot());
    const heardAt = view.heardAt;
    await clock.advance(1_000);
    await settle();
    const before = scene.told;
    await last().break();
    expect([view.connection, view.heardAt, scene.told]).toEqual(['lost', heardAt, before + 1]);
    expect(scene.keys()).toEqual(['a']);
    await clock.advance(2_000);
    await last().snapshot(server.getSnapshot());
    expect(view.connection).toBe('live');
    expect(streams).toHaveLength(2);
  });

  test.each([
    [503, 'application/json'],
    [404, 'text/html'],
    [200, 'text/html'],
    [206, 'text/event-stream'],
  ])('is tried again ever less often where the answer is %d, %s', async (status, contentType) => {
    const scene = createScene();
    const { view, last, clock, streams } = scene;
    view.subscribe(scene.listener);
    for (const delayMs of [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const opened = streams.length;
      await last().refuse(status, contentType);
      expect(view.connection).toBe('lost');
      await clock.advance(delayMs - 1);
      expect(streams).toHaveLength(opened);
      await clock.advance(1);
      expect(streams).toHaveLength(opened + 1);
    }
    await last().snapshot(scene.server.getSnapshot());
    await last().break();
    await clock.advance(2_000);
    expect(streams).toHaveLength(8);
  });

  test('is tried again when the server says, within bounds', async () => {
    const scene = createScene();
    scene.view.subscribe(scene.listener);
    for (const [said, delayMs] of [
      [7_000, 7_000],
      [0, 1_000],
      [900_000, 30_000],
    ] as const) {
      const opened = scene.streams.length;
      await scene.last().write(`retry: ${said}\n\n`);
      await scene.last().snapshot(scene.server.getSnapshot());
      await scene.last().break();
      await scene.clock.advance(delayMs - 1);
      expect(scene.streams).toHaveLength(opened);
      await scene.clock.advance(1);
      expect(scene.streams).toHaveLength(opened + 1);
    }
  });

  test.each([401, 403])('is locked by a %d, until somebody has signed in', async (status) => {
    const scene = createScene();
    const { view, last, clock, streams } = scene;
    view.subscribe(scene.listener);
    await last().refuse(status);
    expect(view.connection).toBe('locked');
    view.reconnect();
    expect([view.connection, streams.length]).toEqual(['connecting', 2]);
    await last().refuse(status);
    await clock.advance(30_000);
    expect([view.connection, streams.length]).toEqual(['locked', 3]);
    await last().snapshot(scene.server.getSnapshot());
    expect(view.connection).toBe('live');
  });

  test('is opened again when it is dead without saying so, and goes on from where it was', async () => {
    const scene = createScene();
    const { view, last, clock, streams } = scene;
    view.subscribe(scene.listener);
    await last().snapshot(scene.server.getSnapshot(), 'one-7');
    await clock.advance(40_000);
    await last().write('event: alive\ndata: {}\n\n');
    await clock.advance(64_999);
    expect([view.connection, streams.length]).toEqual(['live', 1]);
    await clock.advance(1);
    expect([view.connection, streams.length]).toEqual(['lost', 2]);
    expect(streams[0]?.isClosed).toBe(true);
    expect(last().url).toBe('/statuses/events?lastEventId=one-7');
    await last().write('event: alive\ndata: {}\n\n');
    await streams[0]?.break();
    expect(view.connection).toBe('live');
  });

  test('is not taken for dead while a long snapshot trickles in, and is not live before it is whole', async () => {
    const scene = createScene();
    const { view, last, clock, streams, source, server } = scene;
    for (let index = 0; index < 20; index += 1) source.track(`acme/é ${index}`, { state: 'running' });
    view.subscribe(scene.listener);
    const text = toEventText('snapshot', server.getSnapshot());
    const size = Math.ceil(text.length / 10);
    for (let start = 0; start < text.length; start += size) {
      expect([view.connection, view.getSnapshot().total]).toEqual(['connecting', 0]);
      await clock.advance(60_000);
      await last().write(text.slice(start, start + size));
    }
    expect([view.connection, view.getSnapshot().total, streams.length]).toEqual(['live', 20, 1]);
    expect(view.heardAt).toBe(clock.wallTime());
  });

  test('is dead once a snapshot stops in the middle', async () => {
    const scene = createScene();
    scene.view.subscribe(scene.listener);
    await scene.last().write(toEventText('snapshot', scene.server.getSnapshot()).slice(0, 60));
    await scene.clock.advance(64_999);
    expect([scene.view.connection, scene.streams.length]).toEqual(['connecting', 1]);
    await scene.clock.advance(1);
    expect([scene.view.connection, scene.streams.length]).toEqual(['lost', 2]);
  });

  test('is live again only when nothing that was missed is missing', async () => {
    const scene = createScene();
    const { view, last, clock, source, server } = scene;
    const row = source.track('a', { state: 'running' });
    view.subscribe(scene.listener);
    await last().snapshot(server.getSnapshot());
    const { heardAt } = view;
    await last().break();
    await clock.advance(2_000);
    await last().open();
    expect(view.connection).toBe('lost');
    await last().send('change', { rows: [toRowJson(row)], removedRows: [] }, 'one-2');
    expect([view.connection, view.heardAt]).toEqual(['lost', heardAt]);
    await last().write('event: alive\ndata: {}\n\n');
    expect([view.connection, view.heardAt]).toEqual(['live', clock.wallTime()]);
  });

  test('survives a listener that throws, and tells the others', async () => {
    const onListenerError = vi.fn();
    const scene = createScene({ onListenerError });
    scene.view.subscribe(() => {
      throw new Error('a listener of somebody else');
    });
    scene.view.subscribe(scene.listener);
    await scene.last().snapshot(scene.server.getSnapshot());
    await settle();
    expect(scene.told).toBe(1);
    expect(onListenerError).toHaveBeenCalledOnce();
  });

  test('cannot be had with an address below no page, and says so', async () => {
    const scene = createScene({ fetch: undefined });
    scene.view.subscribe(scene.listener);
    expect(scene.view.connection).toBe('lost');
    expect(scene.errors).toEqual([expect.objectContaining({ option: 'url' })]);
    expect(scene.clock.pendingTimers).toBe(0);
  });

  test('sends cookies to another origin only when told to', () => {
    for (const withCredentials of [undefined, true]) {
      const scene = createScene({ withCredentials });
      scene.view.subscribe(scene.listener);
      expect(scene.last().credentials).toBe(withCredentials ? 'include' : 'same-origin');
    }
  });
});

describe('what is not understood', () => {
  const good = { rows: [], removedRows: [] };

  test.each([
    ['snapshot', '<html>'],
    ['snapshot', 'null'],
    ['snapshot', { ...good }],
    ['snapshot', { format: 'migration-status/snapshot', version: 2, rows: [] }],
    ['change', { rows: [{ key: 'secret' }], removedRows: [] }],
    ['change', { ...good, removedRows: [1] }],
    ['change', { ...good, rows: {} }],
  ])('changes nothing, is reported, and is asked for anew: %s %j', async (type, data) => {
    const scene = createScene();
    scene.source.track('a', { state: 'running' });
    scene.view.subscribe(scene.listener);
    await scene.last().snapshot(scene.server.getSnapshot());
    const before = scene.view.getSnapshot();
    await scene.last().send(type, data, 'one-2');
    expect(scene.view.getSnapshot()).toBe(before);
    expect([scene.view.connection, scene.errors.length]).toEqual(['lost', 1]);
    expect(String(scene.errors[0])).not.toContain('secret');
    await scene.clock.advance(2_000);
    expect(scene.last().url).toBe('/statuses/events');
    await scene.last().snapshot(scene.server.getSnapshot());
    expect(scene.view.connection).toBe('live');
  });
});

describe('listening', () => {
  test('begins with the first subscriber and ends a while after the last', async () => {
    const { view, clock, streams, listener } = createScene();
    expect(streams).toHaveLength(0);
    const stops = [view.subscribe(listener), view.subscribe(listener)];
    for (const stop of stops) {
      stop();
      stop();
    }
    view.subscribe(listener)();
    await clock.advance(4_999);
    expect(streams.map(({ isClosed }) => isClosed)).toEqual([false]);
    await clock.advance(1);
    expect(streams.map(({ isClosed }) => isClosed)).toEqual([true]);
    expect([view.connection, clock.pendingTimers]).toEqual(['connecting', 0]);
    view.subscribe(listener);
    expect(streams).toHaveLength(2);
  });

  test('is not begun anew by one who leaves and comes back at once', async () => {
    const { view, clock, streams, listener } = createScene();
    view.subscribe(listener)();
    const stop = view.subscribe(listener);
    await clock.advance(60_000);
    expect(streams).toHaveLength(1);
    stop();
    view.close();
    expect([streams[0]?.isClosed, clock.pendingTimers]).toEqual([true, 0]);
    view.subscribe(listener);
    expect(streams).toHaveLength(1);
  });
});

test.each([
  [{ url: '' }, 'url'],
  [{ lingerMs: -1 }, 'lingerMs'],
  [{ silentMs: '1' }, 'silentMs'],
  [{ silentMs: 0 }, 'silentMs'],
  [{ clock: {} }, 'clock'],
  [{ initial: 1 }, 'initial'],
  [{ fetch: 1 }, 'fetch'],
  [{ EventSource: {} }, 'EventSource'],
  [{ sortBy: 'key' }, 'sortBy'],
  [{ Filter: () => true }, 'Filter'],
])('the options %j are refused', (options, option) => {
  const { url = '/events', ...others } = options as { url?: string };
  expect(() => createRemoteStatusView(url, others as RemoteStatusViewOptions)).toThrow(
    expect.objectContaining({ name: 'ConfigurationError', option }),
  );
});

describe('over loopback, from the real handler', () => {
  async function createRealScene(options: StatusHandlerOptions = {}) {
    const disposal = new AsyncDisposableStack();
    const source = createManualSource();
    const server = createStatusView(source);
    const handler = createStatusHandler(server, { flushMs: 1, ...options });
    disposal.defer(handler.close);
    const served = disposal.use(await serve(handler));
    const view = disposal.use(createRemoteStatusView(`${served.origin}/statuses/events`));
    return { source, server, served, view, [Symbol.asyncDispose]: () => disposal.disposeAsync() };
  }

  const toJson = (view: StatusView) => JSON.parse(JSON.stringify(view.getSnapshot()));

  test('it ends with the snapshot of the server, also after a break', { timeout: 20_000 }, async () => {
    await using scene = await createRealScene();
    const { source, server, served, view } = scene;
    for (let index = 0; index < 50; index += 1)
      source.track(`acme/${index}`, { state: 'running', percent: index, group: `wave ${index % 3}` });
    view.subscribe(() => {});
    await vi.waitFor(() => expect(toJson(view)).toEqual(toJson(server)));
    source.change('acme/7', { state: 'paused' });
    source.forget('acme/8');
    await vi.waitFor(() => expect(toJson(view)).toEqual(toJson(server)));
    const kept = view.getSnapshot().rows.get('acme/9');
    await served.stop();
    await vi.waitFor(() => expect(view.connection).toBe('lost'));
    source.change('acme/1', { state: 'succeeded' });
    await served.resume();
    await vi.waitFor(() => expect(view.connection).toBe('live'), { timeout: 15_000 });
    await vi.waitFor(() => expect(toJson(view)).toEqual(toJson(server)));
    expect(view.getSnapshot().rows.get('acme/9')).toBe(kept);
  });

  test('it is locked where a token is needed', async () => {
    await using scene = await createRealScene({ token: 'canary-of-sixteen-characters' });
    scene.view.subscribe(() => {});
    await vi.waitFor(() => expect(scene.view.connection).toBe('locked'), { timeout: 5_000 });
    expect(scene.view.getSnapshot().total).toBe(0);
  });
});
