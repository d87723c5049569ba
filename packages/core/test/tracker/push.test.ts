import { describe, expect, test } from 'vitest';
import { startOfWallTime } from '../../../../test/support/manual-clock.ts';
import {
  type ScriptedAnswer,
  type ScriptedQuestion,
  toFailure,
  toReading,
} from '../../../../test/support/scripted-adapter.ts';
import type { MigrationState } from '../../src/model/migration-state.ts';
import type { MigrationStatus } from '../../src/model/migration-status.ts';
import { caughtFrom } from '../store/caught-from.ts';
import { createTrackerHarness } from './tracker-harness.ts';

const second = 1_000;
const minute = 60 * second;
const pushedGapMs = 15 * minute;
const ref = { id: 'a' };
const running = toReading('running');
const succeeded = toReading('succeeded');

/** What a provider tells of a migration, as of a `now()` of the tests. */
function toPushed(
  at: number,
  state: MigrationState,
  { id = 'a', ...details }: Partial<MigrationStatus> & { readonly id?: string } = {},
): MigrationStatus {
  const observedAt = new Date(startOfWallTime + at).toISOString();
  return { provider: 'acme', key: `acme/${id}`, ref: { id }, observedAt, ...toReading(state), ...details };
}

/** Follows one migration until its first answer is there. */
async function follow(
  answers: readonly ScriptedAnswer[],
  options: Parameters<typeof createTrackerHarness>[1] = {},
) {
  const harness = createTrackerHarness({ a: answers }, options);
  const handle = harness.tracker.track(harness.adapter, ref);
  await harness.clock.advance(0);
  return { ...harness, handle };
}

describe('news that is pushed', () => {
  test('moves the state at once, and is no read', async () => {
    const { clock, tracker, handle } = await follow([toReading('running', { retryAfterMs: minute })]);
    await clock.advance(10 * second);
    const status = toPushed(10 * second, 'paused', { phase: 'import', progress: { percent: 40 } });
    expect(tracker.push(status)).toBe(true);
    expect(handle.row).toEqual({ provider: 'acme', key: 'acme/a', ref, status, conditions: [], reads: 1 });
    expect(Object.isFrozen(handle.row.status?.progress)).toBe(true);
  });

  test('of what was never read is its first status', async () => {
    const { tracker, adapter } = createTrackerHarness({ a: [running] });
    tracker.track(adapter, ref);
    expect(tracker.push(toPushed(0, 'awaiting_input'))).toBe(true);
    expect(tracker.get('acme/a')).toMatchObject({ status: { state: 'awaiting_input' }, reads: 0 });
  });

  test('is told as a change', async () => {
    const { tracker } = await follow([running]);
    const events: unknown[] = [];
    tracker.on('change', ({ row, previous, transition }) =>
      events.push({ state: row.status?.state, previous: previous?.state, transition }),
    );
    tracker.on('settled', ({ row }) => events.push(row.stopped));
    tracker.push(toPushed(0, 'paused'));
    tracker.push(toPushed(0, 'paused', { message: 'until tomorrow' }));
    tracker.push(toPushed(0, 'paused', { message: 'until tomorrow' }));
    tracker.push(toPushed(0, 'succeeded'));
    expect(events).toEqual([
      { state: 'paused', previous: 'running', transition: { from: 'running', to: 'paused' } },
      { state: 'paused', previous: 'paused', transition: undefined },
      { state: 'succeeded', previous: 'paused', transition: { from: 'paused', to: 'succeeded' } },
      'settled',
    ]);
  });

  test('ends waits and iterations, and nothing is read any more', async () => {
    const { clock, adapter, tracker, handle, watch } = await follow([running]);
    const wait = watch(handle.settled());
    const rows = handle[Symbol.asyncIterator]();
    tracker.push(toPushed(0, 'partially_succeeded'));
    await clock.advance(60 * minute);
    expect(wait).toMatchObject({ outcome: 'resolved', at: 0, value: { state: 'partially_succeeded' } });
    const states: unknown[] = [];
    for await (const row of rows) states.push(row.status?.state);
    expect(states).toEqual(['running', 'partially_succeeded']);
    expect({ reads: adapter.reads.length, timers: clock.pendingTimers }).toEqual({ reads: 1, timers: 0 });
  });

  test.each<[string, object | undefined, number]>([
    ['a quarter of an hour', undefined, pushedGapMs],
    ['what the policy says', { pushedGapMs: 10 * minute }, 10 * minute],
  ])('puts the next read off by %s', async (_title, policy, gapMs) => {
    const { clock, adapter, tracker } = await follow([running], policy && { policy });
    await clock.advance(0.5 * second);
    tracker.push(toPushed(0.5 * second, 'running'));
    await clock.advance(gapMs - 1);
    expect(adapter.reads).toHaveLength(1);
    await clock.advance(second);
    expect(adapter.reads).toHaveLength(2);
  });

  test('puts the next read off also where it could go along with others', async () => {
    const { clock, adapter, tracker, watch } = await follow([running], {
      batch: 10,
      script: () => [running],
    });
    const other = tracker.track(adapter, { id: 'b' });
    tracker.push(toPushed(0, 'running'));
    await clock.advance(pushedGapMs - 10 * second);
    watch(other.refresh());
    await clock.advance(10 * second - 1);
    expect(adapter.reads.at(-1)).toMatchObject({ key: 'acme/b', at: pushedGapMs - 10 * second });
    expect(adapter.reads.filter(({ key }) => key === 'acme/a')).toHaveLength(1);
  });

  test('that goes on puts the next read off again and again', async () => {
    const { clock, adapter, tracker } = await follow([running]);
    for (let index = 1; index <= 6; index += 1) {
      await clock.advance(10 * minute);
      tracker.push(toPushed(index * 10 * minute, 'running', { progress: { percent: index } }));
    }
    const { length } = adapter.reads;
    await clock.advance(pushedGapMs - 1);
    expect(adapter.reads).toHaveLength(length);
    expect(tracker.get('acme/a')?.status?.progress).toEqual({ percent: 6 });
  });

  test('does not keep anybody from asking', async () => {
    const { clock, tracker, handle, watch } = await follow([running, succeeded]);
    tracker.push(toPushed(0, 'paused'));
    const refreshed = watch(handle.refresh());
    await clock.advance(second);
    expect(refreshed.value).toMatchObject({ status: { state: 'succeeded' } });
  });

  test('leaves what the adapter has noted', async () => {
    const memos: unknown[] = [];
    const answer = ({ memo }: ScriptedQuestion) => {
      memos.push(memo);
      return toReading('running', { memo: { cursor: 7 } });
    };
    const { clock, tracker, handle, watch } = await follow([answer]);
    tracker.push(toPushed(0, 'paused'));
    watch(handle.refresh());
    await clock.advance(second);
    expect(memos).toEqual([undefined, { cursor: 7 }]);
  });

  test('in a burst is taken in order, and leaves one timer', async () => {
    const { clock, adapter, tracker, handle, watch } = await follow([running]);
    const seen: unknown[] = [];
    tracker.on('change', ({ row }) => seen.push(row.status?.progress?.percent));
    const wait = watch(handle.settled());
    const percents = Array.from({ length: 1_000 }, (_, index) => index / 10);
    for (const percent of percents)
      expect(tracker.push(toPushed(0, 'running', { progress: { percent } }))).toBe(true);
    expect(seen).toEqual(percents);
    expect(clock.pendingTimers).toBe(1);
    tracker.push(toPushed(0, 'succeeded'));
    await clock.advance(60 * minute);
    expect({ reads: adapter.reads.length, outcome: wait.outcome }).toEqual({ reads: 1, outcome: 'resolved' });
  });

  test('leaves a condition about our looking', async () => {
    const { clock, tracker, handle } = await follow([running, toFailure('transient')]);
    await clock.advance(second);
    tracker.push(toPushed(second, 'paused'));
    expect(handle.row).toMatchObject({ status: { state: 'paused' }, conditions: [{ kind: 'unreachable' }] });
  });
});

describe('a read that is out', () => {
  test('is aborted, and its late answer changes nothing', async () => {
    const answer = Promise.withResolvers<unknown>();
    const { clock, adapter, tracker, handle } = await follow([() => answer.promise]);
    await clock.advance(second);
    tracker.push(toPushed(second, 'paused'));
    expect(adapter.reads[0]?.aborted).toBe(true);
    answer.resolve(succeeded);
    await clock.advance(minute);
    expect(handle.row).toMatchObject({ status: { state: 'paused' }, reads: 0 });
    expect(adapter.reads).toHaveLength(1);
  });

  test('loses one of its migrations only, when it is about several', async () => {
    const answer = Promise.withResolvers<unknown>();
    const { clock, adapter, tracker } = createTrackerHarness(
      () => [() => answer.promise.then(() => succeeded)],
      {
        batch: 10,
      },
    );
    for (const id of ['a', 'b', 'c']) tracker.track(adapter, { id });
    await clock.advance(second);
    expect(new Set(adapter.reads.map(({ request }) => request)).size).toBe(1);
    tracker.push(toPushed(second, 'paused', { id: 'b' }));
    expect(adapter.reads.map(({ aborted }) => aborted)).toEqual([false, false, false]);
    answer.resolve(undefined);
    await clock.advance(0);
    expect(tracker.rows().map(({ status, reads }) => [status?.state, reads])).toEqual([
      ['succeeded', 1],
      ['paused', 0],
      ['succeeded', 1],
    ]);
  });

  test('is aborted once news of all its migrations was pushed, and the lane is free', async () => {
    const { clock, adapter, tracker } = createTrackerHarness((id) => [id === 'c' ? running : 'never'], {
      batch: 2,
      policy: { concurrency: 1 },
    });
    for (const id of ['a', 'b']) tracker.track(adapter, { id });
    await clock.advance(0);
    tracker.track(adapter, { id: 'c' });
    await clock.advance(second);
    expect(adapter.reads).toHaveLength(2);
    for (const id of ['a', 'b']) tracker.push(toPushed(second, 'running', { id }));
    expect(adapter.reads.map(({ aborted }) => aborted).slice(0, 2)).toEqual([true, true]);
    await clock.advance(0);
    expect(tracker.get('acme/c')).toMatchObject({ reads: 1 });
  });

  test('of another migration goes on', async () => {
    const { clock, adapter, tracker } = createTrackerHarness(() => ['never']);
    for (const id of ['a', 'b']) tracker.track(adapter, { id });
    await clock.advance(second);
    tracker.push(toPushed(second, 'paused'));
    expect(adapter.reads.map(({ key, aborted }) => [key, aborted])).toEqual([
      ['acme/a', true],
      ['acme/b', false],
    ]);
  });
});

describe('what is pushed and does not count', () => {
  test('is what was observed before the last status', async () => {
    const { clock, adapter, tracker, handle } = await follow([running]);
    await clock.advance(second);
    const { row } = handle;
    expect(tracker.push(toPushed(second - 1, 'paused'))).toBe(true);
    expect(handle.row).toEqual(row);
    await clock.advance(second);
    expect(adapter.reads).toHaveLength(3);
    tracker.push(toPushed(2 * second, 'paused'));
    expect(handle.row.status?.state).toBe('paused');
    tracker.push(toPushed(2 * second - 1, 'running'));
    expect(handle.row.status?.state).toBe('paused');
  });

  test('drops no read when it is old', async () => {
    const { clock, adapter, tracker, handle } = await follow([running, 'never']);
    await clock.advance(second);
    tracker.push(toPushed(-1, 'paused'));
    expect(adapter.reads.map(({ aborted }) => aborted)).toEqual([false, false]);
    expect(handle.row.status?.state).toBe('running');
  });

  test('is a time that has not come, which does not keep later news out', async () => {
    const { clock, tracker, handle } = await follow([running]);
    tracker.push(toPushed(60 * minute, 'paused'));
    expect(handle.row.status).toMatchObject({
      state: 'paused',
      observedAt: new Date(startOfWallTime).toISOString(),
    });
    await clock.advance(second);
    tracker.push(toPushed(second, 'running'));
    expect(handle.row.status?.state).toBe('running');
  });

  test('is news of what has ended, which is told as an anomaly', async () => {
    const { clock, tracker, handle } = await follow([succeeded]);
    const events: unknown[] = [];
    tracker.on('change', () => events.push('change'));
    tracker.on('anomaly', ({ kind, message }) => events.push({ kind, message }));
    const { row } = handle;
    expect(tracker.push(toPushed(0, 'failed'))).toBe(true);
    expect(tracker.push(toPushed(0, 'succeeded', { message: 'once more' }))).toBe(true);
    await clock.advance(60 * minute);
    expect(handle.row).toEqual(row);
    expect(events).toEqual([
      { kind: 'contrary_read', message: 'acme/a: it ended as succeeded, and later it is said to be failed' },
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('is what nobody tracks', async () => {
    const { tracker } = await follow([running]);
    expect(tracker.push(toPushed(0, 'running', { id: 'b' }))).toBe(false);
    tracker.forget('acme/a');
    expect(tracker.push(toPushed(0, 'paused'))).toBe(false);
    expect(tracker.rows()).toEqual([]);
  });

  test('is what comes after the tracker was closed', async () => {
    const { clock, tracker, handle } = await follow([running]);
    await tracker.close();
    expect(tracker.push(toPushed(0, 'paused'))).toBe(false);
    expect({ state: handle.row.status?.state, timers: clock.pendingTimers }).toEqual({
      state: 'running',
      timers: 0,
    });
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a word', 'running'],
    ['a list', []],
    ['without a key', { ...toPushed(0, 'running'), key: undefined }],
    ['with a key that is a number', { ...toPushed(0, 'running'), key: 7 }],
    ['without a state', { ...toPushed(0, 'running'), state: undefined }],
    ['in a state that does not exist', { ...toPushed(0, 'running'), state: 'sleeping' }],
    ['without the word of the provider', { ...toPushed(0, 'running'), nativeState: undefined }],
    ['without a time', { ...toPushed(0, 'running'), observedAt: undefined }],
    ['at a time that is none', { ...toPushed(0, 'running'), observedAt: 'yesterday' }],
    ['at a time in milliseconds', { ...toPushed(0, 'running'), observedAt: startOfWallTime }],
    ['with progress that is a number', { ...toPushed(0, 'running'), progress: 40 }],
    ['with progress that is null', { ...toPushed(0, 'running'), progress: null }],
    ['with issues that are none', { ...toPushed(0, 'failed'), issues: 'no space' }],
    ['with an issue that is null', { ...toPushed(0, 'failed'), issues: [null] }],
    ['with bytes', { ...toPushed(0, 'running'), native: new Uint8Array(4) }],
  ])('is refused when it is %s, and changes nothing', async (_title, status) => {
    const { tracker, handle } = await follow([running]);
    const { row } = handle;
    expect(caughtFrom(() => tracker.push(status as MigrationStatus))).toMatchObject({
      name: 'ConfigurationError',
      option: 'status',
    });
    expect(handle.row).toEqual(row);
  });
});

describe('what is pushed keeps the promises of the model:', () => {
  test('progress is mended to its bounds', async () => {
    const { tracker, handle } = await follow([running]);
    tracker.push(toPushed(0, 'running', { progress: { percent: 140, completed: 7, total: 3, failed: -1 } }));
    expect(handle.row.status?.progress).toEqual({ percent: 100, completed: 7 });
    tracker.push(toPushed(0, 'running', { progress: { percent: Number.NaN } }));
    expect(handle.row.status).not.toHaveProperty('progress');
  });

  test('a failure without an issue gets one', async () => {
    const { tracker, handle } = await follow([running]);
    tracker.push(toPushed(0, 'failed'));
    expect(handle.row.status?.issues).toMatchObject([{ severity: 'error', code: 'unexplained_failure' }]);
  });

  test('the address is the one that is tracked', async () => {
    const { tracker, handle } = await follow([running]);
    tracker.push(toPushed(0, 'paused', { provider: 'other', ref: { id: 'other' } }));
    expect(handle.row.status).toMatchObject({ provider: 'acme', key: 'acme/a', ref });
  });

  test('a word that nobody knows is told', async () => {
    const { tracker } = await follow([running]);
    const messages: string[] = [];
    tracker.on('anomaly', ({ message }) => messages.push(message));
    tracker.push(toPushed(0, 'unknown', { nativeState: 'REHYDRATING' }));
    expect(messages).toEqual(['acme/a: its state "REHYDRATING" is none that the adapter knows']);
  });

  test('what is not found yet is believed only after a while', async () => {
    const { tracker, handle } = await follow([running]);
    for (let index = 0; index < 10; index += 1) tracker.push(toPushed(0, 'not_found'));
    expect(handle.row).toMatchObject({ status: { state: 'running' } });
    expect(handle.row).not.toHaveProperty('stopped');
  });
});

describe('a migration whose reading is refused', () => {
  test('stays refused, and moves', async () => {
    const { clock, adapter, tracker, handle } = await follow([toFailure('forbidden')]);
    await clock.advance(minute);
    expect(handle.row).toMatchObject({ stopped: 'refused', reads: 3 });
    tracker.push(toPushed(minute, 'running'));
    expect(handle.row).toMatchObject({
      stopped: 'refused',
      status: { state: 'running' },
      conditions: [{ kind: 'unauthorized', stopsReading: true }],
    });
    await clock.advance(60 * minute);
    expect(adapter.reads).toHaveLength(3);
    tracker.push(toPushed(61 * minute, 'succeeded'));
    expect(handle.row).toMatchObject({ stopped: 'settled', conditions: [] });
  });
});
