import {
  ConfigurationError,
  createStatusView,
  type MigrationRow,
  type RowJson,
  type RowSource,
} from '@migration-status/core';
import { describe, expect, test, vi } from 'vitest';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createManualSource } from '../../core/test/view/row-source.ts';
import { createStatusHandler, type StatusHandlerOptions } from '../src/index.ts';
import { createEventReader } from './read-events.ts';

const token = 'canary-of-sixteen-characters';

function createScene(options: StatusHandlerOptions = {}) {
  const source = createManualSource();
  const view = createStatusView(source as RowSource);
  const clock = createManualClock();
  const handler = createStatusHandler(view, { clock, ...options });
  const ask = (path: string, init: RequestInit = {}) =>
    handler(
      new Request(`http://localhost:8080${path}`, {
        ...init,
        headers: { host: 'localhost:8080', ...init.headers },
      }),
    );
  const readEvents = async (headers: Record<string, string> = {}, signal: AbortSignal | null = null) =>
    createEventReader(await ask('/statuses/events', { headers, signal }));
  return { source, view, clock, handler, ask, readEvents };
}

describe('the page', () => {
  test('is one that loads nothing from elsewhere, whoever asks', async () => {
    const { ask } = createScene({ title: '<Wave> & 3', token });
    const page = await ask('/');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(await page.text()).toContain('&#60;Wave&#62; &#38; 3');
    expect((await ask('/page.js')).headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  test.each(['/nothing', '/statuses/nothing', '/__proto__', '/statuses/'])(
    'has nothing at %s',
    async (path) => {
      const response = await createScene().ask(path);
      expect([response.status, await response.json()]).toEqual([404, { error: 'There is nothing here.' }]);
    },
  );

  test('stands where it is put', async () => {
    const { ask } = createScene({ basePath: '/admin/migrations/' });
    expect((await ask('/admin/migrations/')).status).toBe(200);
    expect((await ask('/admin/migrations/statuses')).status).toBe(200);
    expect((await ask('/statuses')).status).toBe(404);
  });
});

describe('the snapshot', () => {
  test('is the JSON of the view, without what providers sent', async () => {
    const { ask, source, view } = createScene();
    source.track('a', { state: 'running', percent: 4, group: 'wave 1' });
    const response = await ask('/statuses');
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(view.getSnapshot())));
    expect(response.headers.get('cache-control')).toBe('no-cache');
  });

  test('is not sent again while it is the same', async () => {
    const { ask, source } = createScene();
    source.track('a', { state: 'running' });
    const etag = (await ask('/statuses')).headers.get('etag') ?? '';
    const again = await ask('/statuses', { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    source.change('a', { state: 'succeeded' });
    const other = await ask('/statuses', { headers: { 'if-none-match': etag } });
    expect(other.status).toBe(200);
    expect(other.headers.get('etag')).not.toBe(etag);
  });
});

describe('the events', () => {
  test('begin with everything and go on with what changes, collected for a moment', async () => {
    const { source, clock, readEvents } = createScene();
    source.track('a', { state: 'running', group: 'wave 1' });
    const events = await readEvents();
    expect(await events.next()).toMatchObject({ type: 'retry' });
    expect(await events.next()).toMatchObject({ type: 'snapshot', data: { total: 1, version: 1 } });
    source.change('a', { percent: 7 });
    source.change('a', { state: 'succeeded' });
    source.track('b', { state: 'failed' });
    await clock.advance(100);
    expect(await events.next()).toMatchObject({
      type: 'change',
      data: {
        total: 2,
        done: 2,
        rows: [{ key: 'a', status: { state: 'succeeded', native: null } }, { key: 'b' }],
        removedRows: [],
        groups: [{ group: 'wave 1', done: 1 }],
      },
    });
    source.forget('a');
    await clock.advance(100);
    expect(await events.next()).toMatchObject({
      data: { total: 1, rows: [], removedRows: ['a'], groups: [], removedGroups: ['wave 1'] },
    });
  });

  test('go on where a client left off', async () => {
    const { source, clock, readEvents } = createScene();
    const staying = await readEvents();
    const leaving = await readEvents();
    await leaving.next();
    const last = await leaving.next();
    await leaving.cancel();
    source.track('a', { state: 'running' });
    await clock.advance(100);
    source.track('b', { state: 'running' });
    await clock.advance(100);
    const back = await readEvents({ 'last-event-id': last?.id ?? '' });
    expect(await back.next()).toMatchObject({ type: 'retry' });
    expect(await back.next()).toMatchObject({ type: 'change', data: { rows: [{ key: 'a' }] } });
    expect(await back.next()).toMatchObject({ type: 'change', data: { rows: [{ key: 'b' }] } });
    expect(await back.next()).toMatchObject({ type: 'alive' });
    await staying.cancel();
  });

  test.each(['', 'somebody-else-7', '00000000-0000-0000-0000-000000000000-0'])(
    'begin anew for a client that left off at %j',
    async (id) => {
      const { readEvents } = createScene();
      const events = await readEvents({ 'last-event-id': id });
      await events.next();
      expect(await events.next()).toMatchObject({ type: 'snapshot' });
    },
  );

  test('begin anew for a client that was away while nobody listened', async () => {
    const { source, readEvents } = createScene();
    const before = await readEvents();
    await before.next();
    const last = await before.next();
    await before.cancel();
    source.track('a', { state: 'running' });
    const back = await readEvents({ 'last-event-id': last?.id ?? '' });
    await back.next();
    expect(await back.next()).toMatchObject({ type: 'snapshot', data: { total: 1 } });
  });

  test('leave out what a slow client cannot take, and then bring everything', async () => {
    const { source, clock, readEvents } = createScene({ maxQueuedBytes: 2_000 });
    const slow = await readEvents();
    const quick = await readEvents();
    for (let round = 0; round < 40; round += 1) {
      source.track(`row ${round}`, { state: 'running' });
      await clock.advance(100);
      while ((await quick.next())?.data?.total !== round + 1);
    }
    const seen = [];
    for (let event = await slow.next(); event; event = await slow.next()) {
      seen.push(event.type);
      if (event.data?.total === 40) break;
    }
    expect(seen.length).toBeLessThan(20);
    expect(seen.at(-1)).toBe('snapshot');
  });

  test('bring everything in the place of a change that is longer than all that may wait', async () => {
    const { source, clock, readEvents } = createScene({ maxQueuedBytes: 500 });
    source.track('a', { state: 'running' });
    const events = await readEvents();
    await events.next();
    await events.next();
    for (let index = 0; index < 10; index += 1) source.track(`row ${index}`, { state: 'running' });
    const next = events.next();
    await clock.advance(100);
    expect(await next).toMatchObject({ type: 'snapshot', data: { total: 11 } });
  });

  test('go on after a beginning that is longer than all that may wait', async () => {
    const { source, clock, readEvents } = createScene({ maxQueuedBytes: 2_000 });
    for (let index = 0; index < 40; index += 1) source.track(`row ${index}`, { state: 'running' });
    const events = await readEvents();
    source.change('row 7', { percent: 1 });
    await clock.advance(100);
    source.change('row 7', { percent: 2 });
    await clock.advance(100);
    const types = [];
    for (let event = await events.next(); event && types.length < 3; event = await events.next())
      types.push(event.type);
    expect(types).toEqual(['retry', 'snapshot', 'change']);
  });

  test('are the same ones for clients that come while much changes, with one snapshot for many', async () => {
    const { source, clock, readEvents } = createScene({ maxQueuedBytes: 500 });
    for (let index = 0; index < 40; index += 1) source.track(`row ${index}`, { state: 'running' });
    const ids = new Set<string | undefined>();
    for (let round = 1; round <= 8; round += 1) {
      source.change('row 7', { percent: round });
      const events = await readEvents();
      await clock.advance(100);
      await events.next();
      const first = await events.next();
      ids.add(first?.id);
      expect(first).toMatchObject({ type: 'snapshot', data: { total: 40 } });
      let last = first;
      while (last?.data.rows.every(isOlderThan(round))) last = await events.next();
      expect(last?.data.rows).toContainEqual(
        expect.objectContaining({
          key: 'row 7',
          status: expect.objectContaining({ progress: { percent: round } }),
        }),
      );
    }
    expect(ids.size).toBe(1);
  });

  test('are not begun by one who only asks for the headers', async () => {
    const { ask, clock } = createScene({ maxStreams: 1 });
    const headers = await ask('/statuses/events', { method: 'HEAD' });
    expect([headers.status, await headers.text()]).toEqual([200, '']);
    expect(headers.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(clock.pendingTimers).toBe(0);
    expect((await ask('/statuses/events')).status).toBe(200);
  });

  test('show that they are alive while nothing changes', async () => {
    const { clock, readEvents } = createScene();
    const events = await readEvents();
    await events.next();
    await events.next();
    await clock.advance(20_000);
    expect(await events.next()).toMatchObject({ type: 'alive' });
  });

  test('end with the request, with the reader and with the handler, and leave no timer', async () => {
    const { clock, handler, readEvents, source } = createScene();
    const watched = source.listeners;
    const controller = new AbortController();
    const [aborted, canceled, closed] = [
      await readEvents({}, controller.signal),
      await readEvents(),
      await readEvents(),
    ];
    controller.abort();
    await canceled?.cancel();
    handler.close();
    for (const events of [aborted, closed]) {
      while (await events?.next());
    }
    expect(clock.pendingTimers).toBe(0);
    expect(source.listeners).toBe(watched);
  });

  test('are refused to one client too many, which may come back', async () => {
    const { ask, readEvents } = createScene({ maxStreams: 1 });
    const first = await readEvents();
    const refused = await ask('/statuses/events');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
    await first.cancel();
    expect((await ask('/statuses/events')).status).toBe(200);
  });
});

describe('the history', () => {
  test('is of one migration, with what may be done to it', async () => {
    const { ask, source } = createScene({
      actions: [
        { name: 'refresh', run: () => {} },
        { name: 'cancel', run: () => {}, isOffered: () => false },
      ],
    });
    source.track('acme/a b', { state: 'pending' });
    source.change('acme/a b', { state: 'running' });
    expect(await (await ask('/statuses/history?key=acme%2Fa%20b')).json()).toMatchObject({
      key: 'acme/a b',
      states: [{ state: 'pending' }, { state: 'running' }],
      actions: ['refresh'],
    });
    expect((await ask('/statuses/history?key=b')).status).toBe(404);
  });
});

describe('an action', () => {
  const post = (body: unknown, headers: Record<string, string> = {}) => ({
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { origin: 'http://localhost:8080', ...headers },
  });

  test('is run for the row', async () => {
    const run = vi.fn<(row: MigrationRow) => void>();
    const { ask, source } = createScene({ actions: [{ name: 'refresh', run }] });
    const row = source.track('a', { state: 'running' });
    expect((await ask('/statuses/refresh', post({ key: 'a' }))).status).toBe(204);
    expect(run.mock.calls).toEqual([[row]]);
  });

  test('that fails says why', async () => {
    const message = 'The provider has no way to cancel it.';
    const run = () => Promise.reject(new ConfigurationError({ option: 'adapter', message }));
    const { ask, source } = createScene({ actions: [{ name: 'cancel', run }] });
    source.track('a', { state: 'running' });
    const response = await ask('/statuses/cancel', post({ key: 'a' }));
    expect([response.status, await response.json()]).toEqual([
      502,
      { error: 'The provider has no way to cancel it.' },
    ]);
  });

  test.each([new Error('canary'), 'canary', { message: 'canary' }, undefined])(
    'that fails with what is not ours tells nothing of it: %j',
    async (thrown) => {
      const print = vi.mocked(console.error).mockImplementationOnce(() => {});
      const onActionError = vi.fn();
      for (const options of [{}, { onActionError }]) {
        const actions = [{ name: 'cancel', run: () => Promise.reject(thrown) }] as const;
        const { ask, source } = createScene({ actions, ...options });
        source.track('a', { state: 'running' });
        const response = await ask('/statuses/cancel', post({ key: 'a' }));
        expect([response.status, await response.json()]).toEqual([502, { error: 'It did not succeed.' }]);
      }
      expect(print.mock.calls.splice(0)).toEqual([['migration-status: an action failed', thrown]]);
      expect(onActionError.mock.calls).toEqual([[thrown]]);
    },
  );

  test.each([
    ['nothing that the operator allows', '/statuses/cancel', post({ key: 'a' }), 404],
    ['nobody', '/statuses/refresh', post({ key: 'b' }), 404],
    ['no JSON', '/statuses/refresh', post('{'), 404],
    ['far too much', '/statuses/refresh', post({ key: 'a', more: 'x'.repeat(20_000) }), 404],
    ['a look', '/statuses/refresh', {}, 405],
    ['another page', '/statuses/refresh', post({ key: 'a' }, { origin: 'http://elsewhere.example' }), 403],
    ['no page at all', '/statuses/refresh', { method: 'POST', body: '{"key":"a"}' }, 403],
  ])('is not run for %s', async (_title, path, init, status) => {
    const run = vi.fn();
    const { ask, source } = createScene({ actions: [{ name: 'refresh', run }] });
    source.track('a', { state: 'running' });
    expect((await ask(path, init)).status).toBe(status);
    expect(run).not.toHaveBeenCalled();
  });

  test('is not offered for what has ended', async () => {
    const run = vi.fn();
    const { ask, handler, source } = createScene({
      actions: [{ name: 'cancel', run, isOffered: () => false }],
    });
    source.track('a', { state: 'succeeded' });
    expect((await ask('/statuses/cancel', post({ key: 'a' }))).status).toBe(409);
    expect(run).not.toHaveBeenCalled();
    handler.close();
  });
});

describe('access', () => {
  const paths = ['/statuses', '/statuses/events', '/statuses/history?key=a'];

  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'localhost@evil.example'])(
    'is refused to a page that calls us %s',
    async (host) => {
      for (const path of [...paths, '/']) {
        expect((await createScene().ask(path, { headers: { host } })).status).toBe(421);
      }
    },
  );

  test.each(['localhost', 'LOCALHOST:99', '127.0.0.1:8080', '[::1]:8080'])(
    'is open to this machine as %s',
    async (host) => {
      expect((await createScene().ask('/statuses', { headers: { host } })).status).toBe(200);
    },
  );

  test.each([
    { origin: 'http://elsewhere.example' },
    { origin: 'null' },
    { origin: 'http://localhost:8081' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('is refused to another page: %j', async (headers) => {
    for (const path of paths) expect((await createScene().ask(path, { headers })).status).toBe(403);
  });

  test('with a token is only for those who show it', async () => {
    const { ask } = createScene({ token });
    for (const path of paths) {
      for (const authorization of [
        '',
        'Bearer',
        `Basic ${token}`,
        `Bearer ${token}x`,
        `Bearer ${token.slice(1)}`,
      ]) {
        const response = await ask(path, { headers: { authorization } });
        expect([response.status, await response.json()]).toEqual([401, { error: 'A token is needed.' }]);
      }
    }
    expect((await ask('/statuses', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  });

  test('is kept by a cookie that is not the token', async () => {
    const { ask } = createScene({ token });
    const origin = 'http://localhost:8080';
    const signIn = (given: string) =>
      ask('/session', { method: 'POST', headers: { origin }, body: JSON.stringify({ token: given }) });
    expect((await signIn('wrong-wrong-wrong-wrong')).status).toBe(401);
    const response = await signIn(token);
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(response.status).toBe(204);
    expect(cookie).toMatch(/^migration-status=[\da-f]{64}; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(cookie).not.toContain(token);
    const [kept = ''] = cookie.split(';');
    expect((await ask('/statuses', { headers: { cookie: `a=b; ${kept}` } })).status).toBe(200);
    expect((await ask('/statuses', { headers: { cookie: `${kept}0` } })).status).toBe(401);
  });

  test('is what the application says where it has sessions of its own', async () => {
    const { ask } = createScene({
      hosts: ['status.example.com'],
      authorize: async (request) => request.headers.get('cookie') === 'session=1',
    });
    const headers = { host: 'status.example.com' };
    expect((await ask('/statuses', { headers })).status).toBe(401);
    expect((await ask('/statuses', { headers: { ...headers, cookie: 'session=1' } })).status).toBe(200);
  });
});

test.each([
  [{ basePath: 'admin' }, 'basePath'],
  [{ hosts: [] }, 'hosts'],
  [{ hosts: ['localhost:8080'] }, 'hosts'],
  [{ hosts: ['status.example.com'] }, 'token'],
  [{ token: 'short' }, 'token'],
  [{ token: `${token} with a space` }, 'token'],
  [{ actions: [{ name: 'delete', run() {} }] }, 'actions'],
  [{ actions: [{ name: 'cancel' }] }, 'actions'],
  [{ maxStreams: 0 }, 'maxStreams'],
  [{ flushMs: 1.5 }, 'flushMs'],
  [{ clock: {} }, 'clock'],
  [{ maxQueuedBytes: -1 }, 'maxQueuedBytes'],
  [{ authorize: true }, 'authorize'],
  [{ Title: 'x' }, 'Title'],
])('the options %j are refused', (options, option) => {
  const view = createStatusView(createManualSource());
  expect(() => createStatusHandler(view, options as StatusHandlerOptions)).toThrow(
    expect.objectContaining({ name: 'ConfigurationError', option }),
  );
});

/** Whether a row is not yet as far as the test has brought it. */
function isOlderThan(percent: number): (row: RowJson) => boolean {
  return ({ key, status }) => key !== 'row 7' || status?.progress?.percent !== percent;
}
