import type { EnginePolicy, MigrationAdapter } from '@migration-status/core';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createScriptedAdapter,
  type ScriptedAnswer,
  toReading,
} from '../../../test/support/scripted-adapter.ts';
import { migrateSchema } from '../src/schema/migrate-schema.ts';
import { createMigrationStore } from '../src/store/migration-store.ts';
import { createShardStore } from '../src/store/shard-store.ts';
import { createWorker, type Worker, type WorkerOptions } from '../src/worker/worker.ts';
import { useDatabases } from './databases.ts';
import { waitUntil } from './wait-until.ts';

const databases = useDatabases();
const policy: Partial<EnginePolicy> = {
  floorMs: 20,
  ceilingMs: 40,
  concurrency: 100,
  requestsPerSecond: 1_000,
  burst: 100,
};
const workers: Worker[] = [];
let schemas = 0;

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.drain()));
});

async function open(kind: 'PostgreSQL' | 'PGlite') {
  const database = databases.of(kind);
  schemas += 1;
  const schema = `worker_${schemas}`;
  await migrateSchema(database, schema);
  const migrations = createMigrationStore(database, schema);
  const errors: unknown[] = [];

  async function startWorker(adapters: readonly MigrationAdapter[], more: Partial<WorkerOptions> = {}) {
    const worker = createWorker({
      database,
      schema,
      adapters,
      policy,
      maxShards: 100,
      packMs: 100,
      splitAbove: 1_000,
      onError: (error) => errors.push(error),
      ...more,
    });
    workers.push(worker);
    await worker.start();
    return worker;
  }

  function register(adapter: MigrationAdapter, ids: readonly string[]) {
    return migrations.register(
      ids.map((id) => ({
        provider: adapter.provider,
        key: adapter.key({ id }),
        lane: adapter.lane({ id }),
        ref: { id },
        trackedAt: Date.now(),
      })),
    );
  }

  const historyOf = async (key: string) => (await migrations.transitionsOf(key)).map(({ to }) => to);
  const haveAllEnded = async () => {
    const { unsettled, waitingMessages } = await migrations.count();
    return unsettled === 0 && waitingMessages === 0;
  };
  return { database, schema, migrations, errors, startWorker, register, historyOf, haveAllEnded };
}

const story: readonly ScriptedAnswer[] = [toReading('pending'), toReading('running'), toReading('succeeded')];

describe.each(['PostgreSQL', 'PGlite'] as const)('a worker on %s', (kind) => {
  it('follows what was registered before and after its start, to the end', async () => {
    const { startWorker, register, historyOf, haveAllEnded, errors } = await open(kind);
    const adapter = createScriptedAdapter({ script: () => story });
    await register(adapter, ['a', 'b']);
    await startWorker([adapter]);
    await register(adapter, ['c']);
    await waitUntil('all have ended', haveAllEnded);
    for (const key of ['acme/a', 'acme/b', 'acme/c'])
      expect(await historyOf(key)).toEqual(['pending', 'running', 'succeeded']);
    expect(adapter.reads).toHaveLength(9);
    expect(errors).toEqual([]);
  });

  it('goes on where one before it has stopped', async () => {
    const { startWorker, register, migrations, historyOf, haveAllEnded, errors } = await open(kind);
    const before = createScriptedAdapter({ script: () => [toReading('pending'), toReading('running')] });
    await register(before, ['a']);
    const first = await startWorker([before]);
    await waitUntil('it runs', async () => (await historyOf('acme/a')).length === 2);
    await first.drain();
    const after = createScriptedAdapter({ script: () => [toReading('running'), toReading('succeeded')] });
    await startWorker([after]);
    await waitUntil('it has ended', haveAllEnded);
    expect((await migrations.transitionsOf('acme/a')).map(({ sequence, to }) => `${sequence} ${to}`)).toEqual(
      ['1 pending', '2 running', '3 succeeded'],
    );
    expect(errors).toEqual([]);
  });

  it('hands over without waiting for a read that never comes back, and tells of its shards', async () => {
    const { startWorker, register, migrations, historyOf, haveAllEnded, errors } = await open(kind);
    const before = createScriptedAdapter({ script: () => [toReading('running'), 'never'] });
    await register(before, ['a']);
    const told: string[] = [];
    const first = await startWorker([before], {
      onShard: ({ what, lane, migrations: count }) => told.push(`${what} ${lane} ${count}`),
    });
    await waitUntil('a read hangs', () => before.reads.length === 2);
    await waitUntil('the first is recorded', async () => (await historyOf('acme/a')).length === 1);
    await first.drain();
    expect(before.reads.at(-1)?.aborted).toBe(true);
    // Nothing is left to wait for: neither the job nor the name of the worker.
    expect(await migrations.count()).toMatchObject({ workers: 0, heldShards: 0, waitingShards: 1 });
    await startWorker([createScriptedAdapter({ script: () => [toReading('succeeded')] })]);
    await waitUntil('it has ended', haveAllEnded);
    expect(told.map((line) => line.replace(/ \d+$/, ''))).toEqual([
      'taken https://acme.example',
      'stopped https://acme.example',
    ]);
    expect(errors).toEqual([]);
  });

  it('hands over in the midst of effects that are many and one that hangs, and loses nothing that was pushed', async () => {
    const { database, schema, startWorker, register, migrations, ...found } = await open(kind);
    const { historyOf, haveAllEnded, errors } = found;
    await database.run(`create table ${schema}.effects (effect text)`);
    const ids = Array.from({ length: 250 }, (_, index) => `m${index}`);
    const before = createScriptedAdapter({ script: () => [toReading('pending')] });
    await register(before, [...ids, 'pushed']);
    const begun: string[] = [];
    const first = await startWorker([before], {
      async onTransition({ key, to }) {
        begun.push(`${key} ${to}`);
        if (key === 'acme/m240' || to === 'succeeded') await new Promise(() => {});
      },
    });
    await waitUntil('one hangs', () => begun.includes('acme/m240 pending'));
    const observedAt = new Date(Date.now() + 1_000).toISOString();
    const status = { key: 'acme/pushed', observedAt, ...toReading('succeeded') };
    // In a folder it waits until the effect that hangs is given up.
    const pushed = migrations.command('acme/pushed', { kind: 'push', status });
    await first.drain();
    await pushed;
    expect(await historyOf('acme/m240')).toEqual([]);
    const after = createScriptedAdapter({
      script: (id) => [toReading(id === 'pushed' ? 'pending' : 'succeeded')],
    });
    await startWorker([after], {
      async onTransition({ key, to }, querier) {
        await querier.query(`insert into ${schema}.effects values ($1)`, [`${key} ${to}`]);
      },
    });
    await waitUntil('all have ended', haveAllEnded);
    expect((await historyOf('acme/pushed')).at(-1)).toBe('succeeded');
    const effects = (await database.query(`select effect from ${schema}.effects`)).map(
      ({ effect }) => effect,
    );
    const ended = [...ids, 'pushed'].map((id) => `acme/${id} succeeded`);
    expect(effects.filter((effect) => String(effect).endsWith('succeeded')).sort()).toEqual(ended.sort());
    expect(errors).toEqual([]);
  });

  it('does what its inbox asks for', async () => {
    const { startWorker, register, migrations, historyOf, haveAllEnded } = await open(kind);
    const adapter = createScriptedAdapter({ script: () => [toReading('running')] });
    await register(adapter, ['pushed', 'forgotten']);
    await startWorker([adapter]);
    await waitUntil('both run', async () => (await historyOf('acme/forgotten')).length === 1);
    const observedAt = new Date(Date.now() + 1_000).toISOString();
    const status = { key: 'acme/pushed', observedAt, ...toReading('succeeded') };
    await migrations.command('acme/pushed', { kind: 'push', status });
    await migrations.forget('acme/forgotten');
    await waitUntil('nothing is left', haveAllEnded);
    expect(await historyOf('acme/pushed')).toEqual(['running', 'succeeded']);
    const { length } = adapter.reads;
    await register(adapter, ['forgotten']);
    await waitUntil('it is followed afresh', async () => (await historyOf('acme/forgotten')).length === 1);
    expect(adapter.reads.length).toBeGreaterThan(length);
  });
});

describe('a worker whose database does not answer any more', () => {
  it('is drained all the same', { timeout: 60_000 }, async () => {
    const { database, startWorker, register, historyOf } = await open('PostgreSQL');
    let isFrozen = false;
    const freeze = <Result>(work: () => Promise<Result>): Promise<Result> =>
      isFrozen ? new Promise(() => {}) : work();
    const frozen = {
      ...database,
      query: (text: string, values?: readonly unknown[]) => freeze(() => database.query(text, values)),
    };
    const adapter = createScriptedAdapter({ script: () => [toReading('running')] });
    await register(adapter, ['a']);
    const worker = await startWorker([adapter], { database: frozen });
    await waitUntil('it runs', async () => (await historyOf('acme/a')).length === 1);
    isFrozen = true;
    await worker.drain();
    const { length } = adapter.reads;
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    expect(adapter.reads.length).toBe(length);
  });
});

describe('a message about a migration that was forgotten meanwhile', () => {
  it('is thrown away', async () => {
    const { database, schema, migrations, startWorker, register, haveAllEnded } = await open('PostgreSQL');
    const adapter = createScriptedAdapter({ script: () => [toReading('succeeded')] });
    await register(adapter, ['a']);
    const first = await startWorker([adapter]);
    await waitUntil('it has ended', haveAllEnded);
    await first.drain();
    const again = { key: 'acme/a', provider: 'acme', lane: 'https://acme.example', trackedAt: Date.now() };
    await migrations.register([{ ...again, ref: { id: 'a', requestedAt: '2026-01-02T03:04:05Z' } }]);
    await migrations.retain(Date.now() + 60_000, 10);
    const [before] = await database.query(`select max(epoch)::int as epoch from ${schema}.shards`);
    await startWorker([adapter]);
    await waitUntil('it is gone', async () => (await migrations.count()).waitingMessages === 0);
    const [after] = await database.query(`select max(epoch)::int as epoch from ${schema}.shards`);
    expect(Number(after?.epoch) - Number(before?.epoch)).toBeLessThan(4);
  });
});

describe('several workers', () => {
  it('share the lanes among them, also with one that comes later', async () => {
    const { startWorker, register } = await open('PostgreSQL');
    const adapter = createScriptedAdapter({
      script: () => [toReading('running')],
      lane: (id) => `https://${id}.example`,
    });
    await register(adapter, ['a', 'b', 'c', 'd']);
    const first = await startWorker([adapter]);
    await waitUntil('the first has all', () => first.load.shards === 4);
    const second = await startWorker([adapter]);
    await waitUntil('each has two', () => first.load.shards === 2 && second.load.migrations === 2);
    await first.drain();
    await waitUntil('the second has all', () => second.load.migrations === 4);
  });

  it('read few shards at the same time when they take many', async () => {
    const { database, startWorker, register, errors } = await open('PostgreSQL');
    const adapter = createScriptedAdapter({
      script: () => [toReading('running')],
      lane: (id) => `https://${id}.example`,
    });
    const ids = Array.from({ length: 12 }, (_, index) => `m${index}`);
    await register(adapter, ids);
    const claimed: number[] = [];
    const watched: typeof database = {
      ...database,
      async query(text, values = []) {
        const [shardIds] = values;
        if (text.includes('set epoch = epoch + 1') && Array.isArray(shardIds)) claimed.push(shardIds.length);
        return database.query(text, values);
      },
    };
    const worker = await startWorker([adapter], { database: watched });
    await waitUntil('it has all', () => worker.load.migrations === ids.length);
    expect(claimed.length).toBeGreaterThan(1);
    expect(Math.max(...claimed)).toBe(5);
    expect(errors).toEqual([]);
  });

  it('leave a shard at once when somebody else has claimed it', async () => {
    const { database, schema, startWorker, register, historyOf } = await open('PostgreSQL');
    const adapter = createScriptedAdapter({ script: () => story });
    let isClaimed = false;
    const taken = createScriptedAdapter({
      script: () => [
        toReading('pending'),
        async () => {
          await waitUntil('the first is recorded', async () => (await historyOf('acme/a')).length === 1);
          const [shard] = await database.query(`select id::text as id from ${schema}.shards`);
          await createShardStore({ database, schema, workerId: 'somebody else' }).claim(String(shard?.id));
          isClaimed = true;
          return toReading('running');
        },
        toReading('succeeded'),
      ],
    });
    await register(adapter, ['a']);
    const worker = await startWorker([taken]);
    await waitUntil('it is claimed and let go of', () => isClaimed && worker.load.shards === 0);
    expect(await historyOf('acme/a')).toEqual(['pending']);
    expect(taken.reads).toHaveLength(2);
  });

  it('leave rows alone that none of them has an adapter for, and say so', async () => {
    const { database, schema, startWorker, register, migrations } = await open('PostgreSQL');
    const adapter = createScriptedAdapter({ script: () => story });
    const other = createScriptedAdapter({ script: () => story, lane: () => 'https://other.example' });
    await register(other, ['a']);
    await startWorker([adapter]);
    const toReason = async () => (await database.query(`select unserved from ${schema}.shards`))[0]?.unserved;
    await waitUntil('it is said', async () => (await toReason()) !== null);
    expect(await toReason()).toContain('"providers":["acme"]');
    expect(adapter.reads).toEqual([]);
    expect(await migrations.count()).toMatchObject({ unsettled: 1 });
  });

  it('cut a shard that is too large in two, each with half of the rate', async () => {
    const { database, schema, startWorker, register, historyOf } = await open('PostgreSQL');
    const adapter = createScriptedAdapter({ script: () => [toReading('running')] });
    const ids = Array.from({ length: 30 }, (_, index) => `m${index}`);
    await register(adapter, ids);
    const worker = await startWorker([adapter], { splitAbove: 20 });
    const toShards = () =>
      database.query(
        `select share, (select count(*) from ${schema}.migrations where shard_id = s.id)::int as rows from ${schema}.shards s`,
      );
    await waitUntil('there are two', async () => (await toShards()).length === 2);
    expect(await toShards()).toEqual([
      { share: 0.5, rows: 15 },
      { share: 0.5, rows: 15 },
    ]);
    await waitUntil('both are followed', () => worker.load.shards === 2 && worker.load.migrations === 30);
    expect(await historyOf('acme/m3')).toEqual(['running']);
  });

  it('put the parts of a lane together again once little is left, and never send more than the lane may', {
    timeout: 60_000,
  }, async () => {
    const { database, schema, startWorker, register, historyOf, haveAllEnded, errors } =
      await open('PostgreSQL');
    const sent: number[] = [];
    let isOver = false;
    const count = 40;
    const adapter = createScriptedAdapter({
      script: (id) => [
        () => {
          sent.push(performance.now());
          return toReading(isOver && id !== 'm1' && id !== 'm2' ? 'succeeded' : 'running');
        },
      ],
    });
    await register(
      adapter,
      Array.from({ length: count }, (_, index) => `m${index}`),
    );
    const limits = { concurrency: 8, requestsPerSecond: 80, burst: 8 };
    const more = { splitAbove: 12, policy: { ...policy, ...limits }, maxShards: 4 };
    const workers = [await startWorker([adapter], more), await startWorker([adapter], more)];
    const toShares = async () =>
      (await database.query(`select share from ${schema}.shards order by id`)).map(({ share }) => share);
    await waitUntil('it is cut', async () => (await toShares()).length >= 4);
    await waitUntil(
      'all are followed',
      () => workers.reduce((sum, { load }) => sum + load.migrations, 0) === count,
    );
    isOver = true;
    await waitUntil('it is one again', async () => (await toShares()).length === 1, 40_000);
    expect(await toShares()).toEqual([1]);
    await waitUntil('both that are left are followed by one', () =>
      workers.some(({ load }) => load.migrations === 2),
    );
    const { length } = sent;
    await waitUntil('they are read on', () => sent.length > length + 4);
    const busiest = Math.max(
      ...sent.map((from) => sent.filter((at) => at >= from && at < from + 1_000).length),
    );
    expect(busiest).toBeLessThanOrEqual(limits.requestsPerSecond + limits.burst);
    expect(await historyOf('acme/m1')).toEqual(['running']);
    expect(await historyOf('acme/m3')).toEqual(['running', 'succeeded']);
    expect(await haveAllEnded()).toBe(false);
    expect(errors).toEqual([]);
  });

  it('record everything else while the effect of one migration fails, and that one when it succeeds', async () => {
    const { migrations, startWorker, register, historyOf, haveAllEnded, errors } = await open('PostgreSQL');
    let isFailing = true;
    const effects: string[] = [];
    const adapter = createScriptedAdapter({ script: () => story });
    await register(adapter, ['good', 'bad', 'fine']);
    await startWorker([adapter], {
      async onTransition({ key, to }, querier) {
        if (key === 'acme/bad' && isFailing) await querier.query('select * from no_such_table');
        effects.push(`${key} ${to}`);
      },
    });
    await waitUntil(
      'the others have ended',
      async () => (await historyOf('acme/good')).length === 3 && (await historyOf('acme/fine')).length === 3,
    );
    expect(await historyOf('acme/bad')).toEqual([]);
    expect(await migrations.count()).toMatchObject({ unsettled: 1 });
    expect(errors[0]).toMatchObject({
      code: 'effect_failed',
      key: 'acme/bad',
      sequence: 1,
      cause: { message: /no_such_table/ },
    });
    isFailing = false;
    await waitUntil('it has ended too', haveAllEnded);
    expect(await historyOf('acme/bad')).toEqual(['pending', 'running', 'succeeded']);
    expect(effects.filter((effect) => effect.startsWith('acme/bad'))).toEqual([
      'acme/bad pending',
      'acme/bad running',
      'acme/bad succeeded',
    ]);
  });
});
