import { getEventListeners } from 'node:events';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { getStatus, NotFoundOutError, pollUntilDone, WaitTimeoutError } from '@migration-status/core';
import { createHttpClient } from '@migration-status/core/adapter';
import { expect, test } from 'vitest';
import { createLoopbackServer } from '../support/loopback-server.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createScriptedAdapter, toFailure } from '../support/scripted-adapter.ts';
import {
  createJobAdapter,
  createScene,
  doneAt,
  hour,
  minute,
  running,
  second,
  succeeded,
  watchPromise,
} from './scene.ts';

const a = { id: 'a' };
const manyWaits = 1_500;

test('an aborted wait can be waited for again', async () => {
  const { clock, adapter, tracker, watch } = createScene({ a: [running, running, running, succeeded] });
  const handle = tracker.track(adapter, a);
  const controller = new AbortController();
  const first = watch(handle.settled({ signal: controller.signal }));
  await clock.advance(second);
  controller.abort();
  const second_ = watch(handle.settled());
  await clock.advance(minute);
  expect(first).toMatchObject({ outcome: 'rejected', error: { code: 'aborted' } });
  expect(second_).toMatchObject({ outcome: 'resolved', value: { state: 'succeeded' } });
  expect(adapter.reads.length).toBe(4);
});

test('a second caller’s signal counts, and counts for that caller only', async () => {
  const { clock, adapter, tracker, watch } = createScene({ a: [running] });
  const handle = tracker.track(adapter, a);
  const [one, two] = [new AbortController(), new AbortController()];
  const waits = [one, two].map(({ signal }) => watch(handle.settled({ signal })));
  const without = watch(handle.settled());
  await clock.advance(second);
  two.abort();
  await clock.advance(0);
  expect([...waits, without].map(({ outcome }) => outcome)).toEqual(['pending', 'rejected', 'pending']);
  one.abort();
  await clock.advance(0);
  expect([...waits, without].map(({ outcome }) => outcome)).toEqual(['rejected', 'rejected', 'pending']);
});

// https://github.com/Azure/azure-sdk-for-js/issues/26710
test('an abort reaches the request on the wire', async () => {
  const arrived = Promise.withResolvers<void>();
  const cut = Promise.withResolvers<void>();
  await using server = await createLoopbackServer((_request, response) => {
    response.on('close', cut.resolve);
    arrived.resolve();
  });
  const controller = new AbortController();
  const adapter = createJobAdapter({ baseUrl: server.origin });
  const wait = pollUntilDone(adapter, { jobId: '7' }, { signal: controller.signal });
  await arrived.promise;
  controller.abort();
  await expect(wait).rejects.toMatchObject({ code: 'aborted' });
  await cut.promise;
  expect(server.requests.length).toBe(1);
});

test.each(['pollUntilDone', 'getStatus'] as const)(
  'an abort of %s reaches the fetch of the caller',
  async (call) => {
    const signals: (AbortSignal | null | undefined)[] = [];
    const asked = Promise.withResolvers<void>();
    const adapter = createJobAdapter({
      baseUrl: 'http://127.0.0.1:9',
      fetch: (input, init) => {
        const { signal } = new Request(input, init);
        signals.push(signal);
        asked.resolve();
        return new Promise(() => {});
      },
    });
    const { signal, abort } = toAbortable();
    const look = { pollUntilDone, getStatus }[call](adapter, { jobId: '7' }, { signal });
    await asked.promise;
    abort('the user left');
    await expect(look).rejects.toMatchObject({ code: 'aborted', cause: 'the user left' });
    expect(signals.map((given) => given?.aborted)).toEqual([true]);
  },
);

function toAbortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason: unknown) => controller.abort(reason) };
}

test.each([
  { moment: 'between two reads', answers: [running] },
  { moment: 'during a read', answers: ['never'] },
  { moment: 'while the provider is throttled', answers: [toFailure('throttled', hour)] },
] as const)('an abort $moment leaves no timer, no listener and no request', async ({ answers }) => {
  const clock = createManualClock();
  const adapter = createScriptedAdapter({ clock, script: { a: answers } });
  const { signal, abort } = toAbortable();
  const options = { clock, random: () => 0, signal, timeoutMs: hour };
  const wait = watchPromise(clock, pollUntilDone(adapter, a, options));
  await clock.advance(1.5 * second);
  const reads = adapter.reads.length;
  abort('enough');
  await setImmediate();
  expect(wait).toMatchObject({ outcome: 'rejected', at: 1.5 * second });
  expect({ timers: clock.pendingTimers, listeners: getEventListeners(signal, 'abort') }).toEqual({
    timers: 0,
    listeners: [],
  });
  expect(adapter.reads.at(-1)?.aborted).toBe(answers[0] === 'never');
  await clock.advance(2 * hour);
  expect(adapter.reads.length).toBe(reads);
});

// https://github.com/Azure/azure-sdk-for-java/issues/33446
test('a deadline is for the whole wait, however often something is read meanwhile', async () => {
  const { clock, adapter, tracker, watch } = createScene({ a: [running] }, { policy: { ceilingMs: second } });
  const wait = watch(tracker.track(adapter, a).settled({ timeoutMs: 90 * second }));
  await clock.advance(hour);
  expect(wait).toMatchObject({ outcome: 'rejected', at: 90 * second });
});

// https://github.com/Azure/azure-sdk-for-java/issues/33446
test('the time for one read and the time for the wait are two, and each is kept', async () => {
  const policy = { readTimeoutMs: 5 * second };
  const { clock, adapter, tracker, watch } = createScene({ a: ['never'] }, { policy });
  const handle = tracker.track(adapter, a);
  const wait = watch(handle.settled({ timeoutMs: minute }));
  await clock.advance(5 * second);
  expect(handle.row.conditions).toMatchObject([{ kind: 'unreachable', code: 'request_timeout' }]);
  expect(adapter.reads[0]?.aborted).toBe(true);
  expect(wait.outcome).toBe('pending');
  await clock.advance(hour);
  expect(wait.at).toBe(minute);
  expect(adapter.reads.length).toBeGreaterThan(4);
});

// https://github.com/googleapis/google-cloud-cpp/pull/8695
test('a deadline says nothing about the migration, which is followed on', async () => {
  const clock = createManualClock();
  const { adapter, tracker, watch } = createScene({ a: [doneAt(clock, 10 * minute)] }, { clock });
  const handle = tracker.track(adapter, a);
  const first = watch(handle.settled({ timeoutMs: minute }));
  await clock.advance(minute);
  expect(first.error).toBeInstanceOf(WaitTimeoutError);
  expect(first.error).toMatchObject({ code: 'wait_timeout', status: { state: 'running' } });
  expect(handle.row).toMatchObject({ status: { state: 'running' }, conditions: [] });
  const later = watch(handle.settled({ timeoutMs: hour }));
  await clock.advance(hour);
  expect(later.value?.state).toBe('succeeded');
});

test('the wait does not give up early: it reads until the end and rejects at the deadline', async () => {
  const clock = createManualClock();
  const adapter = createScriptedAdapter({ clock, script: { a: [running] } });
  const options = { clock, random: () => 1, timeoutMs: 5 * minute };
  const wait = watchPromise(clock, pollUntilDone(adapter, a, options));
  await clock.advance(5 * minute - 1);
  expect(wait.outcome).toBe('pending');
  expect(adapter.reads.at(-1)?.at).toBeGreaterThan(4 * minute);
  await clock.advance(1);
  expect(wait).toMatchObject({ outcome: 'rejected', at: 5 * minute });
});

test('a deadline and a pause that no timer can hold are not over at once, and no timer rings for nothing', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  const adapter = createScriptedAdapter({ script: { a: [toFailure('throttled', 1_500 * hour)] } });
  const { signal, abort } = toAbortable();
  let isOver = false;
  const wait = pollUntilDone(adapter, a, {
    signal,
    timeoutMs: 2 ** 32,
    policy: { readTimeoutMs: 1 },
  }).finally(() => {
    isOver = true;
  });
  wait.catch(() => {});
  await sleep(50);
  process.off('warning', note);
  expect({ isOver, warnings, reads: adapter.reads.length }).toEqual({
    isOver: false,
    warnings: [],
    reads: 1,
  });
  abort('enough');
  await expect(wait).rejects.toMatchObject({ code: 'aborted' });
});

// https://github.com/sindresorhus/p-retry/issues/71 https://github.com/QwenLM/qwen-code/pull/4366
test('1 500 waits on one signal leave no listener, however they end, and warn nobody', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  const { signal } = new AbortController();
  const { clock, adapter, tracker } = createScene((id) => (id === 'long' ? [running] : [running, succeeded]));
  const http = createHttpClient({
    provider: 'jobs',
    baseUrl: 'http://127.0.0.1:9',
    fetch: async () => Response.json({}),
  });
  const long = tracker.track(adapter, { id: 'long' });
  const waits: Promise<unknown>[] = [];
  for (let index = 0; index < manyWaits; index += 5) {
    const handle = tracker.track(adapter, { id: `m${index}` });
    waits.push(
      handle.settled({ signal }),
      long.settled({ signal, timeoutMs: minute }),
      long.refresh({ signal }),
      pollUntilDone(adapter, { id: `p${index}` }, { signal, clock, random: () => 0 }),
      http.send({ path: '/' }, signal),
      getStatus(adapter, { id: `g${index}` }, { signal }),
    );
  }
  expect(getEventListeners(signal, 'abort').length).toBeGreaterThan(manyWaits / 2);
  const ends = Promise.allSettled(waits);
  await clock.advance(2 * minute);
  expect(new Set((await ends).map(({ status }) => status))).toEqual(new Set(['fulfilled', 'rejected']));
  process.off('warning', note);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(warnings).toEqual([]);
});

test('1 500 waits on one handle leave neither timer nor listener with its tracker', async () => {
  const { clock, adapter, tracker } = createScene({ a: [running] });
  const handle = tracker.track(adapter, a);
  await clock.advance(second);
  const timers = clock.pendingTimers;
  const ends = Promise.allSettled(
    Array.from({ length: manyWaits }, (_, index) => handle.settled({ timeoutMs: 1 + (index % 50) })),
  );
  await clock.advance(50);
  await ends;
  expect(clock.pendingTimers).toBe(timers);
  handle.release();
  expect(clock.pendingTimers).toBe(0);
});

// https://github.com/triggerdotdev/trigger.dev/pull/3542
test('an abort can be told from everything else, and keeps its reason', async () => {
  const { adapter, tracker } = createScene({ a: [running] });
  const handle = tracker.track(adapter, a);
  const signal = AbortSignal.abort();
  for (const call of [
    handle.settled({ signal }),
    handle.refresh({ signal }),
    pollUntilDone(adapter, a, { signal }),
    getStatus(adapter, a, { signal }),
  ]) {
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    expect(NotFoundOutError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'aborted', key: 'acme/a', cause: { name: 'AbortError' } });
  }
  expect(adapter.reads).toEqual([]);
});

test('an abort out of a callback of the wait is an abort like any other', async () => {
  const clock = createManualClock();
  const adapter = createScriptedAdapter({ clock, script: { a: [running, running, succeeded] } });
  for (const callback of ['until', 'onChange'] as const) {
    const { signal, abort } = toAbortable();
    const options = {
      clock,
      signal,
      [callback]() {
        abort('seen enough');
        return false;
      },
    };
    const wait = watchPromise(clock, pollUntilDone(adapter, { id: 'a' }, options));
    await clock.advance(0);
    expect(wait).toMatchObject({ outcome: 'rejected', error: { code: 'aborted', cause: 'seen enough' } });
    expect(clock.pendingTimers).toBe(0);
  }
  expect(adapter.reads.length).toBe(2);
});
