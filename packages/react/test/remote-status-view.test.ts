import { createStatusView, type StatusView, toRowJson, toSnapshotJson } from '@migration-status/core';
import { createStatusHandler, type StatusHandlerOptions } from '@migration-status/dashboard';
import { EventSource as RealEventSource } from 'eventsource';
import { describe, expect, test, vi } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createManualSource } from '../../core/test/view/row-source.ts';
import { serve } from '../../dashboard/test/serve.ts';
import { createRemoteStatusView, type RemoteStatusViewOptions } from '../src/remote.ts';
import { createFakeEventSource } from './fake-event-source.ts';

/** A view of a server that a test plays. */
function createScene(options: RemoteStatusViewOptions = {}) {
  const source = createManualSource();
  const server = createStatusView(source);
  const clock = createManualClock();
  const { EventSource, streams, last } = createFakeEventSource();
  const asked: string[] = [];
  let status = 503;
  const errors: unknown[] = [];
  const view = createRemoteStatusView('/statuses/events', {
    EventSource,
    clock,
    fetch: async (input) => {
      asked.push(String(input));
      return new Response('', { status });
    },
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
    asked,
    errors,
    listener,
    get told() {
      return told;
    },
    answerWith(next: number) {
      status = next;
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
    last().open();
    expect([view.connection, view.heardAt]).toEqual(['connecting', undefined]);
    last().snapshot(server.getSnapshot());
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
    last().send('change', { rows: [toRowJson(row)], removedRows: ['a'] }, 'one-2');
    expect(view.getSnapshot()).toMatchObject({ total: 1, hasSucceeded: true });
    expect(view.getHistory('b')?.states.map(({ state }) => state)).toEqual(['running', 'succeeded']);
  });

  test('filters, groups and sorts as any view', () => {
    const scene = createScene({
      filter: ({ key }) => key !== 'x',
      sortBy: ({ key }) => key,
    });
    for (const key of ['c', 'x', 'a', 'b']) scene.source.track(key, { state: 'running' });
    scene.view.subscribe(scene.listener);
    scene.last().snapshot(scene.server.getSnapshot());
    expect(scene.keys()).toEqual(['a', 'b', 'c']);
  });

  test('keeps the rows that did not change over a snapshot that is sent again', async () => {
    const scene = createScene();
    for (const key of ['a', 'b', 'c']) scene.source.track(key, { state: 'running', percent: 1 });
    scene.view.subscribe(scene.listener);
    scene.last().snapshot(scene.server.getSnapshot());
    const before = scene.view.getSnapshot();
    scene.last().snapshot(scene.server.getSnapshot());
    expect(scene.view.getSnapshot()).toBe(before);
    scene.source.change('b', { percent: 2 });
    scene.source.forget('c');
    scene.source.track('d', { state: 'pending' });
    scene.last().snapshot(scene.server.getSnapshot());
    const after = scene.view.getSnapshot();
    expect(after.rows.get('a')).toBe(before.rows.get('a'));
    expect(after.rows.get('b')).not.toBe(before.rows.get('b'));
    expect(scene.keys()).toEqual(['a', 'b', 'd']);
  });

  test('holds rows that are frozen, and drops what it does not know', () => {
    const scene = createScene();
    const row = { ...scene.source.track('a', { state: 'running' }), surprise: 1 };
    scene.view.subscribe(scene.listener);
    scene.last().send('snapshot', { ...toSnapshotJson(scene.server.getSnapshot()), rows: [row], more: 1 });
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
    last().snapshot(server.getSnapshot());
    const heardAt = view.heardAt;
    await clock.advance(1_000);
    await settle();
    const before = scene.told;
    last().break();
    await settle();
    expect([view.connection, view.heardAt, scene.told]).toEqual(['lost', heardAt, before + 1]);
    expect(scene.keys()).toEqual(['a']);
    last().open();
    expect(view.connection).toBe('live');
    expect(streams).toHaveLength(1);
  });

  test('is asked about when it is refused, and tried again ever less often', async () => {
    const scene = createScene();
    const { view, last, clock, streams } = scene;
    view.subscribe(scene.listener);
    for (const delayMs of [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const opened = streams.length;
      last().refuse();
      await settle();
      expect(view.connection).toBe('lost');
      await clock.advance(delayMs - 1);
      expect(streams).toHaveLength(opened);
      await clock.advance(1);
      expect(streams).toHaveLength(opened + 1);
    }
    expect(new Set(scene.asked)).toEqual(new Set(['/statuses/events']));
  });

  test.each([401, 403])('is locked by a %d, until somebody has signed in', async (status) => {
    const scene = createScene();
    const { view, last, clock, streams } = scene;
    scene.answerWith(status);
    view.subscribe(scene.listener);
    last().refuse();
    await settle();
    expect(view.connection).toBe('locked');
    view.reconnect();
    expect([view.connection, streams.length]).toEqual(['connecting', 2]);
    last().refuse();
    await settle();
    await clock.advance(30_000);
    expect([view.connection, streams.length]).toEqual(['locked', 3]);
    last().snapshot(scene.server.getSnapshot());
    expect(view.connection).toBe('live');
  });

  test('is opened again when it is dead without saying so, and goes on from where it was', async () => {
    const scene = createScene();
    const { view, last, clock, streams } = scene;
    view.subscribe(scene.listener);
    last().snapshot(scene.server.getSnapshot(), 'one-7');
    await clock.advance(40_000);
    last().send('alive', '{}');
    await clock.advance(64_999);
    expect([view.connection, streams.length]).toEqual(['live', 1]);
    await clock.advance(1);
    expect([view.connection, streams.length]).toEqual(['lost', 2]);
    expect(streams[0]?.isClosed).toBe(true);
    expect(last().url).toBe('/statuses/events?lastEventId=one-7');
    last().open();
    streams[0]?.break();
    expect(view.connection).toBe('live');
  });

  test('survives a listener that throws, and tells the others', async () => {
    const onListenerError = vi.fn();
    const scene = createScene({ onListenerError });
    scene.view.subscribe(() => {
      throw new Error('a listener of somebody else');
    });
    scene.view.subscribe(scene.listener);
    scene.last().snapshot(scene.server.getSnapshot());
    await settle();
    expect(scene.told).toBe(1);
    expect(onListenerError).toHaveBeenCalledOnce();
  });

  test('cannot be had where there is no EventSource, and says so', () => {
    vi.stubGlobal('EventSource', undefined);
    const scene = createScene({ EventSource: undefined });
    scene.view.subscribe(scene.listener);
    expect(scene.view.connection).toBe('lost');
    expect(scene.errors).toEqual([expect.objectContaining({ option: 'EventSource' })]);
    vi.unstubAllGlobals();
  });

  test('cannot be had with an address that is none, and says so', () => {
    class Refusing {
      constructor() {
        throw new SyntaxError('no address');
      }
    }
    // biome-ignore lint/suspicious/noExplicitAny: it never comes to be one
    const scene = createScene({ EventSource: Refusing as any });
    scene.view.subscribe(scene.listener);
    expect([scene.view.connection, scene.errors.length]).toEqual(['lost', 1]);
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
    scene.last().snapshot(scene.server.getSnapshot());
    const before = scene.view.getSnapshot();
    scene.last().send(type, data, 'one-2');
    expect(scene.view.getSnapshot()).toBe(before);
    expect([scene.view.connection, scene.errors.length]).toEqual(['lost', 1]);
    expect(String(scene.errors[0])).not.toContain('secret');
    await scene.clock.advance(2_000);
    expect(scene.last().url).toBe('/statuses/events');
    scene.last().snapshot(scene.server.getSnapshot());
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
    const view = disposal.use(
      createRemoteStatusView(`${served.origin}/statuses/events`, { EventSource: RealEventSource }),
    );
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
