import type { TrackerExport } from '@migration-status/core';
import {
  ConfigurationError,
  createMemoryStore,
  createTracker,
  getStatus,
  pollUntilDone,
} from '@migration-status/core';
import { expect, test } from 'vitest';
import { expectNoCanary } from '../support/canary.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { createScriptedAdapter, toFailure, toReading } from '../support/scripted-adapter.ts';
import {
  createScene,
  createWireScene,
  hour,
  minute,
  pending,
  running,
  second,
  succeeded,
  watchPromise,
} from './scene.ts';

const a = { id: 'a' };

/** The clock of a process that starts later: it counts from elsewhere, and shows the same wall time. */
function createLaterClock(earlier: ManualClock, afterMs: number): ManualClock {
  const clock = createManualClock(earlier.now() + 777_777);
  clock.jumpWallTime(earlier.wallTime() + afterMs - clock.wallTime());
  return clock;
}

/** What another process reads from wherever the state was kept. */
function throughJson(exported: TrackerExport): TrackerExport {
  return JSON.parse(JSON.stringify(exported));
}

// https://github.com/Azure/azure-sdk-for-js/issues/11183 https://github.com/Azure/azure-sdk-for-python/issues/30814
test('a wait goes on in another process, without starting the operation again', async () => {
  const before = createScene({ a: [running] });
  before.tracker.track(before.adapter, a, { group: 'wave 1' });
  await before.clock.advance(90 * second);
  const exported = throughJson(before.tracker.export());
  await before.tracker.close();
  const reads = before.adapter.reads.length;

  const clock = createLaterClock(before.clock, 5 * second);
  const adapter = createScriptedAdapter({ clock, script: { a: [running, succeeded] } });
  const tracker = createTracker({ adapters: [adapter], clock, random: () => 0, resume: exported });
  const handle = tracker.track(adapter, a);
  expect(handle.row).toMatchObject({ group: 'wave 1', status: { state: 'running' }, reads });
  const wait = watchPromise(clock, handle.settled());
  await clock.advance(minute);
  expect(wait.value).toMatchObject({ key: 'acme/a', state: 'succeeded' });
  expect(adapter.reads.length).toBe(2);
});

test('a restart neither asks at once nor forgets how long the migration has been followed', async () => {
  const calm = createScene({ a: [running] });
  calm.tracker.track(calm.adapter, a);
  await calm.clock.advance(hour);

  let clock = createManualClock();
  const wallTimes: number[] = [];
  const adapter = createScriptedAdapter({
    script: {
      a: [
        () => {
          wallTimes.push(clock.wallTime());
          return running;
        },
      ],
    },
  });
  let exported: TrackerExport | undefined;
  for (let restarts = 0; restarts < 60; restarts += 1) {
    const tracker = createTracker({ adapters: [adapter], clock, random: () => 0, resume: exported });
    tracker.track(adapter, a);
    await clock.advance(minute);
    exported = throughJson(tracker.export());
    await tracker.close();
    clock = createLaterClock(clock, 0);
  }
  expect(wallTimes.length).toBeGreaterThan(20);
  expect(Math.abs(wallTimes.length - calm.adapter.reads.length)).toBeLessThanOrEqual(2);
});

// https://github.com/Azure/azure-sdk-for-net/issues/13625 https://github.com/Azure/azure-sdk-for-net/issues/40540
test('a worker reads once per message and goes away', async () => {
  const answers = [pending, toFailure('transient'), running, running, succeeded];
  let clock = createManualClock();
  const adapter = createScriptedAdapter({ script: { a: answers } });
  let message: TrackerExport | undefined;
  const seen: unknown[] = [];
  for (const _answer of answers) {
    const tracker = createTracker({ adapters: [adapter], clock, random: () => 0, resume: message });
    const row = watchPromise(clock, tracker.track(adapter, a).refresh());
    await clock.advance(0);
    seen.push([row.value?.status?.state, row.value?.conditions[0]?.kind, row.value?.reads]);
    message = throughJson(tracker.export());
    await tracker.close();
    expect(clock.pendingTimers).toBe(0);
    clock = createLaterClock(clock, minute);
  }
  expect(seen).toEqual([
    ['pending', undefined, 1],
    ['pending', 'unreachable', 2],
    ['running', undefined, 3],
    ['running', undefined, 4],
    ['succeeded', undefined, 5],
  ]);
  expect(adapter.reads.length).toBe(answers.length);
});

// https://github.com/googleapis/nodejs-cloudbuild/pull/114
test('the name of an operation is enough to look at it, and to wait for it', async () => {
  const clock = createManualClock();
  const adapter = createScriptedAdapter({ clock, script: { a: [running, running, succeeded] } });
  const ref = JSON.parse(JSON.stringify(a));
  expect(await getStatus(adapter, ref)).toMatchObject({ key: 'acme/a', ref, state: 'running' });
  const wait = watchPromise(clock, pollUntilDone(adapter, ref, { clock, random: () => 0 }));
  await clock.advance(second);
  expect(wait.value).toMatchObject({ key: 'acme/a', ref, state: 'succeeded' });
});

// https://github.com/Azure/azure-sdk-for-js/pull/22753
test('the state alone is enough to restore, because functions are found by the name of the provider', async () => {
  const clock = createManualClock();
  const script = { a: [running, succeeded] };
  const [acme, bolt] = [
    createScriptedAdapter({ clock, script }),
    createScriptedAdapter({ clock, script, provider: 'bolt' }),
  ];
  const accounts = ['one', 'two'].map((account) =>
    createScriptedAdapter({ clock, script: () => script.a, provider: 'cord', lane: () => `cord#${account}` }),
  );
  const [one, two] = accounts;
  if (one === undefined || two === undefined) return expect.unreachable();
  const before = createTracker({ adapters: [acme, bolt, one, two], clock, random: () => 0 });
  before.track(acme, a);
  before.track(bolt, a);
  before.track(one, { id: 'of one' });
  before.track(two, { id: 'of two' });
  const exported = throughJson(before.export());
  await before.close();

  const after = createTracker({ adapters: [two, bolt, one, acme], clock, random: () => 0, resume: exported });
  await clock.advance(minute);
  expect(after.rows().map(({ key, stopped }) => [key, stopped])).toEqual([
    ['acme/a', 'settled'],
    ['bolt/a', 'settled'],
    ['cord/of%20one', 'settled'],
    ['cord/of%20two', 'settled'],
  ]);
  expect([one, two].map(({ reads }) => new Set(reads.map(({ key }) => key)))).toEqual([
    new Set(['cord/of%20one']),
    new Set(['cord/of%20two']),
  ]);
  expect(() => createTracker({ adapters: [acme, one, two], clock, resume: exported })).toThrow(
    expect.objectContaining({ name: 'ConfigurationError', option: 'resume.rows[1]' }),
  );
});

// https://github.com/Azure/azure-sdk-for-js/pull/28172
test('what is written down holds neither credentials nor personal data, unless the latter is asked for', async () => {
  const credentials = { authorization: 'Bearer canary-token' };
  await using scene = await createWireScene(
    (_request, response) => response.end('{"status":"RUNNING","owner":"canary@example.com"}'),
    { credentials },
  );
  const { adapter, tracker, turnUntil } = scene;
  const handle = tracker.track(adapter, { jobId: '7' });
  await turnUntil(() => handle.row.reads > 0);
  expect(scene.requests[0]?.headers.authorization).toBe('Bearer canary-token');
  expectNoCanary(tracker.export(), ['canary-token', 'canary@example.com']);
  expectNoCanary(tracker.export({ native: true }), ['canary-token']);
  expect(JSON.stringify(tracker.export({ native: true }))).toContain('canary@example.com');
});

test('what another version has written is refused, and not taken for something else', async () => {
  const { adapter, tracker } = createScene({ a: [running] });
  tracker.track(adapter, a);
  const exported = throughJson(tracker.export());
  const resume = (changed: object) =>
    createTracker({ adapters: [adapter], resume: { ...exported, ...changed }, clock: createManualClock() });
  for (const changed of [{ version: 2 }, { format: 'core-lro' }, { rows: [{ key: 'acme/a' }] }]) {
    expect(() => resume(changed)).toThrow(ConfigurationError);
  }
  expect(resume({}).size).toBe(1);
});

test('a provider that asked to wait is left alone by the next process too', async () => {
  const before = createScene({ a: [toFailure('throttled', 10 * minute)] });
  before.tracker.track(before.adapter, a);
  await before.clock.advance(minute);
  const exported = throughJson(before.tracker.export());
  await before.tracker.close();

  const clock = createLaterClock(before.clock, 0);
  const script = () => [succeeded];
  const { adapter, tracker, watch } = createScene(script, { clock, resume: exported });
  const wait = watch(tracker.track(adapter, a).settled());
  tracker.track(adapter, { id: 'that came later' });
  await clock.advance(9 * minute - second);
  expect(adapter.reads).toEqual([]);
  expect(tracker.rows().map(({ conditions }) => conditions[0]?.kind)).toEqual(['throttled', 'throttled']);
  await clock.advance(minute);
  expect(wait.value?.state).toBe('succeeded');
});

test('the reason of a failure survives, and nothing is read to find it out again', async () => {
  const issues = [{ severity: 'error', code: 'quota', message: 'the target is full' }] as const;
  const before = createScene({ a: [toReading('failed', { issues })] });
  before.tracker.track(before.adapter, a);
  await before.clock.advance(minute);
  const exported = throughJson(before.tracker.export());

  const clock = createLaterClock(before.clock, hour);
  const { adapter, tracker } = createScene({}, { clock, resume: exported });
  expect(await tracker.track(adapter, a).settled()).toMatchObject({ state: 'failed', issues });
  await clock.advance(hour);
  expect(adapter.reads).toEqual([]);
});

// https://github.com/Azure/azure-sdk-for-python/issues/30814
test('a process that dies in the middle has told its store all that the next one needs', async () => {
  const store = createMemoryStore();
  const clock = createManualClock();
  const adapter = createScriptedAdapter({
    script: { a: [pending, running, running, succeeded], b: ['never'], c: [succeeded], d: [running] },
  });
  const dying = createTracker({ adapters: [adapter], clock, random: () => 0, store });
  for (const id of ['a', 'b', 'c', 'd']) dying.track(adapter, { id });
  await clock.advance(second);
  dying.forget('acme/d');

  const later = createLaterClock(clock, minute);
  const resume = await store.load();
  const tracker = createTracker({ adapters: [adapter], clock: later, random: () => 0, resume });
  expect(tracker.rows().map(({ key, status }) => [key, status?.state])).toEqual([
    ['acme/a', 'running'],
    ['acme/b', undefined],
    ['acme/c', 'succeeded'],
  ]);
  await later.advance(minute);
  expect(tracker.get('acme/a')?.stopped).toBe('settled');
});
