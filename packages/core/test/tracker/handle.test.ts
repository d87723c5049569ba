import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { toFailure, toReading } from '../../../../test/support/scripted-adapter.ts';
import type { MigrationRow } from '../../src/tracker/migration-row.ts';
import { createTrackerHarness } from './tracker-harness.ts';

const second = 1_000;
const minute = 60 * second;
const ref = { id: 'a' };
const pending = toReading('pending');
const running = toReading('running');
const succeeded = toReading('succeeded');

/** What a row says, in one word or two. */
function toWord({ status, conditions, stopped }: MigrationRow): string {
  const state = status?.state ?? 'unread';
  return [state, ...conditions.map(({ kind }) => kind), ...(stopped ? [stopped] : [])].join(' ');
}

describe('the row', () => {
  test('is what is known at this moment, frozen', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [running, toFailure('transient')] });
    const handle = tracker.track(adapter, ref, { group: 'wave 1', meta: { id: 7 } });
    const unread = handle.row;
    await clock.advance(second);
    expect(unread).toEqual({
      provider: 'acme',
      key: 'acme/a',
      ref,
      conditions: [],
      reads: 0,
      group: 'wave 1',
      meta: { id: 7 },
    });
    expect(handle.row).toMatchObject({
      status: { state: 'running' },
      conditions: [{ kind: 'unreachable' }],
      reads: 2,
    });
    const { row } = handle;
    expect([row, row.status, row.conditions, row.conditions[0], row.ref].every(Object.isFrozen)).toBe(true);
    expect(() => Object.assign(row.conditions, { length: 0 })).toThrow(TypeError);
  });
});

describe('a refresh', () => {
  test('reads at once and resolves with the row after it', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({
      a: [toReading('pending', { retryAfterMs: minute }), running],
    });
    const handle = tracker.track(adapter, ref);
    await clock.advance(5 * second);
    const refreshed = watch(handle.refresh());
    await clock.advance(0);
    expect({ at: refreshed.at, word: refreshed.value && toWord(refreshed.value) }).toEqual({
      at: 5 * second,
      word: 'running',
    });
  });

  test('that is asked for in a loop reads no more often than the shortest gap', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running] });
    const handle = tracker.track(adapter, ref);
    for (let index = 0; index < 30; index += 1) {
      watch(handle.refresh());
      await clock.advance(100);
    }
    expect(adapter.reads.map(({ at }) => at)).toEqual([0, 1, 2, 3].map((seconds) => seconds * second));
  });

  test.each<[object, string]>([
    [{ timeoutMs: 5 }, 'timeoutMs'],
    [{ signal: {} }, 'signal'],
  ])('with %j is refused', async (options, option) => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [running] });
    const handle = tracker.track(adapter, ref);
    await expect(handle.refresh(options)).rejects.toMatchObject({ name: 'ConfigurationError', option });
    expect({ reads: adapter.reads.length, now: clock.now() }).toEqual({ reads: 0, now: 0 });
  });

  test('joins a read that is out, and any number share it', async () => {
    let answer: (value: unknown) => void = () => {};
    const { clock, adapter, tracker, watch } = createTrackerHarness({
      a: [() => new Promise((resolve) => (answer = resolve)), succeeded],
    });
    const handle = tracker.track(adapter, ref);
    await clock.advance(0);
    const refreshes = [handle, tracker.track(adapter, ref), handle].map((each) => watch(each.refresh()));
    answer(running);
    await clock.advance(0);
    expect(refreshes.map(({ value }) => value && toWord(value))).toEqual(['running', 'running', 'running']);
    expect(adapter.reads.length).toBe(1);
  });

  test('resolves also when the read fails', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [toFailure('transient')] });
    const refreshed = watch(tracker.track(adapter, ref).refresh());
    await clock.advance(0);
    expect(refreshed.value && toWord(refreshed.value)).toBe('unread unreachable');
  });

  test('waits for the end of a throttling', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({
      a: [toFailure('throttled', minute), running],
    });
    const handle = tracker.track(adapter, ref);
    await clock.advance(second);
    const refreshed = watch(handle.refresh());
    await clock.advance(minute - second - 1);
    expect(refreshed.outcome).toBe('pending');
    await clock.advance(1);
    expect({ at: refreshed.at, reads: adapter.reads.length }).toEqual({ at: minute, reads: 2 });
  });

  test('of a settled migration reads nothing', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [succeeded] });
    const handle = tracker.track(adapter, ref);
    await clock.advance(0);
    expect([toWord(await handle.refresh()), adapter.reads.length]).toEqual(['succeeded settled', 1]);
  });

  test('that is aborted settles at once, and its signal keeps no listener', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: ['never'] });
    const controller = new AbortController();
    const refreshed = watch(tracker.track(adapter, ref).refresh({ signal: controller.signal }));
    await clock.advance(second);
    controller.abort();
    await clock.advance(0);
    expect(refreshed).toMatchObject({ outcome: 'rejected', at: second, error: { code: 'aborted' } });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('that is aborted before reads nothing', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({
      a: [toReading('running', { retryAfterMs: minute })],
    });
    const handle = tracker.track(adapter, ref);
    await clock.advance(0);
    const refreshed = watch(handle.refresh({ signal: AbortSignal.abort() }));
    await clock.advance(second);
    expect({ outcome: refreshed.outcome, reads: adapter.reads.length }).toEqual({
      outcome: 'rejected',
      reads: 1,
    });
  });

  test('through a handle that was let go reads nothing, also when others hold on', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({
      a: [toReading('running', { retryAfterMs: minute })],
    });
    const handle = tracker.track(adapter, ref);
    tracker.track(adapter, ref);
    await clock.advance(0);
    handle.release();
    const refreshed = watch(handle.refresh());
    await clock.advance(second);
    expect(refreshed).toMatchObject({ outcome: 'rejected', error: { code: 'released' } });
    expect(adapter.reads.length).toBe(1);
  });

  test('after the tracker was closed sets no timer', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running] });
    const handle = tracker.track(adapter, ref);
    await clock.advance(0);
    await tracker.close();
    const refreshed = watch(handle.refresh());
    await clock.advance(0);
    expect(refreshed).toMatchObject({ outcome: 'rejected', error: { code: 'closed' } });
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('letting go', () => {
  test('of one of two handles leaves the other alone, and both cost one read', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running, succeeded] });
    const [one, two] = [tracker.track(adapter, ref), tracker.track(adapter, ref)];
    const waits = [watch(one.settled()), watch(two.settled())];
    await clock.advance(0);
    one.release();
    await clock.advance(second);
    expect(waits.map(({ outcome }) => outcome)).toEqual(['rejected', 'resolved']);
    expect(adapter.reads.length).toBe(2);
  });

  test('of the last handle aborts the read and forgets the migration', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: ['never'] });
    const handles = [tracker.track(adapter, ref), tracker.track(adapter, ref)];
    await clock.advance(0);
    for (const handle of handles) handle.release();
    expect({
      aborted: adapter.reads.map(({ aborted }) => aborted),
      rows: tracker.rows(),
      timers: clock.pendingTimers,
    }).toEqual({ aborted: [true], rows: [], timers: 0 });
  });

  test('twice counts once, also when it was the last and the migration is tracked again', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [running] });
    const handle = tracker.track(adapter, ref);
    handle.release();
    tracker.track(adapter, ref);
    handle.release();
    await clock.advance(second);
    expect(tracker.rows().map(toWord)).toEqual(['running']);
  });

  test('and tracking again starts anew', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running, pending, succeeded] });
    const first = tracker.track(adapter, ref);
    await clock.advance(0);
    first.release();
    const again = tracker.track(adapter, ref);
    expect(toWord(again.row)).toBe('unread');
    const wait = watch(again.settled());
    await clock.advance(minute);
    expect({ state: wait.value?.state, reads: again.row.reads }).toEqual({ state: 'succeeded', reads: 2 });
    expect(toWord(first.row)).toBe('running');
  });

  test('happens at the end of a block', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: ['never'] });
    {
      using handle = tracker.track(adapter, ref);
      await clock.advance(0);
      expect(handle.key).toBe('acme/a');
    }
    expect({ rows: tracker.rows(), timers: clock.pendingTimers }).toEqual({ rows: [], timers: 0 });
  });
});

describe('iterating', () => {
  test('gives the row as it is and then every transition to a slow reader, and ends with the migration', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({
      a: [pending, running, toReading('paused'), running, toFailure('transient'), succeeded],
    });
    const iterator = tracker.track(adapter, ref)[Symbol.asyncIterator]();
    await clock.advance(minute);
    const words: string[] = [];
    for await (const row of iterator) words.push(toWord(row));
    expect(words).toEqual([
      'unread',
      'pending',
      'running',
      'paused',
      'running unreachable',
      'succeeded settled',
    ]);
  });

  test('tells conditions as they begin and end to a reader that keeps up', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({
      a: [running, toFailure('transient'), running, succeeded],
    });
    const words: string[] = [];
    async function follow(): Promise<void> {
      for await (const row of tracker.track(adapter, ref)) words.push(toWord(row));
    }
    const followed = follow();
    await clock.advance(minute);
    await followed;
    expect(words).toEqual(['unread', 'running', 'running unreachable', 'running', 'succeeded settled']);
  });

  test('a migration that has ended gives its row and ends', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [succeeded] });
    const handle = tracker.track(adapter, ref);
    await clock.advance(0);
    const words: string[] = [];
    for await (const row of handle) words.push(toWord(row));
    expect(words).toEqual(['succeeded settled']);
  });

  test('ends when reading stops because of refused access', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [toFailure('forbidden')] });
    const iterator = tracker.track(adapter, ref)[Symbol.asyncIterator]();
    await clock.advance(minute);
    const words: string[] = [];
    for await (const row of iterator) words.push(toWord(row));
    expect(words).toEqual(['unread unauthorized refused']);
  });

  test('is left with break, and two readers do not take from each other', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [pending, running, succeeded] });
    const handle = tracker.track(adapter, ref);
    const [one, two] = [handle[Symbol.asyncIterator](), handle[Symbol.asyncIterator]()];
    await clock.advance(0);
    for await (const _row of one) break;
    await clock.advance(minute);
    expect(await one.next()).toEqual({ done: true, value: undefined });
    const words: string[] = [];
    for await (const row of two) words.push(toWord(row));
    expect(words).toEqual(['unread', 'pending', 'running', 'succeeded settled']);
  });

  test.each(['release', 'close'] as const)('ends with %s, also for a reader that waits', async (way) => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running] });
    const handle = tracker.track(adapter, ref);
    tracker.track(adapter, ref);
    const iterator = handle[Symbol.asyncIterator]();
    const waiting = [watch(iterator.next()), watch(iterator.next()), watch(iterator.next())];
    await clock.advance(0);
    if (way === 'release') handle.release();
    else await tracker.close();
    await clock.advance(0);
    expect(waiting.map(({ value }) => value?.done)).toEqual([false, false, true]);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  test('a handle that was let go gives its row and ends', async () => {
    const { adapter, tracker } = createTrackerHarness({ a: [running] });
    const handle = tracker.track(adapter, ref);
    handle.release();
    const words: string[] = [];
    for await (const row of handle) words.push(toWord(row));
    expect(words).toEqual(['unread']);
  });
});
