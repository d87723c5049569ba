import { afterEach, describe, expect, it } from 'vitest';
import { createScriptedAdapter, toReading } from '../../../test/support/scripted-adapter.ts';
import type { Database } from '../src/database/database.ts';
import { DatabaseError } from '../src/database/database-error.ts';
import {
  createDurableTracker,
  createDurableWorker,
  createHealthHandler,
  type HealthSource,
} from '../src/index.ts';
import { createProcessCounters } from '../src/metrics/process-counters.ts';
import type { HealthCheck } from '../src/operations/health.ts';
import { createOperations } from '../src/operations/operations.ts';
import { createMigrationStore } from '../src/store/migration-store.ts';
import { useDatabases } from './databases.ts';

const databases = useDatabases();
const opened: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of opened.splice(0)) await each[Symbol.asyncDispose]();
});

function createSource(life: HealthCheck, readiness: readonly HealthCheck[]): HealthSource {
  return { checkLife: () => [life], checkReadiness: async () => readiness };
}

const beating: HealthCheck = { name: 'loop', isOk: true };
const ask = (handle: (request: Request) => Promise<Response>, path: string, init?: RequestInit) =>
  handle(new Request(`http://10.0.0.7:9000${path}`, init));

describe('the answers to probes', () => {
  it('say each check, and 503 where one of them fails', async () => {
    const stalled: HealthCheck = { name: 'loop', isOk: false, code: 'stalled' };
    const handle = createHealthHandler(createSource(stalled, [beating]));
    const live = await ask(handle, '/livez');
    expect([live.status, await live.json()]).toEqual([503, { status: 'failing', checks: [stalled] }]);
    const ready = await ask(handle, '/ops/readyz');
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ok', checks: [beating] }]);
    expect(ready.headers.get('cache-control')).toBe('no-store');
  });

  it('have no body for HEAD, and are for reading only', async () => {
    const handle = createHealthHandler(createSource(beating, [{ ...beating, isOk: false }]));
    const head = await ask(handle, '/readyz', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([503, '']);
    const post = await ask(handle, '/readyz', { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect((await ask(handle, '/metrics')).status).toBe(404);
  });

  it('are for the names of the server only, where it has some', async () => {
    const handle = createHealthHandler(createSource(beating, [beating]), { hosts: ['localhost', '[::1]'] });
    expect((await ask(handle, '/livez')).status).toBe(403);
    for (const host of ['localhost', 'localhost:9000', '[::1]:9000'])
      expect((await ask(handle, '/livez', { headers: { host } })).status).toBe(200);
    const hosts = JSON.parse('"localhost"');
    expect(() => createHealthHandler(createSource(beating, []), { hosts })).toThrow(/"hosts" must be/);
  });
});

describe('how a process is', () => {
  function open(database: Partial<Database>, schema = 'none', beatenAt = () => performance.now()) {
    const whole = { ...databases.of('PostgreSQL'), ...database };
    return createOperations({
      database: whole,
      schema,
      store: createMigrationStore(whole, schema),
      counters: createProcessCounters(),
      beatenAt,
      isClosing: () => false,
    });
  }

  const failing = async (source: HealthSource) => (await source.checkReadiness()).filter(({ isOk }) => !isOk);

  it('depends on its loop, whatever becomes of the database', async () => {
    const query = async () => Promise.reject(new Error('secret words'));
    expect(open({ query }).checkLife()).toEqual([beating]);
    const slow = open({ query }, 'none', () => performance.now() - 61_000);
    expect(slow.checkLife()).toEqual([{ name: 'loop', isOk: false, code: 'stalled' }]);
    expect(await failing(slow)).toEqual([
      { name: 'loop', isOk: false, code: 'stalled' },
      { name: 'database', isOk: false, code: 'failed' },
    ]);
  });

  it('is told by the code of what is wrong with the database', async () => {
    const error = new DatabaseError({ code: 'database_unreachable', message: 'db.example.com is away' });
    expect(await failing(open({ query: async () => Promise.reject(error) }))).toEqual([
      { name: 'database', isOk: false, code: 'database_unreachable' },
    ]);
    expect(await failing(open({ query: async () => [{ read_only: 'on' }] }))).toEqual([
      { name: 'database', isOk: false, code: 'database_read_only' },
    ]);
    expect(await failing(open({}))).toEqual([{ name: 'schema', isOk: false, code: 'database_unsupported' }]);
  });

  it('is found out with one question, however many ask', async () => {
    let questions = 0;
    const answer = Promise.withResolvers<[]>();
    const query = () => {
      questions += 1;
      return answer.promise;
    };
    const source = open({ query });
    const asked = [source.checkReadiness(), source.checkReadiness(), source.checkReadiness()];
    answer.reject(new Error('it breaks'));
    await Promise.all(asked);
    expect(questions).toBe(1);
  });
});

describe('the health of a tracker and of a worker', () => {
  const adapter = createScriptedAdapter({ script: { a: [toReading('running')] } });

  it.each([
    ['a tracker', createDurableTracker],
    ['a worker', createDurableWorker],
  ])('is good while %s is open, and readiness ends before anything else does', async (_name, create) => {
    const { connectionString } = databases.server();
    const durable = await create({ connectionString, schema: 'health', adapters: [adapter] });
    opened.push(durable);
    const handle = createHealthHandler(durable);
    expect((await ask(handle, '/livez')).status).toBe(200);
    const ready = await ask(handle, '/readyz');
    expect(await ready.json()).toEqual({
      status: 'ok',
      checks: ['open', 'loop', 'database', 'schema'].map((name) => ({ name, isOk: true })),
    });
    const closing = durable.close();
    const drained = await ask(handle, '/readyz');
    expect([drained.status, (await drained.json()).checks]).toEqual([
      503,
      [{ name: 'open', isOk: false, code: 'draining' }],
    ]);
    await closing;
    expect((await ask(handle, '/livez')).status).toBe(200);
    expect((await ask(handle, '/readyz')).status).toBe(503);
  });
});
