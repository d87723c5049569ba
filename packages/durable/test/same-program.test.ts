import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  createStatusView,
  createTracker,
  type MigrationAdapter,
  type MigrationHandle,
  type MigrationRow,
  type Tracker,
  toSnapshotJson,
} from '@migration-status/core';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  createScriptedAdapter,
  type ScriptedAnswer,
  type ScriptedRef,
  toReading,
} from '../../../test/support/scripted-adapter.ts';
import { createDurableTracker, type DurableTracker } from '../src/index.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

/** What a program may rely on, wherever its tracker keeps what it knows. */
type AnyTracker = Omit<Tracker, 'push' | 'forget'> & {
  push(...given: Parameters<Tracker['push']>): boolean | Promise<boolean>;
  forget(...given: Parameters<Tracker['forget']>): boolean | Promise<boolean>;
};

type Open = (adapters: readonly MigrationAdapter[], onError: (error: unknown) => void) => Promise<AnyTracker>;

const policy = {
  floorMs: 20,
  ceilingMs: 40,
  failureCeilingMs: 40,
  requestsPerSecond: 1_000,
  burst: 100,
  breakerAfter: 1_000,
};
let server: PostgresServer;
let folder: string;
let places = 0;

beforeAll(async () => {
  server = await startPostgres();
  folder = await mkdtemp(path.join(tmpdir(), 'durable-same-'));
}, 60_000);

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const quiet = { policy, packMs: 50, storeNative: true, onNotice: () => {} };

const openers: Readonly<Record<string, Open>> = {
  'in memory': async (adapters, onListenerError) => createTracker({ adapters, policy, onListenerError }),
  'on PostgreSQL': (adapters, onError) => {
    places += 1;
    const { connectionString } = server;
    return createDurableTracker({ connectionString, schema: `same_${places}`, adapters, onError, ...quiet });
  },
  'on PGlite': (adapters, onError) => {
    places += 1;
    const dataDir = path.join(folder, `same-${places}`);
    return createDurableTracker({ dataDir, adapters, onError, ...quiet });
  },
};

/** The providers of the program: what they say follows from the id, and from what the program has set right. */
function createProviders() {
  const gates = new Map<string, () => void>();
  const opened = new Set<string>();
  const waitFor = (gate: string) =>
    opened.has(gate) ? Promise.resolve() : new Promise<void>((resolve) => gates.set(gate, resolve));
  const behind = (gate: string, answer: ScriptedAnswer) => async () => {
    await waitFor(gate);
    return answer;
  };
  const halfway = { percent: 40, completed: 2, total: 5, unit: 'sites' };
  const scripts: Readonly<Record<string, readonly ScriptedAnswer[]>> = {
    done: [
      toReading('pending'),
      behind('done', toReading('running', { progress: halfway })),
      behind('done-end', toReading('succeeded')),
    ],
    failed: [
      toReading('running'),
      behind('failed-end', toReading('failed', { issues: [{ severity: 'error', message: 'no space' }] })),
    ],
    input: [toReading('awaiting_input')],
    pushed: [toReading('running')],
    long: [toReading('running')],
    forgotten: [toReading('running')],
    strange: [toReading('unknown', { nativeState: 'HUH' }), behind('strange-end', toReading('succeeded'))],
    outage: [
      new Error('down'),
      behind('outage', toReading('running')),
      behind('outage-end', toReading('succeeded')),
    ],
  };
  const adapter = createScriptedAdapter({ script: scripts });
  const open = (gate: string) => {
    opened.add(gate);
    gates.get(gate)?.();
  };
  return { adapter, open };
}

/** What of a row is the same in every run. */
function toFacts(row: MigrationRow | undefined) {
  if (row === undefined) return undefined;
  const { key, ref, status, conditions, stopped, group, name, meta } = row;
  const { state, progress, issues, native } = status ?? {};
  const kinds = conditions.map(({ kind }) => kind);
  return { key, ref, state, progress, issues, native, kinds, stopped, group, name, meta };
}

async function codeOf(work: Promise<unknown> | (() => unknown)): Promise<unknown> {
  try {
    return await (typeof work === 'function' ? work() : work);
  } catch (error) {
    return [Reflect.get(Object(error), 'code'), Reflect.get(Object(error), 'option')];
  }
}

/** A program as an application has one. It tells what came out. */
async function run(open: Open): Promise<unknown> {
  const { adapter, open: openGate } = createProviders();
  const errors: unknown[] = [];
  const events = new Map<string, string[]>();
  const note = (key: string, what: string) => events.set(key, [...(events.get(key) ?? []), what]);
  const tracker = await open([adapter], (error) => errors.push(error));
  tracker.on('tracked', ({ row }) => note(row.key, `tracked ${row.name ?? ''}`));
  tracker.on('change', ({ row, transition }) => {
    note(row.key, transition ? `${transition.from ?? 'nothing'} to ${transition.to}` : 'news');
  });
  tracker.on('condition', ({ row, condition, isActive }) =>
    note(row.key, `${condition.kind} ${isActive ? 'begins' : 'ends'}`),
  );
  tracker.on('settled', ({ row }) => note(row.key, 'settled'));
  tracker.on('forgotten', ({ row }) => note(row.key, 'forgotten'));
  const anomalies: string[] = [];
  const anomaly = new Promise<void>((resolve) => {
    tracker.on('anomaly', ({ row, kind, message }) => {
      anomalies.push(`${row.key} ${kind} ${message}`);
      resolve();
    });
  });
  tracker.on('settled', () => {
    throw new Error('a listener throws');
  });
  const view = createStatusView(tracker);
  const out: Record<string, unknown> = {};

  const meta = { id: 4711 };
  const done = tracker.track(adapter, { id: 'done' }, { name: 'Team site', group: 'wave', meta });
  out.atOnce = [tracker.size, toFacts(tracker.get('acme/done')), toFacts(done.row), view.getSnapshot().total];
  const seen: unknown[] = [];
  const iterated = (async () => {
    for await (const row of done) seen.push(row.status?.state);
  })();
  out.pending = (await done.settled({ until: ({ state }) => state === 'pending' })).state;
  openGate('done');
  out.running = (await done.settled({ until: ({ progress }) => progress?.percent === 40 })).progress;
  openGate('done-end');
  out.done = (await done.settled()).state;
  await iterated;
  out.seen = seen;
  out.doneRow = toFacts(done.row);
  out.refreshedAfterEnd = toFacts(await done.refresh());

  const refs = ['done', 'failed', 'input', 'strange'].map((id): ScriptedRef => ({ id }));
  out.added = await tracker.trackAll(adapter, refs, ({ id }) => ({ group: id, name: `All ${id}` }));
  out.size = tracker.size;
  out.unchanged = toFacts(tracker.get('acme/done'));
  const failed = tracker.track(adapter, { id: 'failed' });
  await failed.settled({ until: ({ state }) => state === 'running' });
  openGate('failed-end');
  out.failed = toFacts((await failed.settled()) && failed.row);
  out.input = (await tracker.track(adapter, { id: 'input' }).settled()).state;
  await anomaly;
  openGate('strange-end');
  await tracker.track(adapter, { id: 'strange' }).settled();
  out.anomalies = anomalies;

  const outage = tracker.track(adapter, { id: 'outage' });
  for await (const { conditions } of outage) if (conditions.length > 0) break;
  openGate('outage');
  await outage.settled({ until: ({ state }) => state === 'running' });
  openGate('outage-end');
  out.outage = (await outage.settled()).state;

  const pushed = tracker.track(adapter, { id: 'pushed' });
  const status = await pushed.settled({ until: ({ state }) => state === 'running' });
  const observedAt = new Date(Date.now() + 1_000).toISOString();
  out.isPushed = await tracker.push({ ...status, state: 'paused', nativeState: 'held', observedAt });
  out.paused = (await pushed.settled({ until: ({ state }) => state === 'paused' })).nativeState;
  out.isPushedToNobody = await tracker.push({ ...status, key: 'acme/nobody' });
  // @ts-expect-error: a status without a state is none
  out.badPush = await codeOf(() => tracker.push({ ...status, state: undefined }));

  const long = tracker.track(adapter, { id: 'long' });
  out.refreshed = (await long.refresh()).status?.state;
  out.late = await codeOf(long.settled({ timeoutMs: 30 }));
  out.aborted = await codeOf(long.settled({ signal: AbortSignal.abort() }));
  // @ts-expect-error: an option that nobody knows
  out.unknownOption = await codeOf(long.settled({ timeout: 3 }));
  // @ts-expect-error: "until" has to answer at once
  out.promisedUntil = await codeOf(long.settled({ until: async () => true }));
  // @ts-expect-error: a label that nobody knows
  out.unknownLabel = await codeOf(() => tracker.track(adapter, { id: 'long' }, { colour: 'red' }));
  // @ts-expect-error: no such event
  out.unknownEvent = await codeOf(() => tracker.on('chagne', () => {}));
  out.otherAdapter = await codeOf(() => tracker.track(createScriptedAdapter({ script: {} }), { id: 'long' }));
  const released = codeOf(long.settled());
  long.release();
  out.released = [await released, await codeOf(long.settled()), long.row.key];

  const forgotten = tracker.track(adapter, { id: 'forgotten' });
  await forgotten.settled({ until: ({ state }) => state === 'running' });
  const letGo = codeOf(forgotten.settled());
  out.isForgotten = await tracker.forget('acme/forgotten');
  out.forgotten = [await letGo, tracker.get('acme/forgotten'), await tracker.forget('acme/forgotten')];

  const { format, version, rows } = tracker.export({ keys: ['acme/failed'] });
  const [exported] = rows;
  out.export = [format, version, rows.length, exported?.ref, exported?.reading?.state, exported?.stopped];
  out.exportNative = tracker.export({ native: true, keys: ['acme/failed'] }).rows[0]?.reading?.native;
  const { total, groups } = view.getSnapshot();
  out.view = [total - Number(tracker.get('acme/long') !== undefined), groups.get('wave')?.hasSucceeded];
  out.json = JSON.parse(JSON.stringify(toSnapshotJson(view.getSnapshot()).groups));
  const open_ = tracker.track(adapter, { id: 'pushed' });
  const waiting = codeOf(open_.settled());
  await tracker.close();
  await tracker.close();
  out.closed = [await waiting, await codeOf(() => tracker.track(adapter, { id: 'long' }))];
  out.afterwards = [await tracker.push(status), await tracker.forget('acme/pushed')];
  out.errors = [...new Set(errors.map(String))];
  out.events = Object.fromEntries(
    ['done', 'failed', 'outage', 'strange', 'forgotten'].map((id) => [id, events.get(`acme/${id}`)]),
  );
  return out;
}

describe('the same program', () => {
  it('comes to the same wherever its tracker keeps what it knows', { timeout: 120_000 }, async () => {
    const outcomes = new Map<string, unknown>();
    for (const [name, open] of Object.entries(openers)) outcomes.set(name, await run(open));
    const inMemory = outcomes.get('in memory');
    expect(inMemory).toMatchObject({ done: 'succeeded', added: 3, isPushed: true, isPushedToNobody: false });
    expect(outcomes.get('on PGlite')).toEqual(inMemory);
    expect(outcomes.get('on PostgreSQL')).toEqual(inMemory);
  });

  it('has the same types, but for what others have to be asked', () => {
    expectTypeOf<DurableTracker>().toExtend<Omit<Tracker, 'push' | 'forget'>>();
    expectTypeOf<Tracker>().toExtend<AnyTracker>();
    expectTypeOf<DurableTracker>().toExtend<AnyTracker>();
    expectTypeOf<Parameters<DurableTracker['push']>>().toEqualTypeOf<Parameters<Tracker['push']>>();
    expectTypeOf<Parameters<DurableTracker['forget']>>().toEqualTypeOf<Parameters<Tracker['forget']>>();
    expectTypeOf<Awaited<ReturnType<DurableTracker['push']>>>().toEqualTypeOf<ReturnType<Tracker['push']>>();
    expectTypeOf<ReturnType<DurableTracker['track']>>().toExtend<MigrationHandle>();
  });
});
