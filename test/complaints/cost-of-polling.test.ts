import { createTracker, pollUntilDone } from '@migration-status/core';
import { expect, test, vi } from 'vitest';
import { createManualClock } from '../support/manual-clock.ts';
import { createScriptedAdapter, toFailure, toReading } from '../support/scripted-adapter.ts';
import {
  createScene,
  doneAt,
  hour,
  minute,
  pending,
  running,
  second,
  succeeded,
  watchPromise,
} from './scene.ts';

const a = { id: 'a' };

function refsOf(count: number, name = 'm'): readonly { readonly id: string }[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${name}${index}` }));
}

/** How often one migration alone is read in a time. */
async function countReadsAlone(durationMs: number): Promise<number> {
  const { clock, adapter, tracker } = createScene({ a: [running] });
  tracker.track(adapter, a);
  await clock.advance(durationMs);
  return adapter.reads.length;
}

// https://github.com/TanStack/query/pull/9612 https://github.com/TanStack/query/issues/6594
test('thousands of migrations and their waits have one timer, and none when all is done', async () => {
  const clock = createManualClock();
  const endsAt = 10 * minute;
  const { adapter, tracker, watch } = createScene(() => [doneAt(clock, endsAt)], { clock });
  const handles = refsOf(3_000).map((ref) => tracker.track(adapter, ref));
  const waits = watch(Promise.all(handles.map((handle) => handle.settled({ timeoutMs: hour }))));
  let most = 0;
  for (let now = 0; now < 20; now += 1) {
    most = Math.max(most, clock.pendingTimers);
    await clock.advance(minute);
  }
  expect(most).toBe(1);
  expect(waits.value?.length).toBe(3_000);
  expect(clock.pendingTimers).toBe(0);
});

// https://github.com/onyx-dot-app/onyx/pull/11962
test('two hundred tabs that nobody looks at cost what one costs', async () => {
  const { clock, adapter, tracker } = createScene({ a: [running] });
  for (let tab = 0; tab < 200; tab += 1) {
    const handle = tracker.track(adapter, a);
    void handle.settled();
    void handle[Symbol.asyncIterator]().next();
    tracker.on('change', () => {});
  }
  await clock.advance(3 * hour);
  expect(adapter.reads.length).toBe(await countReadsAlone(3 * hour));
  const lastHour = adapter.reads.filter(({ at }) => at > 2 * hour);
  expect(lastHour.length).toBeLessThanOrEqual(13);
});

test('two watchers cost one read, and any number of refreshes share it', async () => {
  const { clock, adapter, tracker, watch } = createScene({ a: [running] });
  const [one, two] = [tracker.track(adapter, a), tracker.track(adapter, a)];
  await clock.advance(10 * minute);
  const reads = adapter.reads.length;
  const rows = watch(Promise.all(Array.from({ length: 50 }, () => [one.refresh(), two.refresh()]).flat()));
  await clock.advance(0);
  expect(rows.value?.map((row) => row.reads)).toEqual(Array(100).fill(reads + 1));
  expect(adapter.reads.length).toBe(reads + 1);
});

test('who asks while a read is out gets its answer, and no second read', async () => {
  const clock = createManualClock();
  const slowly = () => new Promise((resolve) => clock.setTimer(() => resolve(running), second));
  const { adapter, tracker, watch } = createScene({ a: [slowly] }, { clock });
  const handle = tracker.track(adapter, a);
  await clock.advance(100);
  const rows = watch(Promise.all([handle.refresh(), tracker.track(adapter, a).refresh()]));
  await clock.advance(second);
  expect(rows.value?.map((row) => row.reads)).toEqual([1, 1]);
  expect(adapter.reads.length).toBe(1);
});

test('a watcher that goes and comes back within one gap does not start a second loop', async () => {
  const { clock, adapter, tracker } = createScene({ a: [running] });
  const kept = tracker.track(adapter, a);
  for (let turn = 0; turn < 100; turn += 1) {
    const off = tracker.on('change', () => {});
    tracker.track(adapter, a).release();
    off();
    await clock.advance(6 * second);
  }
  expect(kept.row.reads).toBe(adapter.reads.length);
  expect(adapter.reads.length).toBe(await countReadsAlone(10 * minute));

  const alone = createScene({ a: [running] });
  for (let turn = 0; turn < 5; turn += 1) {
    alone.tracker.track(alone.adapter, a).release();
    alone.tracker.track(alone.adapter, a);
    await alone.clock.advance(0);
  }
  const reads = alone.adapter.reads.length;
  await alone.clock.advance(10 * minute);
  expect(alone.adapter.reads.length - reads).toBe((await countReadsAlone(10 * minute)) - 1);
  expect(alone.clock.pendingTimers).toBe(1);
});

test('the last watcher that goes takes the polling with it', async () => {
  const { clock, adapter, tracker } = createScene({ a: [running] });
  const handles = refsOf(10).map(() => tracker.track(adapter, a));
  await clock.advance(second);
  for (const handle of handles) handle.release();
  const reads = adapter.reads.length;
  await clock.advance(hour);
  expect({ reads: adapter.reads.length, timers: clock.pendingTimers, size: tracker.size }).toEqual({
    reads,
    timers: 0,
    size: 0,
  });
});

// https://github.com/kubernetes-sigs/controller-runtime/issues/3496
test('looking again at what is old does not starve what is fresh', async () => {
  const policy = { requestsPerSecond: 2, burst: 1 };
  const { clock, adapter, tracker } = createScene(() => [running], { policy });
  await tracker.trackAll(adapter, refsOf(1_500), { group: 'nightly' });
  await clock.advance(hour);
  const handle = tracker.track(adapter, { id: 'fresh' }, { group: 'by hand' });
  await clock.advance(2 * second);
  expect(handle.row).toMatchObject({ reads: 1, status: { state: 'running' } });
});

// https://github.com/timgit/pg-boss/issues/563
test('a provider that answers for many is asked for many: a thousand cost little more than ten', async () => {
  async function countRequests(count: number): Promise<number> {
    const { clock, adapter, tracker } = createScene(() => [running], { batch: 100 });
    await tracker.trackAll(adapter, refsOf(count));
    await clock.advance(3 * hour);
    expect(tracker.rows().every(({ reads }) => reads > 50)).toBe(true);
    return new Set(adapter.reads.map(({ request }) => request)).size;
  }
  const [ten, thousand] = [await countRequests(10), await countRequests(1_000)];
  expect(thousand).toBeLessThan(20 * ten);
  expect(thousand).toBeLessThan(0.03 * 1_000 * (await countReadsAlone(3 * hour)));
});

// https://github.com/inngest/inngest/issues/2423
test('a wait that is woken by an event resumes at once, and not at the next read', async () => {
  const { clock, adapter, tracker, watch } = createScene({ a: [running] });
  const handle = tracker.track(adapter, a);
  const wait = watch(handle.settled());
  await clock.advance(hour);
  const { status } = handle.row;
  if (status === undefined) return expect.unreachable('it was read');
  await clock.advance(minute);
  const observedAt = new Date(clock.wallTime()).toISOString();
  tracker.push({ ...status, state: 'succeeded', nativeState: 'succeeded', observedAt });
  await Promise.resolve();
  await clock.advance(0);
  expect(wait).toMatchObject({ outcome: 'resolved', at: hour + minute, value: { state: 'succeeded' } });
});

test('who is told of the news is not asked for it: a push moves the next read out', async () => {
  const { clock, adapter, tracker } = createScene({ a: [running] });
  const handle = tracker.track(adapter, a);
  await clock.advance(minute);
  const reads = adapter.reads.length;
  for (let push = 0; push < 12; push += 1) {
    const { status } = handle.row;
    if (status === undefined) return expect.unreachable('it was read');
    const observedAt = new Date(clock.wallTime()).toISOString();
    tracker.push({ ...status, message: `${push} users`, observedAt });
    await clock.advance(10 * minute);
  }
  expect(handle.row.status?.message).toBe('11 users');
  expect(adapter.reads.length).toBe(reads);
  await clock.advance(10 * minute);
  expect(adapter.reads.length).toBeGreaterThan(reads);
});

// https://github.com/Ultimate-Multisite/superdav-ai-agent/pull/2558
test('two waits for one job share the one answer that tells its end', async () => {
  const { clock, adapter, tracker, watch } = createScene({ a: [running, succeeded, toReading('not_found')] });
  const [one, two] = [tracker.track(adapter, a), tracker.track(adapter, a)];
  const waits = [one, two, one].map((handle) => watch(handle.settled()));
  await clock.advance(minute);
  const late = watch(tracker.track(adapter, a).settled());
  await clock.advance(hour);
  expect([...waits, late].map(({ value }) => value?.state)).toEqual(Array(4).fill('succeeded'));
  expect(adapter.reads.length).toBe(2);
});

// https://github.com/graphql/dataloader/issues/61
test('a transient error is kept for nobody: the next look is a new one, also in a batch', async () => {
  const { clock, adapter, tracker, watch } = createScene(
    (id) => (id === 'm0' ? [toFailure('transient'), running] : [running]),
    { batch: 10 },
  );
  const handles = refsOf(5).map((ref) => tracker.track(adapter, ref));
  await clock.advance(0);
  expect(handles.map(({ row }) => row.conditions.length)).toEqual([1, 0, 0, 0, 0]);
  const row = watch(handles[0]?.refresh() ?? Promise.reject());
  await clock.advance(2 * second);
  expect(row.value).toMatchObject({ status: { state: 'running' }, conditions: [] });
  expect(new Set(adapter.reads.slice(0, 5).map(({ request }) => request)).size).toBe(1);
});

test('a batch that fails as a whole costs its good ones no state', async () => {
  let turn = 0;
  const scripted = createScriptedAdapter({ batch: 10, script: () => [running] });
  const { getStatuses } = scripted;
  const adapter = {
    ...scripted,
    async getStatuses(...asked: Parameters<NonNullable<typeof getStatuses>>) {
      turn += 1;
      if (turn === 2) throw toFailure('transient');
      return (await getStatuses?.(...asked)) ?? new Map();
    },
  };
  const clock = createManualClock();
  const tracker = createTracker({ adapters: [adapter], clock, random: () => 0 });
  for (const ref of refsOf(5)) tracker.track(adapter, ref);
  await clock.advance(second);
  expect(tracker.rows().map(({ status, conditions }) => [status?.state, conditions[0]?.kind])).toEqual(
    Array(5).fill(['running', 'unreachable']),
  );
  await clock.advance(10 * second);
  expect(tracker.rows().every(({ conditions }) => conditions.length === 0)).toBe(true);
});

// https://github.com/getsentry/sentry/pull/115538
test('a pace of one’s own is asked once per good read, however many watch', async () => {
  let asked = 0;
  const pace = () => {
    asked += 1;
    return undefined;
  };
  const { clock, adapter, tracker } = createScene({ a: [pending, running] }, { policy: { pace } });
  const handles = refsOf(20).map(() => tracker.track(adapter, a));
  for (const handle of handles) void handle.settled();
  await clock.advance(hour);
  for (const { row } of handles) expect(row.reads).toBe(asked);
  tracker.rows();
  tracker.export();
  expect(asked).toBe(adapter.reads.length);
});

// https://github.com/getsentry/sentry/pull/108621
test('a test of an hour takes no real time: nothing but the given clock sets a timer', async () => {
  const spies = [
    vi.spyOn(globalThis, 'setTimeout'),
    vi.spyOn(globalThis, 'setInterval'),
    vi.spyOn(performance, 'now'),
  ];
  const clock = createManualClock();
  const adapter = createScriptedAdapter({
    clock,
    script: { a: [toFailure('transient'), toFailure('throttled', minute), doneAt(clock, hour)] },
  });
  const wait = watchPromise(clock, pollUntilDone(adapter, a, { clock, timeoutMs: 2 * hour }));
  const tracker = createTracker({ adapters: [adapter], clock });
  void tracker.track(adapter, { id: 'unknown' }).settled({ timeoutMs: hour });
  await clock.advance(2 * hour);
  await tracker.close();
  expect(wait.value?.state).toBe('succeeded');
  const calls = spies.map(({ mock }) => mock.calls.length);
  for (const spy of spies) spy.mockRestore();
  expect(calls).toEqual([0, 0, 0]);
});
