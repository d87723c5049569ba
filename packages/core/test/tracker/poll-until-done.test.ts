import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createManualClock } from '../../../../test/support/manual-clock.ts';
import {
  createScriptedAdapter,
  type ScriptedAnswer,
  toFailure,
  toReading,
} from '../../../../test/support/scripted-adapter.ts';
import type { MigrationAdapter } from '../../src/adapter/contract.ts';
import type { Clock } from '../../src/engine/clock.ts';
import { type PollOptions, pollUntilDone } from '../../src/tracker/poll-until-done.ts';
import { watchPromise } from './tracker-harness.ts';

const second = 1_000;
const minute = 60 * second;
const running = toReading('running');
const succeeded = toReading('succeeded');

/** Begins to poll one migration with these answers. */
function poll(answers: readonly ScriptedAnswer[], options: PollOptions = {}, ref: unknown = { id: 'a' }) {
  const clock = createManualClock();
  const adapter = createScriptedAdapter({ clock, script: { a: answers } });
  const promise = pollUntilDone(adapter, ref as { id: string }, { clock, random: () => 0, ...options });
  return { clock, adapter, wait: watchPromise(clock, promise) };
}

test('resolves with a status that is frozen, with its ref', async () => {
  const { clock, wait } = poll([toReading('running', { progress: { percent: 4 } }), succeeded]);
  await clock.advance(minute);
  expect([wait.value, wait.value?.ref].map(Object.isFrozen)).toEqual([true, true]);
});

test.each(['succeeded', 'failed', 'canceled', 'awaiting_input'] as const)(
  'resolves with %s, and leaves no timer',
  async (state) => {
    const { clock, wait } = poll([running, toFailure('transient'), toReading(state)]);
    await clock.advance(minute);
    expect({ outcome: wait.outcome, state: wait.value?.state, timers: clock.pendingTimers }).toEqual({
      outcome: 'resolved',
      state,
      timers: 0,
    });
  },
);

test('waits for what it is told, or the end', async () => {
  const { clock, wait } = poll([toReading('awaiting_input'), running, succeeded], {
    until: ({ state }) => state === 'running',
  });
  await clock.advance(minute);
  expect(wait.value?.state).toBe('running');
});

test('follows by the numbers that it is given', async () => {
  const { clock, adapter } = poll([running], { policy: { floorMs: 7 * second, ceilingMs: 7 * second } });
  await clock.advance(30 * second);
  expect(adapter.reads.map(({ at }) => at)).toEqual([0, 7, 14, 21, 28].map((seconds) => seconds * second));
});

test('no read waits for others to share a request with', async () => {
  const clock = createManualClock();
  const adapter = createScriptedAdapter({ clock, script: { a: [running] }, batch: 10 });
  const policy = { floorMs: 1_300, ceilingMs: 1_300, batchWindowMs: minute };
  const wait = pollUntilDone(adapter, { id: 'a' }, { clock, random: () => 0, policy, timeoutMs: 4 * second });
  watchPromise(clock, wait);
  await clock.advance(minute);
  expect(adapter.reads.map(({ at }) => at)).toEqual([0, 1_300, 2_600, 3_900]);
});

test('tells each change of status and conditions', async () => {
  const words: string[] = [];
  const { clock } = poll([running, running, toFailure('transient'), running, succeeded], {
    onChange: ({ status, conditions }) =>
      words.push([status?.state, ...conditions.map(({ kind }) => kind)].join(' ')),
  });
  await clock.advance(minute);
  expect(words).toEqual(['running', 'running unreachable', 'running', 'succeeded']);
});

describe('what its listener throws', () => {
  const print = vi.spyOn(console, 'error');
  afterEach(() => print.mockReset());

  test.each([
    [
      'at once',
      () => {
        throw new Error('broken');
      },
    ],
    ['as a promise', (() => Promise.reject(new Error('broken'))) as () => void],
  ])('%s is printed and stops nothing', async (_title, onChange) => {
    print.mockImplementation(() => {});
    const { clock, wait } = poll([running, succeeded], { onChange });
    await clock.advance(minute);
    const printed = print.mock.calls.splice(0);
    expect({ outcome: wait.outcome, printed: printed.map(([text, error]) => [text, String(error)]) }).toEqual(
      {
        outcome: 'resolved',
        printed: Array.from({ length: 2 }, () => ['migration-status: a listener threw', 'Error: broken']),
      },
    );
  });
});

test('refuses what is no adapter', async () => {
  const adapter = (() => createScriptedAdapter({ script: {} })) as unknown as MigrationAdapter;
  await expect(pollUntilDone(adapter, { id: 'a' })).rejects.toMatchObject({
    code: 'invalid_configuration',
    option: 'adapter',
  });
});

test('an abort settles at once and leaves no timer, listener or request', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const { clock, adapter, wait } = poll([running, 'never'], { signal, timeoutMs: minute });
  await clock.advance(2 * second);
  controller.abort('enough');
  await clock.advance(0);
  expect(wait).toMatchObject({
    outcome: 'rejected',
    at: 2 * second,
    error: { code: 'aborted', cause: 'enough', status: { state: 'running' } },
  });
  expect({
    timers: clock.pendingTimers,
    listeners: getEventListeners(signal, 'abort'),
    aborted: adapter.reads.at(-1)?.aborted,
  }).toEqual({ timers: 0, listeners: [], aborted: true });
});

test('an abort that came before reads nothing', async () => {
  const { clock, adapter, wait } = poll([running], { signal: AbortSignal.abort() });
  await clock.advance(minute);
  expect({ outcome: wait.outcome, reads: adapter.reads.length, timers: clock.pendingTimers }).toEqual({
    outcome: 'rejected',
    reads: 0,
    timers: 0,
  });
});

test('a deadline is kept exactly, aborts the read that is out and leaves no timer', async () => {
  const { clock, adapter, wait } = poll([running, 'never'], { timeoutMs: 10 * second });
  await clock.advance(minute);
  expect(wait).toMatchObject({
    outcome: 'rejected',
    at: 10 * second,
    error: { code: 'wait_timeout', status: { state: 'running' } },
  });
  expect({ timers: clock.pendingTimers, aborted: adapter.reads.at(-1)?.aborted }).toEqual({
    timers: 0,
    aborted: true,
  });
});

test('refused access rejects as such', async () => {
  const { clock, adapter, wait } = poll([toFailure('unauthorized')], { timeoutMs: minute });
  await clock.advance(minute);
  expect({ error: wait.error, reads: adapter.reads.length, timers: clock.pendingTimers }).toMatchObject({
    error: { code: 'access_refused' },
    reads: 3,
    timers: 0,
  });
});

test('credentials that were refused often enough are not tried again, outages in between or not', async () => {
  const refused = toFailure('unauthorized');
  const { clock, adapter, wait } = poll([refused, refused, toFailure('transient'), refused]);
  await clock.advance(minute);
  expect({ error: wait.error, reads: adapter.reads.length, timers: clock.pendingTimers }).toMatchObject({
    error: { code: 'access_refused', message: expect.stringContaining('the credentials of all') },
    reads: 4,
    timers: 0,
  });
});

test('a timer that rings too early reads nothing, and is set again', async () => {
  const manual = createManualClock();
  const clock: Clock = {
    ...manual,
    setTimer: (ring, delayMs) => manual.setTimer(ring, Math.min(delayMs, 300)),
  };
  const adapter = createScriptedAdapter({ clock, script: { a: [running] } });
  const options = { clock, random: () => 0, timeoutMs: 2_500 };
  const wait = watchPromise(manual, pollUntilDone(adapter, { id: 'a' }, options));
  await manual.advance(minute);
  expect(adapter.reads.map(({ at }) => at)).toEqual([0, second, 2 * second]);
  expect(wait).toMatchObject({ at: 2_500, error: { code: 'wait_timeout' } });
  expect(manual.pendingTimers).toBe(0);
});

test.each<[string, PollOptions, unknown, string]>([
  ['a malformed ref', {}, { id: 7 }, 'id'],
  ['a policy that cannot be', { policy: { concurrency: 0 } }, { id: 'a' }, 'policy.concurrency'],
  ['a deadline that cannot be', { timeoutMs: Number.NaN }, { id: 'a' }, 'timeoutMs'],
  ['an option that nobody knows', { timeout: 5 } as PollOptions, { id: 'a' }, 'timeout'],
  ['a clock that is none', { clock: {} } as PollOptions, { id: 'a' }, 'clock'],
  ['a listener that is none', { onChange: 'log' } as unknown as PollOptions, { id: 'a' }, 'onChange'],
  ['what can be no policy', { policy: 5 } as unknown as PollOptions, { id: 'a' }, 'policy'],
])('%s rejects before any request', async (_title, options, ref, option) => {
  const { clock, adapter, wait } = poll([running], options, ref);
  await clock.advance(minute);
  expect({ error: wait.error, reads: adapter.reads.length, timers: clock.pendingTimers }).toMatchObject({
    error: { code: 'invalid_configuration', option },
    reads: 0,
    timers: 0,
  });
});
