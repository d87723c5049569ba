import { expect, test } from 'vitest';
import { type ScriptedAnswer, toFailure, toReading } from '../../../../test/support/scripted-adapter.ts';
import { createHarness, type HarnessOptions } from './engine-harness.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** A provider that refuses the credentials until they are mended. */
function createRefusing(options: Partial<HarnessOptions> = {}) {
  let answer: ScriptedAnswer = toFailure('unauthorized');
  const harness = createHarness({
    script: () => [
      () => {
        if (answer instanceof Error) throw answer;
        return answer;
      },
    ],
    ...options,
  });
  return {
    ...harness,
    followMany: (count: number) => Array.from({ length: count }, (_, index) => harness.follow(`m${index}`)),
    mend: () => {
      answer = toReading('running');
    },
  };
}

test.each([
  [3, 8],
  [3, 1],
  [1, 4],
  [10, 2],
])(
  'after %s refused reads in a row, with %s at once, the rows of a lane stop without a request',
  async (refusedReads, concurrency) => {
    const { clock, followMany, requests } = createRefusing({ policy: { refusedReads, concurrency } });
    const entries = followMany(200);
    await clock.advance(hour);
    expect(requests().length).toBeGreaterThanOrEqual(refusedReads);
    expect(requests().length).toBeLessThanOrEqual(refusedReads + concurrency);
    expect(entries.filter(({ row }) => row.stopped !== 'refused')).toEqual([]);
    expect(entries.filter(({ row }) => !row.conditions.some(({ stopsReading }) => stopsReading))).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  },
);

test('requests for many count once each', async () => {
  const { clock, followMany, requests } = createRefusing({
    batch: 10,
    policy: { refusedReads: 3, concurrency: 2 },
  });
  const entries = followMany(200);
  await clock.advance(hour);
  expect(requests().length).toBeGreaterThanOrEqual(3);
  expect(requests().length).toBeLessThanOrEqual(3 + 2);
  expect(entries.filter(({ row }) => row.stopped !== 'refused')).toEqual([]);
});

test('what is followed later in a refused lane costs no request, and in another lane it is read', async () => {
  const { clock, follow, followMany, reads } = createRefusing({
    lane: (id) => (id === 'elsewhere' ? 'b' : 'a'),
    script: (id) => [id === 'elsewhere' ? toReading('running') : toFailure('unauthorized')],
  });
  followMany(20);
  await clock.advance(minute);
  const before = reads().length;
  const [late, elsewhere] = ['late', 'elsewhere'].map(follow);
  await clock.advance(0);
  expect(reads().slice(before)).toEqual([`elsewhere@${minute}`]);
  expect([late?.row.stopped, elsewhere?.row.reading?.state]).toEqual(['refused', 'running']);
});

test('a refresh asks once more, and not again while the provider goes on refusing', async () => {
  const { clock, engine, followMany, reads } = createRefusing();
  const [entry] = followMany(100);
  await clock.advance(minute);
  const before = reads().length;
  if (entry) engine.refresh(entry.id);
  await clock.advance(hour);
  expect(reads().length).toBe(before + 1);
  expect({ stopped: entry?.row.stopped, timers: clock.pendingTimers }).toEqual({
    stopped: 'refused',
    timers: 0,
  });
});

test('a refresh of all asks no more often than there may be requests at once', async () => {
  const { clock, engine, followMany, reads } = createRefusing({ policy: { concurrency: 4 } });
  const entries = followMany(100);
  await clock.advance(minute);
  const before = reads().length;
  for (const { id } of entries) engine.refresh(id);
  await clock.advance(hour);
  expect(reads().length - before).toBeGreaterThanOrEqual(1);
  expect(reads().length - before).toBeLessThanOrEqual(4);
  expect(entries.filter(({ row }) => row.stopped !== 'refused')).toEqual([]);
});

test('a refresh of what has ended asks nothing, and opens no lane', async () => {
  const { clock, engine, follow, reads } = createHarness({
    script: (id) => [id === 'ended' ? toReading('succeeded') : toFailure('unauthorized')],
  });
  const ended = follow('ended');
  await clock.advance(second);
  for (let index = 0; index < 20; index += 1) follow(`m${index}`);
  await clock.advance(minute);
  const before = reads().length;
  engine.refresh(ended.id);
  follow('late');
  await clock.advance(minute);
  expect(reads().slice(before)).toEqual([]);
});

test('an answer opens the lane again', async () => {
  const { clock, engine, follow, followMany, mend, laneState } = createRefusing();
  const entries = followMany(50);
  await clock.advance(minute);
  mend();
  const [first, ...others] = entries;
  if (first) engine.refresh(first.id);
  await clock.advance(second);
  expect({ state: first?.row.reading?.state, refusals: laneState().refusals }).toEqual({
    state: 'running',
    refusals: 0,
  });
  expect(others.filter(({ row }) => row.stopped !== 'refused')).toEqual([]);
  const late = follow('late');
  for (const { id } of others) engine.refresh(id);
  await clock.advance(10 * second);
  expect([late, ...others].filter(({ row }) => row.reading?.state !== 'running')).toEqual([]);
  expect(entries.flatMap(({ row }) => row.conditions)).toEqual([]);
});

test.each(['forbidden', 'invalid_request'] as const)(
  'single rows that are refused (%s) close no lane',
  async (failure) => {
    const { clock, follow, reads, laneState } = createHarness({
      script: (id) => [id.startsWith('bad') ? toFailure(failure) : toReading('running')],
    });
    const bad = Array.from({ length: 30 }, (_, index) => follow(`bad${index}`));
    const good = Array.from({ length: 3 }, (_, index) => follow(`good${index}`));
    await clock.advance(2 * minute);
    expect(bad.filter(({ row }) => row.stopped !== 'refused' || row.reads !== 3)).toEqual([]);
    expect(good.filter(({ row }) => row.stopped !== undefined || row.reads < 5)).toEqual([]);
    expect(laneState().refusals).toBe(0);
    const last = Number(reads().at(-1)?.split('@')[1]);
    expect(last).toBeGreaterThan(minute);
  },
);

test('refused reads with an answer in between close no lane', async () => {
  let turn = 0;
  const { clock, follow, laneState } = createHarness({
    script: () => [
      () => {
        turn += 1;
        if (turn % 3 === 0) return toReading('running');
        throw toFailure('unauthorized');
      },
    ],
    policy: { concurrency: 1 },
  });
  const entries = Array.from({ length: 30 }, (_, index) => follow(`m${index}`));
  await clock.advance(3 * minute);
  expect(laneState().refusals).toBeLessThan(3);
  expect(entries.filter(({ row }) => row.reads === 0)).toEqual([]);
});

test('a listener may let go of each of thousands as it is refused', async () => {
  const { clock, engine, followMany, requests, listenerErrors } = createRefusing({
    // All of them wait by the time of the third read.
    policy: { concurrency: 1, requestsPerSecond: 1, burst: 1 },
    onStep(entry, event) {
      if (event.type === 'refused') engine.remove(entry.id);
    },
  });
  followMany(30_000);
  await clock.advance(minute);
  expect(listenerErrors.length).toBe(0);
  // The three that were read are still followed, as their own refusals have stopped them.
  expect(engine.size()).toBeLessThanOrEqual(3);
  expect(requests().length).toBeLessThanOrEqual(4);
});
