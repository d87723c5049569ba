import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createManualClock, startOfWallTime } from '../../../../test/support/manual-clock.ts';
import { createScriptedAdapter, toFailure, toReading } from '../../../../test/support/scripted-adapter.ts';
import { ConfigurationError } from '../../src/model/errors/configuration-error.ts';
import { MigrationStatusError } from '../../src/model/errors/migration-status-error.ts';
import { NotFoundOutError, WaitTimeoutError } from '../../src/model/errors/wait-errors.ts';
import type { MigrationState } from '../../src/model/migration-state.ts';
import type { MigrationHandle } from '../../src/tracker/handle.ts';
import { createTracker, type Tracker } from '../../src/tracker/tracker.ts';
import { createTrackerHarness } from './tracker-harness.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const ref = { id: 'a' };
const pending = toReading('pending');
const running = toReading('running');
const succeeded = toReading('succeeded');

/** The fields of an error that a caller decides by. */
function describeError(error: unknown) {
  if (!(error instanceof NotFoundOutError || error instanceof WaitTimeoutError)) return error;
  const { name, code, key, provider, status, cause } = error;
  return { name, code, key, provider, state: status?.state, cause };
}

describe('the end', () => {
  test.each<MigrationState>(['succeeded', 'partially_succeeded', 'failed', 'canceled'])(
    '%s resolves the wait',
    async (state) => {
      const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running, toReading(state)] });
      const wait = watch(tracker.track(adapter, ref).settled());
      await clock.advance(second);
      expect({ outcome: wait.outcome, at: wait.at, state: wait.value?.state }).toEqual({
        outcome: 'resolved',
        at: second,
        state,
      });
    },
  );

  test('not_found resolves it once its grace is over, and not before', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({});
    const wait = watch(tracker.track(adapter, ref).settled({ until: () => true }));
    await clock.advance(30 * second - 1);
    expect(wait.outcome).toBe('pending');
    await clock.advance(minute);
    expect({ outcome: wait.outcome, state: wait.value?.state }).toEqual({
      outcome: 'resolved',
      state: 'not_found',
    });
  });

  test('unknown and paused are none', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({
      a: [toReading('unknown'), toReading('paused')],
    });
    const wait = watch(tracker.track(adapter, ref).settled());
    await clock.advance(hour);
    expect(wait).toEqual({ outcome: 'pending' });
  });

  test('that has come already resolves at once, without a read', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [succeeded] });
    const handle = tracker.track(adapter, ref);
    await clock.advance(minute);
    expect((await handle.settled()).state).toBe('succeeded');
    expect(adapter.reads.length).toBe(1);
  });
});

describe('what is waited for', () => {
  test('a migration that waits for a person ends the wait, and a second wait can go on', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({
      a: [toReading('awaiting_input'), toReading('awaiting_input'), running, succeeded],
    });
    const handle = tracker.track(adapter, ref);
    const first = watch(handle.settled());
    await clock.advance(0);
    expect(first.value?.state).toBe('awaiting_input');
    const second = watch(handle.settled({ until: ({ state }) => state === 'succeeded' }));
    await clock.advance(minute);
    expect(second.value?.state).toBe('succeeded');
  });

  test('a status that is accepted ends the wait at once', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [pending, running] });
    const wait = watch(tracker.track(adapter, ref).settled({ until: ({ state }) => state === 'running' }));
    await clock.advance(second);
    expect({ at: wait.at, state: wait.value?.state }).toEqual({ at: second, state: 'running' });
  });

  test('a state that was passed too fast ends it at the end of the migration', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [pending, succeeded] });
    const wait = watch(tracker.track(adapter, ref).settled({ until: ({ state }) => state === 'running' }));
    await clock.advance(second);
    expect(wait.value?.state).toBe('succeeded');
  });

  test('is not asked for any more once the wait has ended', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [running, pending, succeeded] });
    const asked: string[] = [];
    void tracker.track(adapter, ref).settled({
      until({ state }) {
        asked.push(state);
        return state === 'running';
      },
    });
    await clock.advance(minute);
    expect(asked).toEqual(['running']);
  });

  test('a condition that throws ends the wait with what it throws, and harms nobody else', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running, succeeded] });
    const handle = tracker.track(adapter, ref);
    const error = new Error('until');
    const bad = watch(
      handle.settled({
        until() {
          throw error;
        },
      }),
    );
    const good = watch(handle.settled());
    await clock.advance(second);
    expect([bad.error, good.value?.state]).toEqual([error, 'succeeded']);
  });
});

describe('a wait that cannot be', () => {
  test.each<[string, object, string]>([
    ['an option that nobody knows', { timeout: 5 }, 'timeout'],
    ['what is no signal', { signal: new AbortController() }, 'signal'],
    ['what is no condition', { until: 'succeeded' }, 'until'],
  ])('with %s is refused', async (_title, options, option) => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [succeeded] });
    const wait = watch(tracker.track(adapter, ref).settled(options));
    await clock.advance(0);
    expect(wait).toMatchObject({ outcome: 'rejected', error: { name: 'ConfigurationError', option } });
  });

  test('with a condition that gives a promise is refused, because every promise would be a yes', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running] });
    const until = (async () => false) as unknown as () => boolean;
    const wait = watch(tracker.track(adapter, ref).settled({ until }));
    await clock.advance(0);
    expect(wait.error).toEqual(
      new ConfigurationError({
        option: 'until',
        message: '"until" must return true or false, and not a promise of it',
      }),
    );
  });
});

describe('an abort', () => {
  test('settles at once with the last status, and leaves nothing behind', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running] });
    const handle = tracker.track(adapter, ref);
    const controller = new AbortController();
    const wait = watch(handle.settled({ signal: controller.signal, timeoutMs: hour }));
    await clock.advance(second + 500);
    const reason = new Error('the user left');
    controller.abort(reason);
    await clock.advance(0);
    expect(wait.at).toBe(second + 500);
    expect(describeError(wait.error)).toEqual({
      name: 'NotFoundOutError',
      code: 'aborted',
      key: 'acme/a',
      provider: 'acme',
      state: 'running',
      cause: reason,
    });
    handle.release();
    expect({ timers: clock.pendingTimers, listeners: getEventListeners(controller.signal, 'abort') }).toEqual(
      {
        timers: 0,
        listeners: [],
      },
    );
  });

  test('that came before the call settles it without a read', async () => {
    const { clock, adapter, tracker } = createTrackerHarness({ a: [running] });
    const signal = AbortSignal.abort('too late');
    const wait = tracker.track(adapter, ref).settled({ signal, timeoutMs: hour });
    const error: unknown = await wait.catch((thrown: unknown) => thrown);
    expect(describeError(error)).toMatchObject({ code: 'aborted', state: undefined, cause: 'too late' });
    expect({ reads: adapter.reads.length, now: clock.now() }).toEqual({ reads: 0, now: 0 });
  });

  test('of one wait can be followed by another, and concerns no other wait', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running, running, succeeded] });
    const handle = tracker.track(adapter, ref);
    const [one, two] = [new AbortController(), new AbortController()];
    const first = watch(handle.settled({ signal: one.signal }));
    const second = watch(handle.settled({ signal: two.signal }));
    const third = watch(handle.settled());
    await clock.advance(0);
    one.abort();
    await clock.advance(0);
    expect([first.outcome, second.outcome, third.outcome]).toEqual(['rejected', 'pending', 'pending']);
    two.abort();
    const fourth = watch(handle.settled());
    await clock.advance(minute);
    expect([second.outcome, third.outcome, fourth.outcome]).toEqual(['rejected', 'resolved', 'resolved']);
    expect(adapter.reads.length).toBe(3);
  });

  test('signal that lives long holds no listener of waits that have ended, in whatever way', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({
      a: [running, succeeded],
      refused: [toFailure('forbidden')],
    });
    const { signal } = new AbortController();
    for (let index = 0; index < 20; index += 1) {
      watch(tracker.track(adapter, ref).settled({ signal, timeoutMs: minute }));
      watch(tracker.track(adapter, ref).settled({ signal, timeoutMs: 1 }));
      watch(tracker.track(adapter, ref).settled({ signal, timeoutMs: -1 }));
      watch(tracker.track(adapter, { id: 'refused' }).settled({ signal }));
    }
    watch(tracker.track(adapter, { id: 'other' }).settled({ signal }));
    expect(getEventListeners(signal, 'abort').length).toBe(61);
    await clock.advance(20 * second);
    await tracker.close();
    expect({ listeners: getEventListeners(signal, 'abort'), timers: clock.pendingTimers }).toEqual({
      listeners: [],
      timers: 0,
    });
  });
});

describe('a deadline', () => {
  test('is kept exactly, though the next read is later, and tells what was seen last', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({
      a: [toReading('running', { retryAfterMs: hour })],
    });
    const handle = tracker.track(adapter, ref);
    const wait = watch(handle.settled({ timeoutMs: 90 * second + 0.5 }));
    await clock.advance(90 * second);
    expect(wait.outcome).toBe('pending');
    await clock.advance(1);
    expect(wait.at).toBe(90 * second + 0.5);
    expect(describeError(wait.error)).toEqual({
      name: 'WaitTimeoutError',
      code: 'wait_timeout',
      key: 'acme/a',
      provider: 'acme',
      state: 'running',
      cause: undefined,
    });
    expect((wait.error as Error).message).toBe(
      'acme/a did not come to rest within 90000.5 ms; last seen running',
    );
  });

  /** A migration that ends ten minutes after it began; by then a minute and more is between its reads. */
  const endsAfterTenMinutes = () => {
    const harness = createTrackerHarness({
      a: [() => (harness.clock.now() < 10 * minute - 2 * second ? running : succeeded)],
    });
    return harness;
  };

  test('is preceded by a last look where the next read is planned for later', async () => {
    const { clock, adapter, tracker, watch } = endsAfterTenMinutes();
    const wait = watch(tracker.track(adapter, ref).settled({ timeoutMs: 10 * minute }));
    await clock.advance(hour);
    expect({ state: wait.value?.state, at: wait.at }).toEqual({
      state: 'succeeded',
      at: 10 * minute - second,
    });
    expect(clock.pendingTimers).toBe(0);
  });

  test('is kept exactly after a last look that brought no end', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running] });
    const wait = watch(tracker.track(adapter, ref).settled({ timeoutMs: 10 * minute + 0.25 }));
    await clock.advance(hour);
    expect({ outcome: wait.outcome, at: wait.at }).toEqual({ outcome: 'rejected', at: 10 * minute + 0.25 });
    expect(adapter.reads.filter(({ at }) => at >= 10 * minute - second && at <= 10 * minute).length).toBe(1);
  });

  test('brings one last look, however many wait for it, and none when they have given up', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running] });
    const handle = tracker.track(adapter, ref);
    const controller = new AbortController();
    for (let index = 0; index < 10; index += 1) {
      watch(handle.settled({ timeoutMs: 10 * minute }));
      watch(handle.settled({ timeoutMs: 8 * minute, signal: controller.signal }));
    }
    await clock.advance(8 * minute - second - 1);
    controller.abort();
    await clock.advance(hour);
    const looks = (until: number) => adapter.reads.filter(({ at }) => at > until - 2 * second && at <= until);
    expect([looks(8 * minute).length, looks(10 * minute).length]).toEqual([0, 1]);
  });

  test.each([
    ['brings a last look where it is not over', 900, 1],
    ['brings no last look where it is over', 1_000, 0],
  ])('to which the machine wakes up late %s', async (_title, lateMs, looks) => {
    const manual = createManualClock();
    let sleptMs = 0;
    const clock = { ...manual, now: () => manual.now() + sleptMs };
    const adapter = createScriptedAdapter({ script: { a: [running] } });
    const policy = { pace: () => hour };
    const tracker = createTracker({ adapters: [adapter], clock, random: () => 0, policy });
    const outcome = tracker
      .track(adapter, ref)
      .settled({ timeoutMs: minute })
      .catch((error: unknown) => error);
    await manual.advance(second);
    expect(adapter.reads.length).toBe(1);
    sleptMs = lateMs;
    await manual.advance(minute);
    expect(await outcome).toBeInstanceOf(WaitTimeoutError);
    expect(adapter.reads.length).toBe(1 + looks);
  });

  test.each<[string, Parameters<typeof createTrackerHarness>[0], number]>([
    ['asks to wait', { a: [toReading('running', { retryAfterMs: hour })] }, 1],
    ['could not be reached', { a: [running, toFailure('transient', hour)] }, 2],
    ['has closed its lane', { a: [running], b: [toFailure('throttled', hour)] }, 1],
    ['refuses others', { a: [running], b: [toFailure('unauthorized')] }, 1],
  ])('brings no last look where the provider %s', async (_title, script, reads) => {
    const policy = { floorMs: minute, parkFloorMs: hour, parkCeilingMs: hour };
    const { clock, adapter, tracker, watch } = createTrackerHarness(script, { policy });
    const wait = watch(tracker.track(adapter, ref).settled({ timeoutMs: 90 * second }));
    await clock.advance(second);
    tracker.track(adapter, { id: 'b' });
    await clock.advance(90 * second);
    expect(wait.outcome).toBe('rejected');
    expect(adapter.reads.filter(({ key }) => key === 'acme/a').length).toBe(reads);
  });

  test('is kept while a read never answers, and tells what hindered', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [toFailure('transient'), 'never'] });
    const wait = watch(tracker.track(adapter, ref).settled({ timeoutMs: 5 * second }));
    await clock.advance(5 * second);
    expect({ at: wait.at, message: (wait.error as Error).message }).toEqual({
      at: 5 * second,
      message: `acme/a did not come to rest within 5000 ms; never read; unreachable since ${new Date(startOfWallTime).toISOString()}: the provider says transient`,
    });
  });

  test('that is met by the end at the same time loses nothing', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running, succeeded] });
    const wait = watch(tracker.track(adapter, ref).settled({ timeoutMs: second + 1 }));
    await clock.advance(minute);
    expect(wait.value?.state).toBe('succeeded');
    expect(clock.pendingTimers).toBe(0);
  });

  test('beyond what timers can hold is no deadline at once', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running] });
    const wait = watch(tracker.track(adapter, ref).settled({ timeoutMs: 2 ** 40 }));
    await clock.advance(hour);
    expect(wait.outcome).toBe('pending');
  });

  test('passes and another wait can follow', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running, running, succeeded] });
    const handle = tracker.track(adapter, ref);
    const first = watch(handle.settled({ timeoutMs: 10 }));
    await clock.advance(10);
    const second = watch(handle.settled());
    await clock.advance(minute);
    expect([first.outcome, second.outcome]).toEqual(['rejected', 'resolved']);
  });

  test.each([
    [0, 'a number'],
    [-1, 'a number'],
    [Number.NaN, 'NaN'],
    ['5', 'a string'],
    [null, 'null'],
  ])('of %s is refused', async (timeoutMs, got) => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running] });
    const wait = watch(tracker.track(adapter, ref).settled({ timeoutMs: timeoutMs as number }));
    await clock.advance(0);
    expect(wait.error).toEqual(
      new ConfigurationError({
        option: 'timeoutMs',
        message: `settled: "timeoutMs" must be a positive number of milliseconds, got ${got}`,
      }),
    );
  });
});

describe('refused access', () => {
  test.each([
    ['unauthorized', 'access_refused'],
    ['forbidden', 'access_refused'],
    ['invalid_request', 'request_refused'],
  ] as const)(
    '(%s) ends the wait as %s, long before the deadline, with the last status',
    async (failure, code) => {
      const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running, toFailure(failure)] });
      const wait = watch(tracker.track(adapter, ref).settled({ timeoutMs: hour }));
      await clock.advance(hour);
      expect(adapter.reads.length).toBe(4);
      expect(describeError(wait.error)).toEqual({
        name: 'NotFoundOutError',
        code,
        key: 'acme/a',
        provider: 'acme',
        state: 'running',
        cause: undefined,
      });
    },
  );

  test('of a migration that stands still is still refused access', async () => {
    const still = toReading('running', { progress: { percent: 40 } });
    const { clock, adapter, tracker, watch } = createTrackerHarness(
      { a: [still, still, still, toFailure('unauthorized')] },
      { policy: { stalledAfterMs: second, stalledReads: 1 } },
    );
    const wait = watch(tracker.track(adapter, ref).settled());
    await clock.advance(hour);
    expect({ error: describeError(wait.error), message: (wait.error as Error).message }).toMatchObject({
      error: { code: 'access_refused' },
      message: 'acme/a: the outcome could not be found out: the provider says unauthorized',
    });
  });

  test('surfaces with the first read, and a refresh resumes', async () => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({
      a: [
        toFailure('unauthorized'),
        toFailure('unauthorized'),
        toFailure('unauthorized'),
        running,
        succeeded,
      ],
    });
    const handle = tracker.track(adapter, ref);
    await clock.advance(0);
    expect(handle.row.conditions.map(({ kind }) => kind)).toEqual(['unauthorized']);
    await clock.advance(hour);
    expect({ stopped: handle.row.stopped, timers: clock.pendingTimers }).toEqual({
      stopped: 'refused',
      timers: 0,
    });
    const refused = watch(handle.settled());
    await clock.advance(0);
    expect(refused.outcome).toBe('rejected');

    const refreshed = watch(handle.refresh());
    const resumed = watch(handle.settled());
    await clock.advance(hour);
    expect([refreshed.value?.status?.state, refreshed.value?.conditions, resumed.value?.state]).toEqual([
      'running',
      [],
      'succeeded',
    ]);
  });
});

test('an outage of an hour fails no migration, and the last status keeps its time', async () => {
  const outage = Array.from({ length: 50 }, () => toFailure('transient'));
  const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running, ...outage, succeeded] });
  const states: string[] = [];
  tracker.on('change', ({ row }) => states.push(String(row.status?.state)));
  const handle = tracker.track(adapter, ref);
  const wait = watch(handle.settled());
  await clock.advance(40 * minute);
  expect(handle.row).toMatchObject({
    status: { state: 'running', observedAt: new Date(startOfWallTime).toISOString() },
    conditions: [{ kind: 'unreachable', since: new Date(startOfWallTime + second).toISOString() }],
  });
  await clock.advance(2 * hour);
  expect({ outcome: wait.outcome, states }).toEqual({
    outcome: 'resolved',
    states: ['running', 'succeeded'],
  });
});

test.each<[string, (handle: MigrationHandle, tracker: Tracker) => unknown]>([
  ['lets go', (handle) => handle.release()],
  ['closes the tracker', (_handle, tracker) => tracker.close()],
])(
  'a wait that is over is not undone by a listener that %s when it hears of the end',
  async (_title, act) => {
    const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running, succeeded] });
    const handle = tracker.track(adapter, ref);
    tracker.on('change', ({ row }) => {
      if (row.stopped) act(handle, tracker);
    });
    const waits = [watch(handle.settled()), watch(handle.settled({ until: () => false }))];
    const iterator = handle[Symbol.asyncIterator]();
    await clock.advance(second);
    expect(waits.map(({ value }) => value?.state)).toEqual(['succeeded', 'succeeded']);
    const states: unknown[] = [];
    for await (const { status } of iterator) states.push(status?.state);
    expect(states).toEqual([undefined, 'running', 'succeeded']);
  },
);

test('a wait that is released or closed says so, and is an error of this library', async () => {
  const { clock, adapter, tracker, watch } = createTrackerHarness({ a: [running] });
  const [one, two] = [tracker.track(adapter, ref), tracker.track(adapter, ref)];
  const waits = [watch(one.settled()), watch(two.settled())];
  await clock.advance(0);
  one.release();
  await tracker.close();
  await clock.advance(0);
  expect(waits.map(({ error }) => describeError(error))).toEqual(
    ['released', 'closed'].map((code) => ({
      name: 'NotFoundOutError',
      code,
      key: 'acme/a',
      provider: 'acme',
      state: 'running',
      cause: undefined,
    })),
  );
  expect(waits.every(({ error }) => MigrationStatusError.isInstance(error))).toBe(true);
});
