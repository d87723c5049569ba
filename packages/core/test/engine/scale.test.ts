import { expect, test } from 'vitest';
import { createManualClock } from '../../../../test/support/manual-clock.ts';
import {
  createScriptedAdapter,
  type ScriptedAnswer,
  toFailure,
  toReading,
} from '../../../../test/support/scripted-adapter.ts';
import type { Clock } from '../../src/engine/clock.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { defaultEnginePolicy, type EnginePolicy } from '../../src/engine/engine-policy.ts';

const second = 1_000;
const minute = 60 * second;
const most = 1_000;

interface CrowdOptions {
  readonly answer: () => ScriptedAnswer;
  readonly lanes?: number;
  readonly policy?: Partial<EnginePolicy>;
}

/** An engine whose every go is counted: what a timer or an answer sets off before anything else can happen. */
function createCrowd({ answer, lanes = 1, policy }: CrowdOptions) {
  const clock = createManualClock();
  /** How many rows were told something in each go. */
  const goes: number[] = [];
  let mostTimers = 0;
  const counted: Clock = {
    now: clock.now,
    wallTime: clock.wallTime,
    setTimer(ring, delayMs) {
      const cancel = clock.setTimer(() => {
        goes.push(0);
        ring();
        mostTimers = Math.max(mostTimers, clock.pendingTimers);
      }, delayMs);
      mostTimers = Math.max(mostTimers, clock.pendingTimers);
      return cancel;
    },
  };
  const adapter = createScriptedAdapter({
    clock,
    lane: (id) => `lane ${Number(id) % lanes}`,
    script: () => [
      () => {
        goes.push(0);
        const next = answer();
        if (next instanceof Error) throw next;
        return next;
      },
    ],
  });
  const engine = createEngine({
    clock: counted,
    random: () => 0,
    policy: { ...defaultEnginePolicy, ...policy },
    onStep: () => {
      goes.push((goes.pop() ?? 0) + 1);
    },
    onListenerError(error) {
      throw error;
    },
  });
  let followed = 0;
  return {
    clock,
    adapter,
    engine,
    mostTimers: () => mostTimers,
    largestGo: () => Math.max(...goes),
    toldIn: () => goes.reduce((sum, count) => sum + count, 0),
    follow(count: number) {
      for (let index = 0; index < count; index += 1) {
        const id = String(followed++);
        engine.add({ adapter, ref: { id }, key: adapter.key({ id }) });
      }
    },
  };
}

test('fifty thousand that come due in a parked lane are told so in slices', async () => {
  const { clock, adapter, engine, follow, mostTimers, largestGo, toldIn } = createCrowd({
    answer: () => toFailure('throttled', 10 * minute),
  });
  follow(1);
  await clock.advance(second);
  follow(50_000);
  await clock.advance(second);
  expect(toldIn()).toBe(50_001);
  expect(largestGo()).toBeLessThanOrEqual(most);
  expect({ reads: adapter.reads.length, mostTimers: mostTimers() }).toEqual({ reads: 1, mostTimers: 1 });
  engine.close();
  expect(clock.pendingTimers).toBe(0);
});

test('fifty thousand that wait when their lane is parked are told so in slices', async () => {
  let count = 0;
  const { clock, engine, follow, mostTimers, largestGo, toldIn } = createCrowd({
    answer: () => (++count < 20 ? toReading('succeeded') : toFailure('throttled', 10 * minute)),
    policy: { concurrency: 1 },
  });
  follow(50_000);
  await clock.advance(minute);
  expect(toldIn()).toBe(50_000);
  // The read that was throttled comes on top.
  expect(largestGo()).toBeLessThanOrEqual(most + 1);
  expect(mostTimers()).toBe(1);
  engine.close();
  expect(clock.pendingTimers).toBe(0);
});

test.each([1, 5])('fifty thousand of refused lanes (%s) are stopped in slices', async (lanes) => {
  const { clock, adapter, engine, follow, mostTimers, largestGo } = createCrowd({
    answer: () => toFailure('unauthorized'),
    lanes,
    policy: { concurrency: 1 },
  });
  follow(50_000);
  await clock.advance(minute);
  const stopped = [...engine.ids()].filter((id) => engine.entry(id).row.stopped === 'refused');
  expect(stopped.length).toBe(50_000);
  expect(largestGo()).toBeLessThanOrEqual(most + 1);
  expect(adapter.reads.length).toBeLessThanOrEqual(lanes * 4);
  expect({ mostTimers: mostTimers(), timers: clock.pendingTimers }).toEqual({ mostTimers: 1, timers: 0 });
});

test('fifty thousand that are due at one time are all read, with one timer, and closing leaves none', async () => {
  const { clock, adapter, engine, follow, mostTimers, largestGo } = createCrowd({
    answer: () => toReading('running'),
    policy: { requestsPerSecond: 1e9, burst: 1e9, concurrency: 1e9 },
  });
  follow(50_000);
  await clock.advance(0);
  expect(new Set(adapter.reads.map(({ key }) => key)).size).toBe(50_000);
  expect(adapter.reads.length).toBe(50_000);
  expect(mostTimers()).toBe(1);
  expect(largestGo()).toBeLessThanOrEqual(most);
  await clock.advance(second);
  expect(adapter.reads.length).toBe(100_000);
  expect(clock.pendingTimers).toBe(1);
  engine.close();
  expect(clock.pendingTimers).toBe(0);
});

test('removing fifty thousand leaves nothing behind, wherever they stand', async () => {
  const { clock, engine, follow } = createCrowd({ answer: () => 'never' });
  follow(25_000);
  await clock.advance(0);
  follow(25_000);
  for (const id of engine.ids()) engine.remove(id);
  expect({ size: engine.size(), timers: clock.pendingTimers }).toEqual({ size: 0, timers: 0 });
  for (const [, { inFlight }] of engine.lanes()) expect(inFlight).toBe(0);
});
