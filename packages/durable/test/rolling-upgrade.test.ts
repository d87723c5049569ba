import type { EnginePolicy, MigrationState } from '@migration-status/core';
import { afterEach, describe, expect, it } from 'vitest';
import { createScriptedAdapter, toReading } from '../../../test/support/scripted-adapter.ts';
import {
  createDurableTracker,
  createDurableWorker,
  type DurableOptions,
  type DurableTracker,
} from '../src/index.ts';
import { migrateSchema } from '../src/schema/migrate-schema.ts';
import { type SchemaStep, schemaSteps, schemaVersion } from '../src/schema/schema-steps.ts';
import { createWorker } from '../src/worker/worker.ts';
import { useDatabases } from './databases.ts';
import { waitUntil } from './wait-until.ts';

const databases = useDatabases();
const policy: Partial<EnginePolicy> = { floorMs: 20, ceilingMs: 40, requestsPerSecond: 1_000, burst: 100 };
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

/** What the version after this one might bring. */
function toNextStep(worksFrom: number): SchemaStep {
  const statements = `
alter table migrations add column note text not null default 'new';
alter table shards add column note text;
create table notes (id bigint primary key);
`;
  return { version: schemaVersion + 1, worksFrom, statements };
}

/** Migrations of two lanes, which run until they are told to end. */
function createPatientAdapter() {
  let hasEnded = false;
  const adapter = createScriptedAdapter({
    script: () => [() => toReading(hasEnded ? 'succeeded' : 'running')],
    lane: (id) => `https://${id.slice(0, 1)}.example`,
  });
  return {
    adapter,
    end() {
      hasEnded = true;
    },
  };
}

function toOptions(schema: string, { adapter }: ReturnType<typeof createPatientAdapter>) {
  const errors: unknown[] = [];
  const options: DurableOptions = {
    connectionString: databases.server().connectionString,
    schema,
    adapters: [adapter],
    policy,
    packMs: 100,
    onError: (error) => errors.push(error),
  };
  return { options, errors };
}

function areAll(tracker: DurableTracker, count: number, state: MigrationState): boolean {
  return tracker.rows().filter(({ status }) => status?.state === state).length === count;
}

const ids = ['a1', 'a2', 'a3', 'b1', 'b2', 'b3'];

describe('a worker of this version', () => {
  it('works on beside one of the next, which has migrated the schema under it', async () => {
    const schema = 'rolling_beside';
    const database = databases.of('PostgreSQL');
    const patient = createPatientAdapter();
    const { options, errors } = toOptions(schema, patient);
    const tracker = await createDurableTracker(options);
    opened.push(tracker);
    await tracker.trackAll(
      patient.adapter,
      ids.map((id) => ({ id })),
    );
    await waitUntil('all run', () => areAll(tracker, 6, 'running'));
    await migrateSchema(database, schema, [...schemaSteps, toNextStep(schemaVersion)]);
    const next = createWorker({
      ...options,
      database,
      schema,
      maxShards: 100,
      packMs: 100,
      splitAbove: 1_000,
      onError: (error) => errors.push(error),
    });
    opened.push({ close: () => next.drain() });
    await next.start();
    await waitUntil('the next one has a lane', () => next.load.migrations === 3);
    await tracker.trackAll(patient.adapter, [{ id: 'a4' }, { id: 'b4' }]);
    patient.end();
    await waitUntil('all have ended', () => areAll(tracker, 8, 'succeeded'));
    for (const id of ids) {
      const states = (await tracker.transitionsOf(`acme/${id}`)).map(({ to }) => to);
      expect(states).toEqual(['running', 'succeeded']);
    }
    expect(errors).toEqual([]);
  });

  it('lets go of everything, and says so once, when the next one has made a schema that it cannot work with', async () => {
    const schema = 'rolling_over';
    const database = databases.of('PostgreSQL');
    const patient = createPatientAdapter();
    const { options, errors } = toOptions(schema, patient);
    const worker = await createDurableWorker(options);
    opened.push(worker);
    const { options: lookerOptions, errors: lookerErrors } = toOptions(schema, patient);
    const looker = await createDurableTracker({ ...lookerOptions, worker: false });
    opened.push(looker);
    await looker.trackAll(
      patient.adapter,
      ids.map((id) => ({ id })),
    );
    await waitUntil('all run', () => areAll(looker, 6, 'running'));
    const steps = [...schemaSteps, toNextStep(schemaVersion + 1)];
    const unsupported = {
      code: 'database_unsupported',
      message: expect.stringMatching(/update this package/),
    };
    await expect(migrateSchema(database, schema, steps)).rejects.toMatchObject(unsupported);
    await waitUntil('it has let go', () => worker.load.shards === 0);
    await waitUntil('both have said so', () => errors.length > 0 && lookerErrors.length > 0);
    const toFree = async () =>
      (await database.query(`select state from ${schema}_jobs.job where state < 'completed'`)).map(
        ({ state }) => state,
      );
    await waitUntil('the next one can take everything', async () => (await toFree()).length === 2);
    const { length } = patient.adapter.reads;
    await waitUntil('it is asked again', async () => {
      // Nobody reads, and so nobody answers.
      looker
        .track(patient.adapter, { id: 'a1' })
        .refresh()
        .catch(() => {});
      return (await looker.count()).waitingMessages > 30;
    });
    expect(await toFree()).toEqual(['created', 'created']);
    expect(patient.adapter.reads).toHaveLength(length);
    expect(errors).toMatchObject([unsupported]);
    expect(lookerErrors).toMatchObject([unsupported]);
    for (const more of [{}, { migrate: false }, { worker: false, migrate: false }]) {
      await expect(createDurableTracker({ ...options, ...more })).rejects.toMatchObject(unsupported);
    }
    await database.run(`delete from ${schema}.steps where version > ${schemaVersion}`);
    await waitUntil('it follows again', () => worker.load.migrations === ids.length);
    expect(errors).toHaveLength(1);
  });

  it('shows what others write again, once the schema is one that it can work with', async () => {
    const schema = 'rolling_back';
    const database = databases.of('PostgreSQL');
    const patient = createPatientAdapter();
    const { options, errors } = toOptions(schema, patient);
    const looker = await createDurableTracker({ ...options, worker: false });
    opened.push(looker);
    const steps = [...schemaSteps, toNextStep(schemaVersion + 1)];
    await expect(migrateSchema(database, schema, steps)).rejects.toThrow();
    await waitUntil('it has said so', () => errors.length > 0);
    await database.run(`delete from ${schema}.steps where version > ${schemaVersion}`);
    await looker.trackAll(patient.adapter, [{ id: 'a1' }]);
    await waitUntil('it is shown', () => looker.size === 1);
    expect(errors).toHaveLength(1);
  });

  it('goes on from the oldest schema that there was, with what is in it', async () => {
    const schema = 'rolling_oldest';
    const database = databases.of('PostgreSQL');
    const patient = createPatientAdapter();
    const { options, errors } = toOptions(schema, patient);
    // Where there are later steps, this code cannot work with the first alone, and says so.
    await migrateSchema(database, schema, schemaSteps.slice(0, 1)).catch((error) => {
      expect(error).toMatchObject({ code: 'database_unsupported', message: /migrate it first/ });
    });
    const lane = 'https://a.example';
    const row = { provider: 'acme', key: 'acme/a1', lane, ref: { id: 'a1' }, trackedAt: 1_000 };
    await database.run(`insert into ${schema}.shards (lane) values ('${lane}')`);
    await database.query(
      `insert into ${schema}.migrations (key, provider, lane, shard_id, row) values ($1, $2, $3, 1, $4)`,
      [row.key, row.provider, lane, JSON.stringify(row)],
    );
    const tracker = await createDurableTracker(options);
    opened.push(tracker);
    patient.end();
    expect(await tracker.track(patient.adapter, { id: 'a1' }).settled()).toMatchObject({
      state: 'succeeded',
    });
    expect(errors).toEqual([]);
  });
});

describe('the steps of the schema', () => {
  it('let a worker of the version before each work on, and take nothing away', () => {
    for (const [index, { version, worksFrom, statements }] of schemaSteps.entries()) {
      expect(version).toBe(index + 1);
      expect(worksFrom).toBeLessThanOrEqual(Math.max(1, version - 1));
      expect(statements).not.toMatch(/\b(?:drop|rename|truncate|alter column)\b/i);
    }
  });
});
