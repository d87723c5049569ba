import { expect, test } from 'vitest';
import { toReading } from '../../../../test/support/scripted-adapter.ts';
import { createRow } from '../../src/step/row.ts';
import { createHarness } from './engine-harness.ts';

const timeoutMs = 10_000;

test('each read is given up at its own time, also when another begins as an older one ends', async () => {
  const { clock, adapter, follow } = createHarness({
    script: () => ['never'],
    policy: { concurrency: 2, readTimeoutMs: timeoutMs },
  });
  follow('a');
  await clock.advance(500);
  follow('b');
  await clock.advance(1);
  follow('c');
  const wasAborted = async (at: number) => {
    await clock.advance(at - clock.now());
    return adapter.reads.slice(0, 2).map(({ aborted }) => aborted);
  };
  expect(await wasAborted(timeoutMs - 1)).toEqual([false, false]);
  expect(await wasAborted(timeoutMs)).toEqual([true, false]);
  expect(await wasAborted(timeoutMs + 499)).toEqual([true, false]);
  expect(await wasAborted(timeoutMs + 500)).toEqual([true, true]);
});

test('a read that comes back in time leaves the others their own', async () => {
  const { clock, adapter, engine, follow } = createHarness({
    script: (id) => [id === 'quick' ? toReading('succeeded') : 'never'],
    policy: { readTimeoutMs: timeoutMs },
  });
  follow('quick');
  await clock.advance(300);
  const slow = follow('slow');
  await clock.advance(timeoutMs - 1);
  expect(adapter.reads[1]?.aborted).toBe(false);
  await clock.advance(1);
  expect({ aborted: adapter.reads[1]?.aborted, failed: slow.row.failedReads }).toEqual({
    aborted: true,
    failed: 1,
  });
  engine.remove(slow.id);
  expect(clock.pendingTimers).toBe(0);
});

test('a read that is given up lets nobody go before all that is due at the same time has joined', async () => {
  const { clock, adapter, engine, requests } = createHarness({
    script: (id) => [id === 'slow' ? 'never' : toReading('succeeded')],
    batch: 10,
    policy: { readTimeoutMs: timeoutMs, concurrency: 1, earlyShare: 0 },
  });
  const follow = (id: string, dueAt: number) =>
    engine.add({ adapter, ref: { id }, key: adapter.key({ id }), row: createRow(0, dueAt) });
  follow('slow', 0);
  await clock.advance(1);
  follow('waiting', 1);
  await clock.advance(1);
  for (const id of ['due', 'due too']) follow(id, timeoutMs);
  await clock.advance(timeoutMs);
  expect(requests()).toEqual([['slow'], ['due', 'due%20too', 'waiting']]);
});
