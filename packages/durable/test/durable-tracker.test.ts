import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createStatusView,
  type EnginePolicy,
  NotFoundOutError,
  WaitTimeoutError,
} from '@migration-status/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  createScriptedAdapter,
  type ScriptedAnswer,
  toReading,
} from '../../../test/support/scripted-adapter.ts';
import { readText } from '../../../test/support/workspace.ts';
import { openPostgres } from '../src/database/postgres-database.ts';
import {
  createDurableTracker,
  type DurableOptions,
  type DurableTracker,
  migrateDatabase,
  readDatabaseStatus,
} from '../src/index.ts';
import { layCable } from './cable.ts';
import { type PostgresServer, serverPassword, startPostgres } from './postgres-server.ts';
import { waitUntil } from './wait-until.ts';

const policy: Partial<EnginePolicy> = { floorMs: 20, ceilingMs: 40, requestsPerSecond: 1_000, burst: 100 };
const story: readonly ScriptedAnswer[] = [toReading('pending'), toReading('running'), toReading('succeeded')];
const trackers: DurableTracker[] = [];
let server: PostgresServer;
let folder: string;
let schemas = 0;

beforeAll(async () => {
  server = await startPostgres();
  folder = await mkdtemp(path.join(tmpdir(), 'durable-tracker-'));
}, 60_000);

afterEach(async () => {
  await Promise.all(trackers.splice(0).map((tracker) => tracker.close()));
});

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

function nextSchema(): string {
  schemas += 1;
  return `tracker_${schemas}`;
}

async function open(options: Partial<DurableOptions> & Pick<DurableOptions, 'adapters'>) {
  const place = options.dataDir === undefined ? { connectionString: server.connectionString } : {};
  const tracker = await createDurableTracker({
    ...place,
    policy,
    packMs: 100,
    onNotice: () => {},
    ...options,
  });
  trackers.push(tracker);
  return tracker;
}

describe('a durable tracker', () => {
  it.each(['PostgreSQL', 'PGlite'])(
    'does on %s what one in memory does',
    { timeout: 60_000 },
    async (kind) => {
      const adapter = createScriptedAdapter({ script: () => story });
      const dataDir = kind === 'PGlite' ? path.join(folder, 'same') : undefined;
      const tracker = await open({ adapters: [adapter], schema: nextSchema(), dataDir });
      const settled: string[] = [];
      tracker.on('settled', ({ row }) => settled.push(row.key));
      const view = createStatusView(tracker);
      const handle = tracker.track(adapter, { id: 'a' }, { name: 'handbook', group: 'wave', meta: 4711 });
      const added = await tracker.trackAll(adapter, [{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
      expect(added).toBe(2);
      expect(await handle.settled()).toMatchObject({ key: 'acme/a', state: 'succeeded', native: null });
      await waitUntil('all have ended', () => view.getSnapshot().done === 3);
      expect(view.getSnapshot()).toMatchObject({ total: 3, hasSucceeded: true });
      expect(tracker.get('acme/a')).toMatchObject({
        group: 'wave',
        name: 'handbook',
        meta: 4711,
        stopped: 'settled',
        reads: 3,
      });
      expect(settled.sort()).toEqual(['acme/a', 'acme/b', 'acme/c']);
      expect((await tracker.transitionsOf('acme/b')).map(({ from, to }) => [from, to])).toEqual([
        [undefined, 'pending'],
        ['pending', 'running'],
        ['running', 'succeeded'],
      ]);
    },
  );

  it('can be waited on, pushed to, refreshed and forgotten from a process that follows nothing', async () => {
    const schema = nextSchema();
    const adapter = createScriptedAdapter({ script: () => [toReading('running')] });
    const slow = { ...policy, pace: () => 60_000 };
    await open({ adapters: [adapter], schema, policy: slow });
    const looker = await open({ adapters: [adapter], schema, worker: false });
    const pushed = looker.track(adapter, { id: 'pushed' });
    const forgotten = looker.track(adapter, { id: 'forgotten' });
    await waitUntil('both were read', () => forgotten.row.reads === 1 && pushed.row.reads === 1);
    await pushed.refresh();
    await waitUntil('it was read again', () => pushed.row.reads === 2);
    const released = forgotten.settled().catch((error) => error);
    expect(await looker.forget('acme/forgotten')).toBe(true);
    expect(await released).toMatchObject({ code: 'released', status: { state: 'running' } });
    const observedAt = new Date(Date.now() + 1_000).toISOString();
    const { status } = pushed.row;
    if (status === undefined) throw new Error('it was read');
    expect(await looker.push({ ...status, state: 'failed', nativeState: 'failed', observedAt })).toBe(true);
    expect(await pushed.settled()).toMatchObject({ state: 'failed' });
    expect(await looker.push({ ...status, key: 'acme/none' })).toBe(false);
    expect(looker.size).toBe(1);
  });

  it('tells a process that follows nothing of progress, and of conditions that come and go', async () => {
    const schema = nextSchema();
    let isDown = false;
    const adapter = createScriptedAdapter({
      script: () => [
        () => {
          if (isDown) throw new Error('down');
          return toReading('running', { progress: { percent: 40 } });
        },
      ],
    });
    await open({
      adapters: [adapter],
      schema,
      policy: { ...policy, failureCeilingMs: 50, breakerAfter: 1_000 },
    });
    const looker = await open({ adapters: [adapter], schema, worker: false });
    const events: string[] = [];
    looker.on('condition', ({ condition, isActive }) => events.push(`${condition.kind} ${isActive}`));
    const { key } = looker.track(adapter, { id: 'a' });
    await waitUntil('progress is seen', () => looker.get(key)?.status?.progress?.percent === 40);
    isDown = true;
    await waitUntil('the outage is seen', () => events.length === 1);
    expect(looker.get(key)).toMatchObject({
      status: { state: 'running' },
      conditions: [{ kind: 'unreachable' }],
    });
    isDown = false;
    await waitUntil('its end is seen', () => events.length === 2);
    expect(events).toEqual(['unreachable true', 'unreachable false']);
  });

  it('is told of names and anomalies by other processes, and of no word that the provider said', async () => {
    const schema = nextSchema();
    const adapter = createScriptedAdapter({
      script: () => [toReading('unknown', { nativeState: 'HUH', native: { owner: 'jo@example.com' } })],
    });
    const worker = await open({ adapters: [adapter], schema });
    const looker = await open({ adapters: [adapter], schema, worker: false });
    const anomalies: string[] = [];
    looker.on('anomaly', ({ row, kind }) => anomalies.push(`${row.name} ${kind} ${row.status?.nativeState}`));
    worker.track(adapter, { id: 'a' }, { name: 'Team site', meta: 1 });
    await waitUntil('it is told', () => anomalies.length === 1);
    expect(anomalies).toEqual(['Team site unknown_state HUH']);
    expect(looker.get('acme/a')?.meta).toBeUndefined();
    expect(looker.get('acme/a')?.status?.native).toBeNull();
    worker.track(adapter, { id: 'a' }, { name: 'Renamed' });
    await waitUntil('it is renamed', () => looker.get('acme/a')?.name === 'Renamed');
    expect(worker.get('acme/a')?.meta).toBe(1);
    const { status } = looker.get('acme/a') ?? {};
    if (status === undefined) throw new Error('it was read');
    await worker.close();
    const observedAt = new Date(Date.now() + 1_000).toISOString();
    await looker.push({ ...status, observedAt, state: 'succeeded', native: { owner: 'jo@example.com' } });
    const database = await openPostgres({
      connectionString: server.connectionString,
      poolSize: 1,
      onError: () => {},
    });
    for (const table of ['migrations', 'shards', 'inbox']) {
      const rows = await database.query(`select t::text as text from ${schema}.${table} t`);
      expect(JSON.stringify(rows)).not.toContain('jo@example.com');
    }
    expect(await looker.count()).toMatchObject({ waitingMessages: 1 });
    await database.close();
  });

  it('looks once more before a wait gives up', async () => {
    const schema = nextSchema();
    const answers = [toReading('running'), toReading('succeeded')];
    const adapter = createScriptedAdapter({ script: () => answers });
    await open({ adapters: [adapter], schema, policy: { ...policy, pace: () => 60_000 } });
    const looker = await open({ adapters: [adapter], schema, worker: false });
    const handle = looker.track(adapter, { id: 'a' });
    await handle.settled({ until: ({ state }) => state === 'running' });
    expect(await handle.settled({ timeoutMs: 4_000 })).toMatchObject({ state: 'succeeded' });
  });

  it('hands to the program what goes wrong with promises that nobody looks at', async () => {
    const errors: unknown[] = [];
    const schema = nextSchema();
    const adapter = createScriptedAdapter({ script: () => [toReading('running')] });
    const tracker = await open({
      adapters: [adapter],
      schema,
      worker: false,
      onError: (error) => errors.push(error),
    });
    const database = await openPostgres({
      connectionString: server.connectionString,
      poolSize: 1,
      onError: () => {},
    });
    await database.run(`drop schema ${schema} cascade`);
    await database.close();
    tracker.track(adapter, { id: 'a' });
    void tracker.forget('acme/a');
    await waitUntil('both are told', () => errors.length >= 2);
    await waitUntil('it is not shown any more', () => tracker.size === 0);
  });

  it('says of a migration that no worker has the adapter of it', async () => {
    const schema = nextSchema();
    const adapter = createScriptedAdapter({ script: () => story });
    const other = createScriptedAdapter({ provider: 'other', script: () => story });
    await open({ adapters: [other], schema });
    const looker = await open({ adapters: [adapter], schema, worker: false });
    const handle = looker.track(adapter, { id: 'a' });
    await waitUntil('it is said', () => handle.row.conditions.length === 1);
    expect(handle.row.conditions[0]).toMatchObject({ kind: 'unreachable', message: /acme/ });
    await open({ adapters: [adapter], schema });
    expect(await handle.settled()).toMatchObject({ state: 'succeeded' });
  });

  it('follows a migration afresh that had ended, when its ref says something else', async () => {
    const schema = nextSchema();
    let turn = 'first';
    const adapter = createScriptedAdapter({
      script: () => [() => toReading(turn === 'first' ? 'succeeded' : 'failed')],
    });
    const tracker = await open({ adapters: [adapter], schema });
    expect(await tracker.track(adapter, { id: 'a' }).settled()).toMatchObject({ state: 'succeeded' });
    turn = 'second';
    const again = tracker.track(adapter, { id: 'a', requestedAt: 'later' });
    const status = await again.settled();
    expect((await tracker.transitionsOf('acme/a')).map(({ to }) => to)).toEqual(['succeeded', 'failed']);
    expect(status.state).toBe('failed');
    expect(await tracker.track(adapter, { id: 'a' }).settled()).toMatchObject({ state: 'failed' });
    expect(status.ref).toEqual({ id: 'a', requestedAt: 'later' });
  });

  it('ends waits at once when they are aborted, too long, or the tracker is closed', async () => {
    const adapter = createScriptedAdapter({ script: () => [toReading('running')] });
    const tracker = await open({ adapters: [adapter], schema: nextSchema() });
    const handle = tracker.track(adapter, { id: 'a' });
    await waitUntil('it was read', () => handle.row.reads > 0);
    const aborted = await handle.settled({ signal: AbortSignal.abort('enough') }).catch((error) => error);
    expect(aborted).toMatchObject({ code: 'aborted', cause: 'enough' });
    const late = await handle.settled({ timeoutMs: 10 }).catch((error) => error);
    expect(WaitTimeoutError.isInstance(late)).toBe(true);
    const waiting = handle.settled().catch((error) => error);
    await waitUntil('it waits', () => true);
    await tracker.close();
    const closed = await waiting;
    expect(NotFoundOutError.isInstance(closed) && closed.code).toBe('closed');
    expect(() => tracker.track(adapter, { id: 'b' })).toThrow(/closed/);
  });

  it('goes on after the connections were cut and the server was started again', {
    timeout: 60_000,
  }, async () => {
    const errors: unknown[] = [];
    let turn = 'before';
    const adapter = createScriptedAdapter({
      script: () => [() => toReading(turn === 'before' ? 'running' : 'succeeded')],
    });
    const tracker = await open({
      adapters: [adapter],
      schema: nextSchema(),
      onError: (error) => errors.push(error),
    });
    const handle = tracker.track(adapter, { id: 'a' });
    await waitUntil('it was read', () => handle.row.reads > 0);
    await server.restart();
    turn = 'after';
    expect(await handle.settled()).toMatchObject({ state: 'succeeded' });
    expect((await tracker.transitionsOf('acme/a')).map(({ to }) => to)).toEqual(['running', 'succeeded']);
    expect(errors.map(String).join('\n')).not.toContain(serverPassword);
  });
});

describe('a durable tracker whose connection that listens is cut without a word', () => {
  it('finds by looking what it would have been told', { timeout: 30_000 }, async () => {
    const schema = nextSchema();
    const cable = await layCable(server.port);
    const { href } = Object.assign(new URL(server.connectionString), { port: String(cable.port) });
    let state: 'running' | 'succeeded' = 'running';
    const adapter = createScriptedAdapter({ script: () => [() => toReading(state)] });
    await open({ adapters: [adapter], schema, connectionString: href });
    const looker = await open({ adapters: [adapter], schema, connectionString: href, worker: false });
    const view = createStatusView(looker);
    await waitUntil('both listen', () => cable.listeners === 3);
    cable.freezeListeners();
    const handle = looker.track(adapter, { id: 'a' });
    await handle.settled({ until: (status) => status.state === 'running' });
    state = 'succeeded';
    expect(await handle.settled()).toMatchObject({ state: 'succeeded' });
    expect(view.getSnapshot()).toMatchObject({ total: 1, hasSucceeded: true });
    await Promise.all(trackers.splice(0).map((tracker) => tracker.close()));
    cable.stop();
  });

  it('notices, and listens again', async () => {
    const cable = await layCable(server.port);
    const { href } = Object.assign(new URL(server.connectionString), { port: String(cable.port) });
    const database = await openPostgres({
      connectionString: href,
      poolSize: 1,
      onError: () => {},
      listenCheckMs: 100,
    });
    const told: string[] = [];
    const end = await database.listen('some_news', (payload) => told.push(payload));
    cable.freezeListeners();
    await waitUntil('it listens again', () => told.length === 2);
    await database.query(`select pg_notify('some_news', 'hello')`);
    await waitUntil('it is told', () => told.length === 3);
    expect(told).toEqual(['', '', 'hello']);
    await end();
    await database.close();
    cable.stop();
  });
});

describe('the rights of a durable tracker', () => {
  it('need be no more than the README says', async () => {
    const schema = nextSchema();
    const { connectionString } = server;
    await migrateDatabase({ connectionString, schema });
    const readme = readText('packages/durable/README.md');
    const [, grants = ''] = /```sql\n(.*?)```/s.exec(readme) ?? [];
    const owner = await openPostgres({ connectionString, poolSize: 1, onError: () => {} });
    await owner.run(
      `create role app login password 'app-4711'; ${grants.replaceAll('migration_status', schema)}`,
    );
    await owner.close();
    const adapter = createScriptedAdapter({ script: () => story });
    const errors: unknown[] = [];
    const tracker = await open({
      connectionString: connectionString.replace(`postgres:${serverPassword}`, 'app:app-4711'),
      adapters: [adapter],
      schema,
      migrate: false,
      onError: (error) => errors.push(error),
    });
    expect(await tracker.track(adapter, { id: 'a' }).settled()).toMatchObject({ state: 'succeeded' });
    expect(await tracker.forget('acme/a')).toBe(true);
    // Long enough for pg-boss to have looked after its queue.
    await waitUntil('a job has been looked for', async () => (await tracker.count()).migrations === 0);
    await tracker.close();
    expect(errors).toEqual([]);
  });
});

describe('the options of a durable tracker', () => {
  const adapters = [createScriptedAdapter({ script: {} })];

  it.each([
    ['connectionString', {}],
    ['connectionString', { connectionString: 'postgres://localhost', dataDir: 'data' }],
    ['connectionString', { connectionString: 'http://user:secret@localhost' }],
    ['schema', { connectionString: 'postgres://localhost', schema: 'a; drop' }],
    ['packMs', { connectionString: 'postgres://localhost', packMs: 0 }],
    ['adapters[0]', { connectionString: 'postgres://localhost', adapters: [{}] }],
    ['policy.floorMs', { connectionString: 'postgres://localhost', policy: { floorMs: -1 } }],
    ['wroker', { connectionString: 'postgres://localhost', wroker: true }],
  ])('name what does not fit: %s', async (option, given) => {
    const options: DurableOptions = Object.assign({ adapters }, given);
    await expect(createDurableTracker(options)).rejects.toMatchObject({
      code: 'invalid_configuration',
      option,
    });
  });

  it('can say that the schema is there already, and then it has to be', async () => {
    const schema = nextSchema();
    const place = { connectionString: server.connectionString, schema };
    const refused = createDurableTracker({ ...place, adapters, migrate: false });
    await expect(refused).rejects.toMatchObject({ code: 'database_unsupported' });
    expect(await readDatabaseStatus(place)).toMatchObject({ version: 0, isUsable: false });
    await migrateDatabase(place);
    trackers.push(await createDurableTracker({ ...place, adapters, migrate: false }));
  });
});
