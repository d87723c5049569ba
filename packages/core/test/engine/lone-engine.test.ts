import { expect, test } from 'vitest';
import { createManualClock } from '../../../../test/support/manual-clock.ts';
import { createScriptedAdapter, toFailure, toReading } from '../../../../test/support/scripted-adapter.ts';
import { toEnginePolicy } from '../../src/engine/engine-policy.ts';
import { createLoneEngine } from '../../src/engine/lone-engine.ts';

const second = 1_000;

/** An engine that follows one migration with these answers, on a clock of its own. */
function createHarness(...answers: Parameters<typeof toReading>[0][]) {
  const clock = createManualClock();
  const script = { a: [...answers.map((state) => toReading(state)), toFailure('transient')] };
  const adapter = createScriptedAdapter({ clock, script });
  const errors: unknown[] = [];
  const engine = createLoneEngine(
    { adapter, ref: { id: 'a' }, key: 'acme/a' },
    { clock, random: () => 0, policy: toEnginePolicy(), onListenerError: (error) => errors.push(error) },
  );
  return { clock, adapter, engine, errors };
}

test('tells its observers in their order, and none that has gone', async () => {
  const { clock, engine } = createHarness('running', 'paused');
  const told: string[] = [];
  const endFirst = engine.entry.observe(({ type }) => {
    told.push(`first ${type}`);
    endFirst();
  });
  engine.entry.observe(({ type }, { row }) => told.push(`second ${type} ${row.reading?.state}`));
  await clock.advance(2 * second);
  expect(told).toEqual([
    'first read',
    'second read running',
    'second read paused',
    'second read_failed paused',
  ]);
});

test('an observer that throws is reported, and harms nobody', async () => {
  const { clock, engine, adapter, errors } = createHarness('running');
  engine.entry.observe(() => {
    throw new Error('broken');
  });
  let told = 0;
  engine.entry.observe(() => {
    told += 1;
  });
  await clock.advance(second);
  expect({ errors: errors.map(String), told, reads: adapter.reads.length }).toEqual({
    errors: ['Error: broken', 'Error: broken'],
    told: 2,
    reads: 2,
  });
});

test('an alarm rings once at its time, unless it was called off', async () => {
  const { clock, engine } = createHarness('succeeded');
  const rung: number[] = [];
  engine.setAlarm(5 * second, () => rung.push(clock.now()));
  engine.setAlarm(6 * second, () => rung.push(clock.now()))();
  await clock.advance(10 * second);
  expect(rung).toEqual([5 * second]);
  expect(clock.pendingTimers).toBe(0);
});

test('what has ended is not read again, and keeps no timer', async () => {
  const { clock, adapter, engine } = createHarness('running', 'succeeded');
  await clock.advance(60 * second);
  expect({
    reads: adapter.reads.length,
    state: engine.entry.row.stopped,
    timers: clock.pendingTimers,
  }).toEqual({
    reads: 2,
    state: 'settled',
    timers: 0,
  });
});
