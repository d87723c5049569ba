import { afterEach, describe, expect, test, vi } from 'vitest';
import { createManualClock, startOfWallTime } from '../../../../test/support/manual-clock.ts';
import {
  createScriptedAdapter,
  type ScriptedQuestion,
  toFailure,
  toReading,
} from '../../../../test/support/scripted-adapter.ts';
import type { MigrationAdapter } from '../../src/adapter/contract.ts';
import { ConfigurationError } from '../../src/model/errors/configuration-error.ts';
import { NotFoundOutError } from '../../src/model/errors/wait-errors.ts';
import type { TrackLabels } from '../../src/tracker/migration-row.ts';
import { createTracker, type Tracker, type TrackerOptions } from '../../src/tracker/tracker.ts';
import { createTrackerHarness } from './tracker-harness.ts';

const second = 1_000;
const minute = 60 * second;
const ref = { id: 'a' };
const pending = toReading('pending');
const running = toReading('running');
const succeeded = toReading('succeeded');

/** Writes down every event of a tracker in a few words. */
function record(tracker: Tracker): readonly string[] {
  const events: string[] = [];
  tracker.on('change', ({ row, previous, transition }) => {
    const from = transition
      ? `${transition.from ?? 'nothing'} to ${transition.to}`
      : `still ${previous?.state}`;
    events.push(`${row.key} change: ${from}`);
  });
  tracker.on('condition', ({ row, condition, isActive }) =>
    events.push(`${row.key} ${condition.kind} ${isActive ? 'begins' : 'ends'}`),
  );
  tracker.on('anomaly', ({ row, kind }) => events.push(`${row.key} anomaly: ${kind}`));
  tracker.on('settled', ({ row }) => events.push(`${row.key} settled: ${row.status?.state}`));
  return events;
}

describe('events', () => {
  test('come in order: conditions that end, conditions that begin, change, settled', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({
      a: [
        pending,
        toFailure('transient'),
        toFailure('throttled'),
        toReading('pending', { message: 'soon' }),
        toFailure('transient'),
        succeeded,
      ],
    });
    const events = record(tracker);
    tracker.track(adapter, ref);
    await clock.advance(5 * minute);
    expect(events).toEqual([
      'acme/a change: nothing to pending',
      'acme/a unreachable begins',
      'acme/a unreachable ends',
      'acme/a throttled begins',
      'acme/a throttled ends',
      'acme/a change: still pending',
      'acme/a unreachable begins',
      'acme/a unreachable ends',
      'acme/a change: pending to succeeded',
      'acme/a settled: succeeded',
    ]);
  });

  test('carry the whole story, frozen', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [running, succeeded] });
    const seen: object[] = [];
    tracker.track(adapter, ref, { group: 'wave 1' });
    await clock.advance(0);
    tracker.on('change', (event) => seen.push(event));
    await clock.advance(second);
    const status = {
      provider: 'acme',
      key: 'acme/a',
      ref,
      observedAt: new Date(startOfWallTime + second).toISOString(),
      ...succeeded,
    };
    expect(seen).toEqual([
      {
        row: {
          provider: 'acme',
          key: 'acme/a',
          ref,
          status,
          conditions: [],
          stopped: 'settled',
          reads: 2,
          group: 'wave 1',
        },
        previous: { ...status, ...running, observedAt: new Date(startOfWallTime).toISOString() },
        transition: { from: 'running', to: 'succeeded' },
      },
    ]);
    expect(seen.every(Object.isFrozen)).toBe(true);
  });

  test('a refused credential is one with the first read, and once more when reading stops', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [toFailure('unauthorized')] });
    const events = record(tracker);
    tracker.track(adapter, ref);
    await clock.advance(0);
    expect(events).toEqual(['acme/a unauthorized begins']);
    await clock.advance(60 * minute);
    expect({ events: events.slice(1), reads: adapter.reads.length }).toEqual({
      events: ['acme/a unauthorized begins'],
      reads: 3,
    });
  });

  test('an unknown word is one for a provider, however many migrations meet it', async () => {
    const strange = toReading('unknown', { nativeState: 'REHYDRATING' });
    const { clock, adapter, tracker } = createTrackerHarness((id) =>
      id === 'c' ? [strange, toReading('unknown', { nativeState: '__proto__' })] : [strange],
    );
    const messages: string[] = [];
    tracker.on('anomaly', ({ message }) => messages.push(message));
    for (const id of ['a', 'b', 'c']) tracker.track(adapter, { id });
    await clock.advance(minute);
    expect(messages).toEqual([
      'acme/a: its state "REHYDRATING" is none that the adapter knows',
      'acme/c: its state "__proto__" is none that the adapter knows',
    ]);
  });

  test('an unknown word is not reported any more after a thousand of them', async () => {
    let words = 0;
    const { clock, adapter, tracker } = createTrackerHarness(
      () => [() => toReading('unknown', { nativeState: `word ${words++}` })],
      { policy: { requestsPerSecond: 1e9, burst: 1e9 } },
    );
    const messages: string[] = [];
    tracker.on('anomaly', ({ message }) => messages.push(message));
    for (let index = 0; index < 1_010; index += 1) tracker.track(adapter, { id: `m${index}` });
    await clock.advance(0);
    expect({ words, reported: messages.length, last: messages.at(-1) }).toEqual({
      words: 1_010,
      reported: 1_000,
      last: 'acme/m999: its state "word 999" is none that the adapter knows',
    });
  });

  test('come to nobody who has left, or after the tracker was closed', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [pending, running, succeeded] });
    const events: string[] = [];
    const leave = tracker.on('change', () => events.push('left'));
    tracker.on('change', ({ row }) => {
      events.push(String(row.status?.state));
      if (row.status?.state === 'running') void tracker.close();
    });
    tracker.on('settled', () => events.push('settled'));
    leave();
    leave();
    tracker.track(adapter, ref);
    await clock.advance(minute);
    expect({ events, timers: clock.pendingTimers }).toEqual({ events: ['pending', 'running'], timers: 0 });
  });
});

describe('a listener that throws', () => {
  test('or rejects is reported, and the others still hear', async () => {
    const { clock, adapter, tracker, listenerErrors, watch } = createTrackerHarness({ a: [succeeded] });
    const heard: string[] = [];
    tracker.on('change', () => {
      throw new Error('first');
    });
    tracker.on('change', async () => {
      throw new Error('second');
    });
    tracker.on('change', () => heard.push('third'));
    tracker.on('settled', () => heard.push('settled'));
    const wait = watch(tracker.track(adapter, ref).settled());
    await clock.advance(0);
    expect({ heard, errors: listenerErrors.map(String), outcome: wait.outcome }).toEqual({
      heard: ['third', 'settled'],
      errors: ['Error: first', 'Error: second'],
      outcome: 'resolved',
    });
  });

  test('harms nobody also when the report throws', async () => {
    const clock = createManualClock();
    const adapter = createScriptedAdapter({ clock, script: { a: [running, succeeded] } });
    const tracker = createTracker({
      adapters: [adapter],
      clock,
      onListenerError(error) {
        throw error;
      },
    });
    const heard: string[] = [];
    tracker.on('change', () => {
      throw new Error('broken');
    });
    tracker.on('change', ({ row }) => heard.push(String(row.status?.state)));
    tracker.track(adapter, ref);
    await clock.advance(minute);
    expect(heard).toEqual(['running', 'succeeded']);
  });

  describe('unless it is told otherwise', () => {
    const print = vi.spyOn(console, 'error');
    afterEach(() => print.mockReset());

    test('is printed', async () => {
      print.mockImplementation(() => {});
      const clock = createManualClock();
      const adapter = createScriptedAdapter({ clock, script: { a: [running] } });
      const tracker = createTracker({ adapters: [adapter], clock });
      const error = new Error('broken');
      tracker.on('change', () => {
        throw error;
      });
      tracker.track(adapter, ref);
      await clock.advance(0);
      expect(print.mock.calls.splice(0)).toEqual([['migration-status: a listener threw', error]]);
    });
  });
});

describe('tracking', () => {
  test('hands group and meta back, later ones instead of earlier ones, and keeps the order', async () => {
    const { adapter, tracker } = createTrackerHarness({});
    const meta = { customer: 7 };
    tracker.track(adapter, { id: 'b' }, { group: 'wave 1' });
    tracker.track(adapter, ref, { meta });
    tracker.track(adapter, { id: 'b' }, { group: 'wave 2', meta });
    expect(tracker.rows()).toEqual([
      { provider: 'acme', key: 'acme/b', ref: { id: 'b' }, conditions: [], reads: 0, group: 'wave 2', meta },
      { provider: 'acme', key: 'acme/a', ref, conditions: [], reads: 0, meta },
    ]);
    expect(tracker.rows()[1]?.meta).toBe(meta);
    expect(Object.isFrozen(meta)).toBe(false);
  });

  test('hands a name back, a later one instead of an earlier one, and says so', () => {
    const { adapter, tracker } = createTrackerHarness({});
    const told: unknown[] = [];
    tracker.on('tracked', ({ row }) => told.push([row.name, row.meta]));
    tracker.track(adapter, ref, { name: 'handbook', meta: 7 });
    tracker.track(adapter, ref, { name: 'handbook' });
    tracker.track(adapter, ref, { name: 'guide' });
    expect(told).toEqual([
      ['handbook', 7],
      ['guide', 7],
    ]);
    expect(tracker.get('acme/a')).toMatchObject({ name: 'guide', meta: 7 });
  });

  test('costs one read however many hold on', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running, succeeded] });
    const waits = Array.from({ length: 50 }, () => watch(tracker.track(adapter, ref).settled()));
    await clock.advance(minute);
    expect({ reads: adapter.reads.length, outcomes: new Set(waits.map(({ outcome }) => outcome)) }).toEqual({
      reads: 2,
      outcomes: new Set(['resolved']),
    });
  });

  test('refuses an adapter that it was not made with', () => {
    const { tracker } = createTrackerHarness({});
    const stranger = createScriptedAdapter({ provider: 'other', script: {} });
    expect(() => tracker.track(stranger, ref)).toThrow(
      new ConfigurationError({
        option: 'adapter',
        message: 'track: the adapter of other is not among the "adapters" of this tracker',
      }),
    );
    expect(() => tracker.track(undefined as unknown as MigrationAdapter, ref)).toThrow(ConfigurationError);
  });

  test.each<[unknown, string]>([
    [{ group: 7 }, 'group'],
    [{ groupe: 'wave 1' }, 'groupe'],
    ['wave 1', 'options'],
    [null, 'options'],
  ])('refuses %j as labels, and keeps nothing', (labels, option) => {
    const { clock, adapter, tracker } = createTrackerHarness({});
    expect(() => tracker.track(adapter, ref, labels as TrackLabels)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', option }),
    );
    expect({ rows: tracker.rows(), timers: clock.pendingTimers }).toEqual({ rows: [], timers: 0 });
  });

  test('refuses a malformed ref, and keeps nothing of it', () => {
    const { clock, adapter, tracker } = createTrackerHarness({});
    expect(() => tracker.track(adapter, { id: 7 } as unknown as { id: string })).toThrow(
      '"id" must be a string',
    );
    expect({ rows: tracker.rows(), timers: clock.pendingTimers }).toEqual({ rows: [], timers: 0 });
  });

  test('refuses a key that another adapter claims', () => {
    const [one, two] = [createScriptedAdapter({ script: {} }), createScriptedAdapter({ script: {} })];
    const tracker = createTracker({ adapters: [one, two], clock: createManualClock() });
    tracker.track(one, ref);
    expect(() => tracker.track(two, ref)).toThrow(
      new ConfigurationError({
        provider: 'acme',
        option: 'ref',
        message: 'acme/a is tracked by another adapter of acme already',
      }),
    );
  });

  test.each(['parseRef', 'key', 'lane'] as const)('keeps nothing when the adapter’s %s throws', (member) => {
    const clock = createManualClock();
    const adapter = {
      ...createScriptedAdapter({ script: {} }),
      [member]() {
        throw new Error('broken');
      },
    };
    const tracker = createTracker({ adapters: [adapter], clock });
    expect(() => tracker.track(adapter, ref)).toThrow('broken');
    expect({ rows: tracker.rows(), timers: clock.pendingTimers }).toEqual({ rows: [], timers: 0 });
  });

  test('is refused after the tracker was closed', async () => {
    const { adapter, tracker } = createTrackerHarness({});
    await tracker.close();
    expect(() => tracker.track(adapter, ref)).toThrow(
      new NotFoundOutError({
        provider: 'acme',
        key: 'acme/a',
        code: 'closed',
        message: 'acme/a: the tracker is closed',
      }),
    );
  });
});

describe('making a tracker', () => {
  test.each([
    [undefined, 'nothing'],
    [null, 'null'],
    [{}, 'an object'],
    ['acme', 'a string'],
  ])('refuses adapters that are %s', (adapters, got) => {
    expect(() => createTracker({ adapters: adapters as unknown as [] })).toThrow(
      new ConfigurationError({
        option: 'adapters',
        message: `createTracker: "adapters" must be an array of adapters, got ${got}`,
      }),
    );
  });

  test('refuses options without adapters', () => {
    expect(() => createTracker({} as unknown as TrackerOptions)).toThrow(
      new ConfigurationError({
        option: 'adapters',
        message: 'createTracker: "adapters" must be an array of adapters, got nothing',
      }),
    );
  });

  const adapter = createScriptedAdapter({ script: {} });
  test.each<[string, unknown, string]>([
    ['the function that makes one', () => adapter, 'a function'],
    ['null', null, 'null'],
    ['one of another version', { ...adapter, specVersion: 2 }, 'an object'],
    ['one without a key', { ...adapter, key: undefined }, 'an object'],
  ])('refuses an adapter that is %s, and names its place', (_title, odd, got) => {
    expect(() => createTracker({ adapters: [adapter, odd as MigrationAdapter] })).toThrow(
      new ConfigurationError({
        option: 'adapters[1]',
        message: `createTracker: "adapters[1]" must be an adapter with "specVersion" 1, got ${got}`,
      }),
    );
  });

  test.each<[string, unknown, string]>([
    ['a typo', { adaptors: [] }, 'createTracker: there is no option "adaptors"'],
    ['a word of every object', { toString: 1 }, 'createTracker: there is no option "toString"'],
    [
      'a clock that is none',
      { clock: { now: () => 0 } },
      'createTracker: "clock" must be a clock, got an object',
    ],
    ['dice that are none', { random: 0.5 }, 'createTracker: "random" must be a function, got a number'],
    [
      'a report that is none',
      { onListenerError: null },
      'createTracker: "onListenerError" must be a function, got null',
    ],
    ['what can be no policy', { policy: 'fast' }, 'createTracker: "policy" must be an object, got a string'],
  ])('refuses %s', (_title, options, message) => {
    const [option] = Object.keys(options as object);
    expect(() => createTracker({ adapters: [], ...(options as object) })).toThrow(
      new ConfigurationError({ option: String(option), message }),
    );
  });

  test.each([undefined, null, 'acme'])('refuses options that are %s', (options) => {
    expect(() => createTracker(options as unknown as TrackerOptions)).toThrow(
      new ConfigurationError({ option: 'options', message: 'createTracker: options must be an object' }),
    );
  });

  test('takes an option that is undefined for one that is left out', () => {
    expect(createTracker({ adapters: [], policy: undefined, clock: undefined }).rows()).toEqual([]);
  });

  test('refuses a policy that cannot be', () => {
    expect(() => createTracker({ adapters: [], policy: { floorMs: -1 } })).toThrow('"policy.floorMs"');
  });

  test('sets no timer', () => {
    expect(createTrackerHarness({}).clock.pendingTimers).toBe(0);
  });
});

describe('listening', () => {
  test.each<[string, unknown]>([
    ['changed', () => {}],
    ['toString', () => {}],
    ['change', undefined],
    ['change', {}],
  ])('to "%s" with %o is refused', (name, listener) => {
    const { tracker } = createTrackerHarness({});
    expect(() => tracker.on(name as 'change', listener as () => void)).toThrow(
      new ConfigurationError({
        option: 'name',
        message: 'on: expected one of change, settled, condition, anomaly, tracked, forgotten and a function',
      }),
    );
  });
});

describe('closing', () => {
  test('aborts what is out and leaves no timer; a second time does nothing', async () => {
    const { clock, adapter, tracker } = createTrackerHarness((id) => [id === 'slow' ? 'never' : running]);
    for (const id of ['slow', 'b', 'c']) tracker.track(adapter, { id });
    await clock.advance(30);
    await tracker.close();
    await tracker.close();
    const reads = adapter.reads.length;
    await clock.advance(minute);
    expect({
      timers: clock.pendingTimers,
      aborted: adapter.reads[0]?.aborted,
      later: adapter.reads.length - reads,
    }).toEqual({ timers: 0, aborted: true, later: 0 });
  });

  test('happens at the end of a block', async () => {
    const clock = createManualClock();
    const adapter = createScriptedAdapter({ clock, script: { a: ['never'] } });
    {
      await using tracker = createTracker({ adapters: [adapter], clock });
      tracker.track(adapter, ref);
      await clock.advance(0);
    }
    expect({ aborted: adapter.reads[0]?.aborted, timers: clock.pendingTimers }).toEqual({
      aborted: true,
      timers: 0,
    });
  });
});

describe('a listener may call back:', () => {
  test('release, track, refresh and wait in the middle of an event', async () => {
    const { clock, adapter, tracker, listenerErrors, watch } = createTrackerHarness({
      a: [running, succeeded],
      b: [running, succeeded],
    });
    const handles = [tracker.track(adapter, ref), tracker.track(adapter, { id: 'b' })];
    const waits: ReturnType<typeof watch>[] = [];
    tracker.on('change', ({ row }) => {
      if (row.key !== 'acme/a') return;
      for (const handle of handles.splice(0)) handle.release();
      const again = tracker.track(adapter, { id: 'b' });
      waits.push(watch(again.refresh()), watch(again.settled()));
    });
    await clock.advance(minute);
    expect({
      outcomes: waits.map(({ outcome }) => outcome),
      listenerErrors,
      keys: tracker.rows().map(({ key }) => key),
    }).toEqual({ outcomes: ['resolved', 'resolved'], listenerErrors: [], keys: ['acme/b'] });
  });

  test('the condition of a wait may let go and track again, and the event is not taken for one of the new', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running] });
    const events = record(tracker);
    const handle = tracker.track(adapter, ref);
    const wait = watch(
      handle.settled({
        until() {
          handle.release();
          tracker.track(adapter, ref);
          return false;
        },
      }),
    );
    await clock.advance(100);
    expect({ events, outcome: wait.outcome, reads: adapter.reads.length }).toEqual({
      events: ['acme/a change: nothing to running'],
      outcome: 'rejected',
      reads: 2,
    });
  });

  test('an event of a migration that was let go and tracked again is not taken for one of the new', async () => {
    const { clock, adapter, tracker } = createTrackerHarness(() => [running], {
      batch: 10,
      policy: { requestsPerSecond: 1e9, burst: 1e9 },
    });
    const events = record(tracker);
    const handles = new Map(['a', 'b'].map((id) => [`acme/${id}`, tracker.track(adapter, { id })]));
    tracker.on('change', ({ row }) => {
      const other = row.key === 'acme/a' ? 'b' : 'a';
      handles.get(`acme/${other}`)?.release();
      handles.clear();
      if (tracker.rows().length === 1) tracker.track(adapter, { id: other });
    });
    await clock.advance(0);
    expect(events.toSorted()).toEqual([
      'acme/a change: nothing to running',
      'acme/b change: nothing to running',
    ]);
    expect(adapter.reads.length).toBe(3);
  });
});

describe('a ref of a known key that says something else', () => {
  const later = { id: 'a', requestedAt: '2026-01-01T00:00:05.000Z' };

  test('is asked at once in the place of the known one, whose read is aborted', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: ['never', running] });
    const handle = tracker.track(adapter, ref);
    await clock.advance(second);
    tracker.track(adapter, later);
    await clock.advance(0);
    expect(adapter.reads.map(({ at, aborted }) => ({ at, aborted }))).toEqual([
      { at: 0, aborted: true },
      { at: second, aborted: false },
    ]);
    expect(handle.row).toMatchObject({ ref: later, status: { state: 'running', ref: later } });
  });

  test('follows afresh what had ended', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [succeeded, running, succeeded] });
    const events = record(tracker);
    tracker.track(adapter, ref);
    await clock.advance(minute);
    expect(adapter.reads).toHaveLength(1);
    tracker.track(adapter, later);
    await clock.advance(minute);
    expect(events).toEqual([
      'acme/a change: nothing to succeeded',
      'acme/a settled: succeeded',
      'acme/a change: nothing to running',
      'acme/a change: running to succeeded',
      'acme/a settled: succeeded',
    ]);
  });

  test('is read without what the adapter noted about the known one', async () => {
    const memos: unknown[] = [];
    const answer = ({ memo }: ScriptedQuestion) => {
      memos.push(memo);
      return toReading('running', { memo: memos.length, retryAfterMs: minute });
    };
    const { clock, adapter, tracker } = createTrackerHarness({ a: [answer] });
    tracker.track(adapter, ref);
    await clock.advance(minute);
    tracker.track(adapter, later);
    await clock.advance(0);
    expect(memos).toEqual([undefined, 1, undefined]);
  });

  test('is read again after refused access', async () => {
    const refused = Array.from({ length: 3 }, () => toFailure('forbidden'));
    const { clock, adapter, tracker } = createTrackerHarness({ a: [...refused, running] });
    const handle = tracker.track(adapter, ref);
    await clock.advance(minute);
    expect(handle.row).toMatchObject({ stopped: 'refused', conditions: [{ stopsReading: true }] });
    tracker.track(adapter, later);
    await clock.advance(0);
    expect(handle.row).toMatchObject({ ref: later, status: { state: 'running' }, conditions: [] });
    expect(handle.row.stopped).toBeUndefined();
  });

  test('changes nothing when it only says less', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [running] });
    const handle = tracker.track(adapter, later);
    await clock.advance(0);
    tracker.track(adapter, ref);
    await clock.advance(0);
    expect(adapter.reads).toHaveLength(1);
    expect(handle.row.ref).toEqual(later);
  });

  test('waits for the lane like any other read', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({
      a: [toFailure('throttled', minute), running],
    });
    tracker.track(adapter, ref);
    await clock.advance(second);
    tracker.track(adapter, later);
    await clock.advance(minute - second - 1);
    expect(adapter.reads).toHaveLength(1);
    await clock.advance(second);
    expect(adapter.reads).toHaveLength(2);
  });
});
