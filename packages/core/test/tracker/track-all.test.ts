import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createManualClock, type ManualClock } from '../../../../test/support/manual-clock.ts';
import {
  createScriptedAdapter,
  type ScriptedRef,
  toReading,
} from '../../../../test/support/scripted-adapter.ts';
import type { TrackLabels } from '../../src/tracker/migration-row.ts';
import { createTracker, type Tracker } from '../../src/tracker/tracker.ts';
import { createTrackerHarness, watchPromise } from './tracker-harness.ts';

const second = 1_000;
const minute = 60 * second;
const running = toReading('running', { retryAfterMs: 60 * minute });

/** Refs in order: `m0`, `m1`, … */
function toRefs(count: number): ScriptedRef[] {
  return Array.from({ length: count }, (_, index) => ({ id: `m${index}` }));
}

function toKeys(tracker: Tracker): readonly string[] {
  return tracker.rows().map(({ key }) => key);
}

/** Lets pass no time, but everything that is to happen at this time, until a promise has settled. */
async function settleOn<Value>(clock: ManualClock, promise: Promise<Value>): Promise<Value> {
  const settlement = watchPromise(clock, promise);
  for (let turn = 0; settlement.outcome === 'pending' && turn < 1_000; turn += 1) await clock.advance(0);
  return promise;
}

describe('tracking many', () => {
  const refs = toRefs(3);
  test.each<[string, () => Iterable<ScriptedRef> | AsyncIterable<ScriptedRef>]>([
    ['an array', () => refs],
    ['a set', () => new Set(refs)],
    [
      'a generator',
      function* () {
        yield* refs;
      },
    ],
    [
      'an asynchronous generator',
      async function* () {
        for (const ref of refs) {
          await Promise.resolve();
          yield ref;
        }
      },
    ],
  ])('takes %s, follows each, and tells how many', async (_title, toGiven) => {
    const { clock, adapter, tracker } = createTrackerHarness(() => [running]);
    const tracked: string[] = [];
    tracker.on('tracked', ({ row }) => tracked.push(row.key));
    const keys = ['acme/m0', 'acme/m1', 'acme/m2'];
    expect(await tracker.trackAll(adapter, toGiven())).toBe(3);
    expect({ size: tracker.size, keys: toKeys(tracker), tracked }).toEqual({ size: 3, keys, tracked: keys });
    await clock.advance(second);
    expect(tracker.rows().map(({ status }) => status?.state)).toEqual(['running', 'running', 'running']);
  });

  test('takes nothing', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({});
    expect(await tracker.trackAll(adapter, [])).toBe(0);
    expect({ size: tracker.size, timers: clock.pendingTimers }).toEqual({ size: 0, timers: 0 });
  });

  test('labels all alike', async () => {
    const { adapter, tracker } = createTrackerHarness({});
    const meta = { customer: 7 };
    await tracker.trackAll(adapter, refs, { group: 'wave 1', meta });
    expect(tracker.rows().map(({ group }) => group)).toEqual(['wave 1', 'wave 1', 'wave 1']);
    expect(tracker.rows().every((row) => row.meta === meta)).toBe(true);
  });

  test('labels each by itself', async () => {
    const { adapter, tracker } = createTrackerHarness({});
    const toLabels = ({ id }: ScriptedRef): TrackLabels =>
      id === 'm1' ? {} : { group: `of ${id}`, meta: id };
    await tracker.trackAll(adapter, refs, toLabels);
    expect(tracker.rows().map(({ group, meta }) => [group, meta])).toEqual([
      ['of m0', 'm0'],
      [undefined, undefined],
      ['of m2', 'm2'],
    ]);
  });

  test('counts each once, also those that are tracked already', async () => {
    const { clock, adapter, tracker } = createTrackerHarness(() => [running]);
    const handle = tracker.track(adapter, { id: 'm1' });
    await clock.advance(0);
    const tracked: string[] = [];
    tracker.on('tracked', ({ row }) => tracked.push(row.key));
    expect(await tracker.trackAll(adapter, [...refs, ...refs])).toBe(2);
    expect(await tracker.trackAll(adapter, refs)).toBe(0);
    expect(tracked).toEqual(['acme/m0', 'acme/m2']);
    await clock.advance(second);
    expect({ size: tracker.size, reads: adapter.reads.length, row: handle.row.reads }).toEqual({
      size: 3,
      reads: 3,
      row: 1,
    });
  });

  test('leaves those that are tracked already as they are', async () => {
    const { adapter, tracker } = createTrackerHarness(() => [running]);
    tracker.track(adapter, { id: 'm1' }, { group: 'wave 1', meta: 'first' });
    await tracker.trackAll(adapter, refs, { group: 'wave 2', meta: 'second' });
    expect(tracker.rows().map(({ key, group, meta }) => [key, group, meta])).toEqual([
      ['acme/m1', 'wave 1', 'first'],
      ['acme/m0', 'wave 2', 'second'],
      ['acme/m2', 'wave 2', 'second'],
    ]);
  });
});

describe('what was tracked with many', () => {
  test('is followed until it is forgotten, whoever lets go', async () => {
    const { clock, adapter, tracker } = createTrackerHarness(() => [running]);
    await tracker.trackAll(adapter, toRefs(2));
    for (let index = 0; index < 3; index += 1) tracker.track(adapter, { id: 'm0' }).release();
    await clock.advance(second);
    expect(tracker.rows().map(({ status }) => status?.state)).toEqual(['running', 'running']);
    expect(tracker.forget('acme/m0')).toBe(true);
    expect(toKeys(tracker)).toEqual(['acme/m1']);
  });

  test('is followed until it is forgotten also when a handle was there before', async () => {
    const { adapter, tracker } = createTrackerHarness(() => [running]);
    const handle = tracker.track(adapter, { id: 'm0' });
    await tracker.trackAll(adapter, toRefs(2));
    handle.release();
    expect(toKeys(tracker)).toEqual(['acme/m0', 'acme/m1']);
  });
});

describe('a call that cannot go on', () => {
  test('rejects with a bad ref, keeps what came before, and asks for no more', async () => {
    const { adapter, tracker } = createTrackerHarness({});
    let isEnded = false;
    function* give() {
      try {
        yield { id: 'm0' };
        yield { id: 'm1' };
        yield { id: 7 } as unknown as ScriptedRef;
        yield { id: 'm3' };
      } finally {
        isEnded = true;
      }
    }
    await expect(tracker.trackAll(adapter, give())).rejects.toMatchObject({
      name: 'ConfigurationError',
      option: 'id',
    });
    expect({ keys: toKeys(tracker), isEnded }).toEqual({ keys: ['acme/m0', 'acme/m1'], isEnded: true });
  });

  test('rejects with what the refs throw', async () => {
    const { adapter, tracker } = createTrackerHarness({});
    async function* give() {
      yield { id: 'm0' };
      throw new Error('the list broke off');
    }
    await expect(tracker.trackAll(adapter, give())).rejects.toThrow('the list broke off');
    expect(toKeys(tracker)).toEqual(['acme/m0']);
  });

  test('rejects with labels that are none, and with what a function of labels throws', async () => {
    const { adapter, tracker } = createTrackerHarness({});
    const odd = { groupe: 'wave 1' } as TrackLabels;
    await expect(tracker.trackAll(adapter, toRefs(2), odd)).rejects.toMatchObject({ option: 'groupe' });
    await expect(tracker.trackAll(adapter, toRefs(2), () => odd)).rejects.toMatchObject({ option: 'groupe' });
    const broken = () => {
      throw new Error('no label');
    };
    await expect(tracker.trackAll(adapter, toRefs(2), broken)).rejects.toThrow('no label');
    expect(tracker.size).toBe(0);
  });

  test('rejects an adapter that the tracker was not made with', async () => {
    const { tracker } = createTrackerHarness({});
    const stranger = createScriptedAdapter({ provider: 'other', script: {} });
    await expect(tracker.trackAll(stranger, toRefs(1))).rejects.toMatchObject({ option: 'adapter' });
    await expect(tracker.trackAll(stranger, [])).rejects.toMatchObject({ option: 'adapter' });
  });

  test('rejects after the tracker was closed', async () => {
    const { adapter, tracker } = createTrackerHarness({});
    await tracker.close();
    await expect(tracker.trackAll(adapter, toRefs(1))).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('a great number', () => {
  test('is added in slices, between which everything else goes on', async () => {
    const { clock, adapter, tracker } = createTrackerHarness(() => [running]);
    const sizes = [0];
    const observe = () => {
      sizes.push(tracker.size);
      if (tracker.size < 10_000) clock.setTimer(observe, 0);
    };
    clock.setTimer(observe, 0);
    const added = await settleOn(clock, tracker.trackAll(adapter, toRefs(10_000)));
    const growths = sizes.slice(1).map((size, index) => size - (sizes[index] ?? 0));
    expect({ added, size: tracker.size }).toEqual({ added: 10_000, size: 10_000 });
    expect(Math.max(...growths)).toBeLessThanOrEqual(2_000);
    expect(toKeys(tracker).slice(0, 3)).toEqual(['acme/m0', 'acme/m1', 'acme/m2']);
  });

  test('lets the event loop go round between its slices, also where timers ring one right after the other', async () => {
    const clock = createManualClock();
    const hasty = {
      ...clock,
      setTimer(ring: () => void, delayMs: number) {
        if (delayMs === 0) queueMicrotask(ring);
        return () => {};
      },
    };
    const adapter = createScriptedAdapter({ script: () => [running] });
    const tracker = createTracker({ adapters: [adapter], clock: hasty, random: () => 0 });
    const sizes = [0];
    const tracked = tracker.trackAll(adapter, toRefs(10_000));
    while (tracker.size < 10_000) {
      sizes.push(tracker.size);
      await nextTurn();
    }
    expect(await tracked).toBe(10_000);
    const growths = [...sizes, 10_000].slice(1).map((size, index) => size - (sizes[index] ?? 0));
    expect(Math.max(...growths)).toBeLessThanOrEqual(2_000);
  });

  test('is added for a few milliseconds at a time, however long each takes', async () => {
    const clock = createManualClock();
    let spentMs = 0;
    const adapter = createScriptedAdapter({ script: () => [running] });
    const slow = {
      ...adapter,
      parseRef(value: unknown) {
        spentMs += 1;
        return adapter.parseRef(value);
      },
    };
    const marks = [0];
    const slowClock = {
      ...clock,
      now: () => clock.now() + spentMs,
      setTimer(ring: () => void, delayMs: number) {
        marks.push(spentMs);
        return clock.setTimer(ring, delayMs);
      },
    };
    const tracker = createTracker({ adapters: [slow], clock: slowClock, random: () => 0 });
    expect(await settleOn(clock, tracker.trackAll(slow, toRefs(40)))).toBe(40);
    marks.push(spentMs);
    const spans = marks.slice(1).map((mark, index) => mark - (marks[index] ?? 0));
    expect(Math.max(...spans)).toBeLessThanOrEqual(5);
  });

  test('that fits one slice costs no timer of its own', async () => {
    const clock = createManualClock();
    const delays: number[] = [];
    const counting = {
      ...clock,
      setTimer(ring: () => void, delayMs: number) {
        delays.push(delayMs);
        return clock.setTimer(ring, delayMs);
      },
    };
    const adapter = createScriptedAdapter({ script: () => [running] });
    const tracker = createTracker({ adapters: [adapter], clock: counting, random: () => 0 });
    await tracker.trackAll(adapter, toRefs(1_999));
    expect(delays).toEqual([0]);
    expect(tracker.size).toBe(1_999);
  });

  test('ends when the tracker is closed in the middle, and leaves nothing behind', async () => {
    const { clock, adapter, tracker } = createTrackerHarness(() => [running]);
    const tracked = watchPromise(clock, tracker.trackAll(adapter, toRefs(5_000)));
    const { size } = tracker;
    await tracker.close();
    await clock.advance(second);
    expect(size).toBeLessThan(5_000);
    expect(tracked).toMatchObject({
      outcome: 'rejected',
      error: { name: 'NotFoundOutError', code: 'closed' },
    });
    expect({ size: tracker.size, reads: adapter.reads.length, timers: clock.pendingTimers }).toEqual({
      size,
      reads: 0,
      timers: 0,
    });
  });

  test('ends with the tracker at once, without a timer that is left', async () => {
    const { clock, adapter, tracker } = createTrackerHarness(() => [running]);
    const tracked = watchPromise(clock, tracker.trackAll(adapter, toRefs(5_000)));
    await tracker.close();
    expect(clock.pendingTimers).toBe(0);
    await new Promise(setImmediate);
    expect(tracked.outcome).toBe('rejected');
  });
});
