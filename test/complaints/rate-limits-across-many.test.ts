import { expect, test } from 'vitest';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';
import { type ScriptedRead, toFailure, toReading } from '../support/scripted-adapter.ts';
import {
  createDice,
  createScene,
  createWireScene,
  hour,
  minute,
  running,
  second,
  succeeded,
  toGaps,
} from './scene.ts';

function refsOf(count: number, name = 'm'): readonly { readonly id: string }[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${name}${index}` }));
}

function countByKey(reads: readonly ScriptedRead[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { key } of reads) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** A provider that takes a number of requests in each minute, and refuses the rest without saying until when. */
function createQuota(clock: ManualClock, most: number) {
  const refusedAt: number[] = [];
  let began = 0;
  let taken = 0;
  return {
    refusedAt,
    answer() {
      const current = Math.floor(clock.now() / minute);
      if (current !== began) [began, taken] = [current, 0];
      taken += 1;
      if (taken <= most) return running;
      refusedAt.push(clock.now());
      throw toFailure('throttled');
    },
  };
}

// https://github.com/octokit/plugin-throttling.js/issues/629
test('one 429 delays all reads of the lane, and none of another', async () => {
  const clock = createManualClock();
  const { adapter, tracker } = createScene(
    (id) => (id === 'm0' ? [toFailure('throttled', 5 * minute), running] : [running]),
    { clock, lane: (id) => (id.startsWith('m') ? 'busy' : 'idle'), policy: { concurrency: 1 } },
  );
  for (const ref of refsOf(50)) tracker.track(adapter, ref);
  for (const ref of refsOf(10, 'other')) tracker.track(adapter, ref);
  await clock.advance(5 * minute - 1);
  expect(adapter.reads.filter(({ key }) => key.startsWith('acme/m')).map(({ key }) => key)).toEqual([
    'acme/m0',
  ]);
  expect(adapter.reads.length).toBeGreaterThan(100);
  expect(tracker.rows().filter(({ conditions }) => conditions[0]?.kind === 'throttled').length).toBe(50);
  await clock.advance(minute);
  expect(countByKey(adapter.reads).size).toBe(60);
});

test('nothing is sent to a server before its Retry-After is over', async () => {
  const opensAt = 40 * second;
  await using scene = await createWireScene(({ at }, response) => {
    if (at >= opensAt) return response.end('{"status":"DONE"}');
    return response.writeHead(429, { 'retry-after': String((opensAt - at) / second) }).end();
  });
  const { adapter, tracker, requests, turnUntil } = scene;
  for (let index = 0; index < 30; index += 1) tracker.track(adapter, { jobId: `${index}` });
  await turnUntil(() => tracker.rows().every(({ stopped }) => stopped === 'settled'));
  expect(requests.filter(({ at }) => at > 0 && at < opensAt)).toEqual([]);
  expect(requests.filter(({ at }) => at === 0).length).toBeLessThanOrEqual(8);
});

// https://github.com/octokit/plugin-throttling.js/issues/108
test('an hour of 429 costs single probes, one timer and no growing list', async () => {
  const { clock, adapter, tracker } = createScene(() => [toFailure('throttled')]);
  await tracker.trackAll(adapter, refsOf(500));
  await clock.advance(hour);
  const probes = adapter.reads.filter(({ at }) => at > 0);
  expect(probes.length).toBeLessThan(80);
  expect(Math.max(...toGaps(probes))).toBeLessThan(70 * second);
  expect({ timers: clock.pendingTimers, size: tracker.size }).toEqual({ timers: 1, size: 500 });
  expect(tracker.export().lanes.length).toBe(1);
});

// https://github.com/octokit/plugin-throttling.js/issues/442
test('a client that is throttled for ever stops neither another client nor the process', async () => {
  const clock = createManualClock();
  const throttled = createScene(() => [toFailure('throttled', hour)], { clock });
  const well = createScene(() => [running, succeeded], { clock });
  const stuck = throttled.watch(
    Promise.all(refsOf(20).map((ref) => throttled.tracker.track(throttled.adapter, ref).settled())),
  );
  const done = well.watch(
    Promise.all(refsOf(20).map((ref) => well.tracker.track(well.adapter, ref).settled())),
  );
  await clock.advance(minute);
  expect(done.value?.map(({ state }) => state)).toEqual(Array(20).fill('succeeded'));
  expect(stuck.outcome).toBe('pending');
  expect(well.adapter.reads.length).toBe(40);
});

// https://github.com/inulute/cux/issues/53
test('a hundred callers who ask about one account cost one poller', async () => {
  const { clock, adapter, tracker } = createScene(() => [running]);
  const alone = createScene(() => [running]);
  alone.tracker.track(alone.adapter, { id: 'm0' });
  await alone.clock.advance(hour);
  for (let caller = 0; caller < 100; caller += 1) {
    const handle = tracker.track(adapter, { id: 'm0' });
    void handle.settled();
  }
  await clock.advance(hour);
  expect(adapter.reads.length).toBe(alone.adapter.reads.length);
});

// https://github.com/inulute/cux/issues/53
test('19 processes that share an account by accident find a rate at which nobody is refused', async () => {
  const clock = createManualClock();
  const { answer, refusedAt } = createQuota(clock, 40);
  const scenes = Array.from({ length: 19 }, (_, process) => {
    const scene = createScene(() => [answer], { clock, random: createDice(process + 1) });
    for (const ref of refsOf(5, `p${process}-`)) scene.tracker.track(scene.adapter, ref);
    return scene;
  });
  await clock.advance(3 * hour);
  expect(refusedAt.length).toBeGreaterThan(0);
  expect(refusedAt.filter((at) => at > 2 * hour)).toEqual([]);
  for (const { adapter } of scenes) {
    const recent = adapter.reads.filter(({ at }) => at > clock.now() - 10 * minute);
    expect(countByKey(recent).size).toBe(5);
  }
});

// https://github.com/taskforcesh/bullmq/issues/909 https://github.com/activepieces/activepieces/issues/9349
test('each account has a limit of its own, and no list of waiting ones is looked through again and again', async () => {
  const clock = createManualClock();
  const out = new Map<string, number>();
  let most = 0;
  const { adapter, tracker } = createScene(
    (id) => [
      () => {
        const lane = id.charAt(0);
        out.set(lane, (out.get(lane) ?? 0) + 1);
        most = Math.max(most, out.get(lane) ?? 0);
        return new Promise((resolve) => {
          clock.setTimer(() => {
            out.set(lane, (out.get(lane) ?? 0) - 1);
            resolve(succeeded);
          }, second);
        });
      },
    ],
    { clock, lane: (id) => id.charAt(0), policy: { concurrency: 2 } },
  );
  for (const lane of ['a', 'b', 'c', 'd']) for (const ref of refsOf(20, lane)) tracker.track(adapter, ref);
  await clock.advance(0);
  expect([...out.values()]).toEqual([2, 2, 2, 2]);
  await clock.advance(10 * second);
  expect(most).toBe(2);
  expect(tracker.rows().every(({ stopped }) => stopped === 'settled')).toBe(true);
  expect(adapter.reads.length).toBe(80);
});

// https://github.com/taskforcesh/bullmq/issues/909 https://github.com/kubernetes-sigs/controller-runtime/issues/3496
test('a group of thousands does not keep a small group waiting', async () => {
  const policy = { requestsPerSecond: 1, burst: 1 };
  const { clock, adapter, tracker } = createScene(() => [running], { policy });
  await tracker.trackAll(adapter, refsOf(1_500, 'big'), { group: 'big' });
  await clock.advance(minute);
  await tracker.trackAll(adapter, refsOf(3, 'small'), { group: 'small' });
  const since = adapter.reads.length;
  await clock.advance(10 * second);
  const small = adapter.reads.slice(since).filter(({ key }) => key.startsWith('acme/small'));
  expect(countByKey(small).size).toBe(3);
});

// https://github.com/taskforcesh/bullmq/issues/3325
test('a paused group does not starve another, nor takes its turns', async () => {
  const policy = { requestsPerSecond: 2, burst: 1 };
  const paused = toReading('paused', { retryAfterMs: 12 * hour });
  const { clock, adapter, tracker } = createScene((id) => [id.startsWith('paused') ? paused : running], {
    policy,
  });
  await tracker.trackAll(adapter, refsOf(100, 'paused'), { group: 'paused' });
  await tracker.trackAll(adapter, refsOf(10, 'busy'), { group: 'busy' });
  await clock.advance(hour);
  const alone = createScene(() => [running], { policy });
  await alone.tracker.trackAll(alone.adapter, refsOf(10, 'busy'), { group: 'busy' });
  await alone.clock.advance(hour);
  const isBusy = ({ key }: ScriptedRead) => key.startsWith('acme/busy');
  const isLater = ({ at }: ScriptedRead) => at > 10 * minute;
  expect(adapter.reads.filter((read) => !isBusy(read)).length).toBe(100);
  const laterReads = adapter.reads.filter((read) => isBusy(read) && isLater(read));
  expect(laterReads.length).toBeGreaterThan(0.9 * alone.adapter.reads.filter(isLater).length);
});

// https://github.com/avifenesh/glide-mq/issues/148
test('an account that is throttled holds up itself only, in one tracker and one adapter', async () => {
  const { clock, adapter, tracker } = createScene(
    (id) => (id.startsWith('greedy') ? [toFailure('throttled', hour)] : [running, succeeded]),
    { lane: (id) => id.replace(/\d+$/, '') },
  );
  for (const ref of [...refsOf(30, 'greedy'), ...refsOf(30, 'modest')]) tracker.track(adapter, ref);
  await clock.advance(minute);
  const greedy = adapter.reads.filter(({ key }) => key.startsWith('acme/greedy'));
  expect(greedy.every(({ at }) => at === 0)).toBe(true);
  const stopped = tracker.rows().filter((row) => row.stopped === 'settled');
  expect(stopped.map(({ key }) => key.replace(/\d+$/, ''))).toEqual(Array(30).fill('acme/modest'));
});

// https://github.com/2GT-Media-Group-LLC/mikrotik-manager/issues/114
test('a lane with more to read than it may reads all in turn, and the queue does not grow', async () => {
  const out = new Set<string>();
  const policy = { requestsPerSecond: 2, burst: 1 };
  const clock = createManualClock();
  let overlaps = 0;
  const { adapter, tracker } = createScene(
    () => [
      ({ key }) => {
        if (out.has(key)) overlaps += 1;
        out.add(key);
        return new Promise((resolve) => {
          clock.setTimer(() => {
            out.delete(key);
            resolve(running);
          }, second);
        });
      },
    ],
    { clock, policy },
  );
  await tracker.trackAll(adapter, refsOf(600));
  await clock.advance(hour);
  const counts = [...countByKey(adapter.reads).values()];
  expect(counts.length).toBe(600);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  expect(adapter.reads.length).toBeLessThanOrEqual(2 * 3_600 + 1);
  expect({ overlaps, size: tracker.size }).toEqual({ overlaps: 0, size: 600 });
  expect(clock.pendingTimers).toBeLessThanOrEqual(4);
});
