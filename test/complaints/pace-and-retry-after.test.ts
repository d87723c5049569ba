import { createTracker, getStatus, type Pace, pollUntilDone } from '@migration-status/core';
import { expect, test } from 'vitest';
import { createManualClock } from '../support/manual-clock.ts';
import { createScriptedAdapter, toFailure, toReading } from '../support/scripted-adapter.ts';
import {
  createDice,
  createScene,
  createWireScene,
  doneAt,
  hour,
  minute,
  running,
  second,
  succeeded,
  toBusiest,
  toGaps,
  watchPromise,
} from './scene.ts';

const a = { id: 'a' };

// https://github.com/aws/aws-sdk-js-v3/issues/5602
test('no gap jumps to the cap: each is little longer than the one before', async () => {
  let turn = 0;
  const random = () => (turn++ % 2 === 0 ? 0 : 1);
  const { clock, adapter, tracker } = createScene({ a: [running] }, { random });
  tracker.track(adapter, a);
  await clock.advance(2 * hour);
  const gaps = toGaps(adapter.reads);
  const growth = gaps.slice(1).map((gap, index) => gap / (gaps[index] ?? gap));
  expect(Math.max(...growth)).toBeLessThan(1.4);
  expect(Math.max(...gaps)).toBeGreaterThan(4 * minute);
});

// https://github.com/aws/aws-sdk-js-v3/issues/1806 https://github.com/aws/aws-sdk-js-v3/issues/1909
test('the first read is at once, and a job that is done is seen without any wait', async () => {
  const clock = createManualClock();
  const adapter = createScriptedAdapter({ clock, script: { a: [succeeded] } });
  const wait = watchPromise(clock, pollUntilDone(adapter, a, { clock }));
  await clock.advance(0);
  expect(wait).toMatchObject({ outcome: 'resolved', at: 0 });
});

// https://github.com/aws/aws-sdk-js-v3/issues/1806 https://github.com/Azure/azure-sdk-for-python/issues/1120
test.each([1, 3, 7, 20, 60, 250, 600, 3_600])(
  'a job of %i s is seen done soon, and there is no 20 s minimum',
  async (seconds) => {
    const clock = createManualClock();
    const endsAt = seconds * second;
    const { adapter, tracker, watch } = createScene(
      { a: [doneAt(clock, endsAt)] },
      { clock, random: () => 1 },
    );
    const wait = watch(tracker.track(adapter, a).settled());
    await clock.advance(3 * hour);
    const lateMs = (wait.at ?? Number.POSITIVE_INFINITY) - endsAt;
    expect(lateMs).toBeLessThanOrEqual(1.05 * second + 0.22 * endsAt);
  },
);

// https://github.com/aws/aws-sdk-js-v3/issues/6767
test('half a second is a gap like any other', async () => {
  const policy = { floorMs: 500, ceilingMs: 500 };
  const { clock, adapter, tracker } = createScene({ a: [running] }, { policy });
  tracker.track(adapter, a);
  await clock.advance(5 * second);
  expect(toGaps(adapter.reads)).toEqual(Array(10).fill(500));
});

// https://github.com/Azure/go-autorest/issues/58
test('Retry-After expires after one gap', async () => {
  const { clock, adapter, tracker } = createScene({
    a: [toReading('running', { retryAfterMs: minute }), running],
  });
  tracker.track(adapter, a);
  await clock.advance(5 * minute);
  const [asked, ...others] = toGaps(adapter.reads);
  expect(asked).toBe(minute);
  expect(others[0]).toBeLessThan(15 * second);
});

test('Retry-After of a failed read expires too', async () => {
  const { clock, adapter, tracker } = createScene({ a: [toFailure('transient', minute), running] });
  tracker.track(adapter, a);
  await clock.advance(5 * minute);
  const [asked, ...others] = toGaps(adapter.reads);
  expect(asked).toBe(minute);
  expect(others[0]).toBeLessThan(15 * second);
});

// https://github.com/Azure/go-autorest/issues/58
test('Retry-After on a good answer is heard each time that it is said', async () => {
  await using scene = await createWireScene((_request, response) => {
    response.setHeader('retry-after', '30').end('{"status":"RUNNING"}');
  });
  const { adapter, tracker, requests, turnUntil } = scene;
  tracker.track(adapter, { jobId: '7' });
  await turnUntil(() => requests.length === 5);
  expect(Math.min(...toGaps(requests))).toBeGreaterThanOrEqual(30 * second);
});

// https://github.com/Azure/azure-sdk-for-net/issues/3439
test('a service that forgets Retry-After is not asked several times a second', async () => {
  const { clock, adapter, tracker } = createScene(() => [running]);
  tracker.track(adapter, a);
  await clock.advance(10 * minute);
  expect(Math.min(...toGaps(adapter.reads))).toBeGreaterThanOrEqual(second);
  await tracker.trackAll(
    adapter,
    Array.from({ length: 1_000 }, (_, index) => ({ id: `m${index}` })),
  );
  await clock.advance(minute);
  const times = adapter.reads.map(({ at }) => at);
  expect(toBusiest(times, second)).toBeLessThanOrEqual(60);
  expect(toBusiest(times, 1)).toBeLessThanOrEqual(10);
});

// https://github.com/Azure/autorest.csharp/issues/1674 https://github.com/googleapis/google-cloud-node/issues/1886
test.each([
  { duration: minute, most: 20 },
  { duration: 10 * minute, most: 40 },
  { duration: hour, most: 48 },
  { duration: 24 * hour, most: 330 },
])('a job of $duration ms costs at most $most requests, and says how many', async ({ duration, most }) => {
  const clock = createManualClock();
  const { adapter, tracker, watch } = createScene({ a: [doneAt(clock, duration)] }, { clock });
  const handle = tracker.track(adapter, a);
  const wait = watch(handle.settled());
  await clock.advance(2 * duration);
  expect(wait.outcome).toBe('resolved');
  expect(adapter.reads.length).toBeLessThanOrEqual(most);
  expect(handle.row.reads).toBe(adapter.reads.length);
});

// https://github.com/hashicorp/go-retryablehttp/issues/295
test('a Retry-After of a day is kept, and holds up neither a deadline nor a single look', async () => {
  const clock = createManualClock();
  const adapter = createScriptedAdapter({ clock, script: { a: [toFailure('throttled', 24 * hour)] } });
  const wait = watchPromise(clock, pollUntilDone(adapter, a, { clock, timeoutMs: 10 * minute }));
  await clock.advance(hour);
  expect(wait).toMatchObject({ outcome: 'rejected', at: 10 * minute, error: { code: 'wait_timeout' } });
  expect(adapter.reads.length).toBe(1);
  await expect(getStatus(adapter, a)).rejects.toMatchObject({ code: 'throttled', retryAfterMs: 24 * hour });
  expect(adapter.reads.length).toBe(2);
});

test.each([Number.MAX_SAFE_INTEGER, 1e300])(
  'a Retry-After of %d ms does not overflow into none at all',
  async (retryAfterMs) => {
    const { clock, adapter, tracker } = createScene({
      good: [toReading('running', { retryAfterMs })],
      failed: [toFailure('transient', retryAfterMs)],
    });
    tracker.track(adapter, { id: 'good' });
    tracker.track(adapter, { id: 'failed' });
    await clock.advance(24 * hour);
    expect(adapter.reads.map(({ key }) => key)).toEqual(['acme/good', 'acme/failed']);
  },
);

// https://github.com/sindresorhus/ky/issues/509
test('reads that were throttled together do not come back together: one goes first, and the rest by the rate', async () => {
  const clock = createManualClock();
  const { adapter, tracker } = createScene(
    () => [
      async () => {
        const askedAt = clock.now();
        await new Promise<void>((resolve) => clock.setTimer(resolve, 200));
        if (askedAt < minute) throw toFailure('throttled', minute);
        return succeeded;
      },
    ],
    { clock },
  );
  for (let index = 0; index < 100; index += 1) tracker.track(adapter, { id: `m${index}` });
  await clock.advance(3 * minute);
  const later = adapter.reads.map(({ at }) => at).filter((at) => at >= minute);
  const [probedAt = 0, ...others] = later;
  expect(later.length).toBe(100);
  expect(Math.min(...others) - probedAt).toBe(200);
  expect(toBusiest(later, second)).toBeLessThanOrEqual(60);
});

// https://github.com/dcdpr/jp/pull/1080 https://github.com/aws/aws-sdk-net/issues/4341
test('sessions that were told 60 s come back after 60 s at the earliest, and each at another time', async () => {
  const clock = createManualClock();
  const comebacks: number[] = [];
  for (let session = 0; session < 50; session += 1) {
    let turn = 0;
    const answer = () => {
      turn += 1;
      if (turn === 1) throw toFailure('throttled', minute);
      if (turn === 2) comebacks.push(clock.now());
      return succeeded;
    };
    const options = { clock, random: createDice(session + 1), policy: { concurrency: 1 } };
    const { adapter, tracker } = createScene(() => [answer], options);
    tracker.track(adapter, a);
    tracker.track(adapter, { id: 'that was not refused itself' });
  }
  await clock.advance(10 * minute);
  expect(comebacks.length).toBe(50);
  expect(Math.min(...comebacks)).toBeGreaterThanOrEqual(minute);
  expect(Math.max(...comebacks)).toBeLessThan(1.2 * minute);
  expect(toBusiest(comebacks, 10)).toBeLessThanOrEqual(3);
});

// https://github.com/aws/aws-sdk-go/issues/669
test('no stampede at the cap: a hundred that began together are far apart after two hours', async () => {
  const clock = createManualClock();
  const times: number[] = [];
  for (let process = 0; process < 100; process += 1) {
    const { adapter, tracker } = createScene(
      {
        a: [
          () => {
            times.push(clock.now());
            return running;
          },
        ],
      },
      { clock, random: createDice(process + 1) },
    );
    tracker.track(adapter, a);
  }
  await clock.advance(3 * hour);
  expect(toBusiest(times.slice(0, 100), 1)).toBe(100);
  const last = times.filter((at) => at >= 2 * hour);
  expect(last.length).toBeGreaterThan(1_000);
  expect(toBusiest(last, second)).toBeLessThanOrEqual(12);
});

// https://github.com/aws/aws-sdk-net/issues/4341 https://github.com/dcdpr/jp/pull/1080
test.each([0, 0.5, 1])('jitter only adds, whatever the dice say (%d)', async (dice) => {
  const steady = { floorMs: 10 * second, ceilingMs: 10 * second };
  const toSteadyGaps = async (answer: ReturnType<typeof toFailure> | typeof running) => {
    const { clock, adapter, tracker } = createScene({ a: [answer] }, { policy: steady, random: () => dice });
    tracker.track(adapter, a);
    await clock.advance(minute);
    return toGaps(adapter.reads);
  };
  for (const answer of [running, toFailure('transient'), toFailure('throttled', 10 * second)]) {
    const gaps = await toSteadyGaps(answer);
    expect(gaps.length).toBeGreaterThan(2);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10 * second);
  }
});

// https://github.com/vercel/swr/issues/1683 https://github.com/vercel/swr/issues/182
test('the interval can be a function of what was read, and the provider still has the last word', async () => {
  const waiting = toReading('awaiting_input');
  const pace: Pace = ({ reading }) => (reading?.state === 'awaiting_input' ? 15 * minute : undefined);
  const { clock, adapter, tracker } = createScene(
    { a: [waiting, running, toReading('running', { retryAfterMs: hour }), running] },
    { policy: { pace } },
  );
  tracker.track(adapter, a);
  await clock.advance(3 * hour);
  const [first, second_, third] = toGaps(adapter.reads);
  expect([first, third]).toEqual([15 * minute, hour]);
  expect(second_).toBeLessThan(5 * minute);
});

test('dice that are left out differ from process to process', async () => {
  const clock = createManualClock();
  const gaps = new Set<number>();
  for (let process = 0; process < 40; process += 1) {
    const adapter = createScriptedAdapter({
      clock,
      script: { a: [toReading('running', { retryAfterMs: minute })] },
    });
    const tracker = createTracker({ adapters: [adapter], clock });
    tracker.track(adapter, a);
    await clock.advance(1.5 * minute);
    await tracker.close();
    gaps.add(toGaps(adapter.reads)[0] ?? 0);
  }
  expect(gaps.size).toBeGreaterThan(10);
});
