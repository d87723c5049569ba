import type { EnginePolicy } from '@migration-status/core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createScriptedAdapter, toReading } from '../../../test/support/scripted-adapter.ts';
import type { Database } from '../src/database/database.ts';
import { openPostgres } from '../src/database/postgres-database.ts';
import { createDurableTracker, type DurableOptions, type DurableTracker } from '../src/index.ts';
import { type PostgresServer, serverPassword, startPostgres } from './postgres-server.ts';
import { waitUntil } from './wait-until.ts';

const policy: Partial<EnginePolicy> = { floorMs: 20, ceilingMs: 40, requestsPerSecond: 1_000, burst: 100 };
const trackers: DurableTracker[] = [];
let server: PostgresServer;
let database: Database;
let schemas = 0;

beforeAll(async () => {
  server = await startPostgres();
  database = await openPostgres({ ...server, poolSize: 2, onError: () => {} });
}, 60_000);

afterEach(async () => {
  await Promise.all(trackers.splice(0).map((tracker) => tracker.close()));
});

afterAll(async () => {
  await database?.close();
  await server?.stop();
});

function nextSchema(): string {
  schemas += 1;
  return `bad_${schemas}`;
}

async function open(options: Partial<DurableOptions> & Pick<DurableOptions, 'adapters' | 'schema'>) {
  const errors: unknown[] = [];
  const tracker = await createDurableTracker({
    connectionString: server.connectionString,
    policy,
    packMs: 100,
    onNotice: () => {},
    onError: (error) => errors.push(error),
    ...options,
  });
  trackers.push(tracker);
  return { tracker, errors };
}

/** An adapter whose migrations run until they are told to end. */
function createPatientAdapter() {
  let hasEnded = false;
  const adapter = createScriptedAdapter({
    script: () => [() => toReading(hasEnded ? 'succeeded' : 'running')],
  });
  return {
    adapter,
    end() {
      hasEnded = true;
    },
  };
}

function haveCode(errors: readonly unknown[], code: string): boolean {
  return errors.some((error) => error instanceof Error && Reflect.get(error, 'code') === code);
}

const toStates = async (tracker: DurableTracker, key: string) =>
  (await tracker.transitionsOf(key)).map(({ to }) => to);

describe('a database that goes away', () => {
  it('is told of, is asked for no reads meanwhile, and loses nothing', { timeout: 60_000 }, async () => {
    const { adapter, end } = createPatientAdapter();
    const { tracker, errors } = await open({ adapters: [adapter], schema: nextSchema() });
    const handle = tracker.track(adapter, { id: 'a' });
    await waitUntil('it runs', () => handle.row.status?.state === 'running');
    await server.halt();
    await waitUntil('it is told of', () => haveCode(errors, 'database_unreachable'));
    let reads = -1;
    await waitUntil('nothing is read any more', async () => {
      const before = reads;
      reads = adapter.reads.length;
      await new Promise((resolve) => {
        setTimeout(resolve, 300);
      });
      return before === reads;
    });
    end();
    expect(handle.row.status?.state).toBe('running');
    await server.resume();
    expect(await handle.settled()).toMatchObject({ state: 'succeeded' });
    expect(await toStates(tracker, handle.key)).toEqual(['running', 'succeeded']);
    expect(errors.map(String).join('\n')).not.toContain(serverPassword);
  });

  it('may refuse the password for a while', { timeout: 60_000 }, async () => {
    const { adapter, end } = createPatientAdapter();
    await database.run("create role follower superuser login password 'first-4711'");
    const connectionString = server.connectionString.replace(
      `postgres:${serverPassword}`,
      'follower:first-4711',
    );
    const { tracker, errors } = await open({ connectionString, adapters: [adapter], schema: nextSchema() });
    const handle = tracker.track(adapter, { id: 'a' });
    await waitUntil('it runs', () => handle.row.status?.state === 'running');
    const sendAway = "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'follower'";
    await database.run(`alter role follower password 'second-4711'; ${sendAway}`);
    await waitUntil('it is told of', () => haveCode(errors, 'database_refused'));
    await database.run("alter role follower password 'first-4711'");
    end();
    expect(await handle.settled()).toMatchObject({ state: 'succeeded' });
    expect(errors.map(String).join('\n')).not.toContain('first-4711');
  });

  it('may take no writes for a while', { timeout: 60_000 }, async () => {
    const { adapter, end } = createPatientAdapter();
    const { tracker, errors } = await open({ adapters: [adapter], schema: nextSchema() });
    const handle = tracker.track(adapter, { id: 'a' });
    await waitUntil('it runs', () => handle.row.status?.state === 'running');
    const sendAway = 'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()';
    await database.query('alter system set default_transaction_read_only = on');
    await database.query('select pg_reload_conf()');
    await database.query(sendAway).catch(() => {});
    await waitUntil('it is told of', () => haveCode(errors, 'database_read_only'));
    end();
    await database.query('alter system reset default_transaction_read_only');
    await database.query('select pg_reload_conf()');
    expect(await handle.settled()).toMatchObject({ state: 'succeeded' });
    expect(await toStates(tracker, handle.key)).toEqual(['running', 'succeeded']);
  });
});

describe('a replica', () => {
  it('can be looked at, and is refused where there is something to write', { timeout: 60_000 }, async () => {
    const schema = nextSchema();
    const { adapter } = createPatientAdapter();
    const first = await open({ adapters: [adapter], schema });
    const { key, stored } = first.tracker.track(adapter, { id: 'a' });
    await stored;
    const replica = await server.startReplica();
    try {
      const { connectionString } = replica;
      const place = { connectionString, adapters: [adapter], schema };
      await expect(open(place)).rejects.toMatchObject({ code: 'database_read_only' });
      await expect(open({ ...place, migrate: false })).rejects.toMatchObject({ code: 'database_read_only' });
      const { tracker: looker } = await open({ ...place, migrate: false, worker: false });
      await waitUntil('it is seen', () => looker.get(key)?.status?.state === 'running');
      const refused = looker.track(adapter, { id: 'b' }).stored;
      await expect(refused).rejects.toMatchObject({ code: 'database_read_only' });
      await looker.close();
    } finally {
      await replica.stop();
    }
  });
});

describe('a stored row that cannot be read', () => {
  it('is told of, keeps nobody else up, and is followed again when it is tracked again', async () => {
    const schema = nextSchema();
    const { adapter, end } = createPatientAdapter();
    const looking = await open({ adapters: [adapter], schema, worker: false });
    await looking.tracker.trackAll(adapter, [{ id: 'good' }, { id: 'torn' }, { id: 'odd' }]);
    const { tracker: before } = await open({ adapters: [adapter], schema });
    await waitUntil(
      'all run',
      () => before.rows().filter(({ status }) => status?.state === 'running').length === 3,
    );
    await before.close();
    await database.run(
      `update ${schema}.shards set packed = '{"lanes":';
       update ${schema}.migrations set row = '{"provider":' where key = 'acme/torn';
       update ${schema}.migrations set row = '{"provider":"acme","key":"acme/odd","lane":7}' where key = 'acme/odd'`,
    );
    const { tracker, errors } = await open({ adapters: [adapter], schema });
    const conditions: string[] = [];
    tracker.on('condition', ({ row, condition }) => conditions.push(`${row.key} ${condition.kind}`));
    for (const key of ['acme/torn', 'acme/odd']) {
      expect(tracker.get(key)?.conditions).toMatchObject([
        { kind: 'unreachable', message: /cannot be read/ },
      ]);
    }
    const { length } = adapter.reads;
    await waitUntil('the other one is read', () => adapter.reads.length > length + 3);
    end();
    expect(await tracker.track(adapter, { id: 'good' }).settled()).toMatchObject({ state: 'succeeded' });
    await waitUntil('it is told of', () => errors.length >= 2);
    expect(errors.map(String).toSorted().slice(0, 2)).toEqual([
      'Error: acme/odd: its stored row cannot be read',
      'Error: acme/torn: its stored row cannot be read',
    ]);
    for (const id of ['torn', 'odd']) {
      expect(await tracker.track(adapter, { id }).settled()).toMatchObject({ state: 'succeeded' });
      expect(await toStates(tracker, `acme/${id}`)).toEqual(['running', 'succeeded']);
      expect(tracker.get(`acme/${id}`)?.conditions).toEqual([]);
    }
  });
});

describe('a stored row of an adapter that no worker has', () => {
  it('shows that once, for as long as it is so', async () => {
    const schema = nextSchema();
    const { adapter } = createPatientAdapter();
    const other = createScriptedAdapter({ provider: 'other', script: () => [toReading('running')] });
    const { tracker: looker } = await open({ adapters: [adapter], schema, worker: false });
    const told: string[] = [];
    looker.on('condition', ({ condition, isActive }) => told.push(`${condition.kind} ${isActive}`));
    const { stored } = looker.track(adapter, { id: 'a' });
    await stored;
    const { errors } = await open({ adapters: [other], schema });
    const countClaims = async () =>
      Number((await database.query(`select max(epoch)::int as epoch from ${schema}.shards`))[0]?.epoch);
    await waitUntil('it was taken up more than once', async () => (await countClaims()) > 2);
    expect([told, errors]).toEqual([['unreachable true'], []]);
    await open({ adapters: [adapter], schema });
    await waitUntil('it is followed', () => looker.get('acme/a')?.status?.state === 'running');
    await waitUntil('that is told', () => told.length > 1);
    expect(told).toEqual(['unreachable true', 'unreachable false']);
  });
});
