import { describe, expect, test } from 'vitest';
import {
  createManualClock,
  type ManualClock,
  startOfWallTime,
} from '../../../../test/support/manual-clock.ts';
import {
  createScriptedAdapter,
  type ScriptedAdapter,
  type ScriptedAdapterOptions,
  type ScriptedAnswer,
  type ScriptedQuestion,
  toFailure,
  toReading,
} from '../../../../test/support/scripted-adapter.ts';
import type { EnginePolicy } from '../../src/engine/engine-policy.ts';
import type { TrackerExport } from '../../src/store/tracker-export.ts';
import { createTracker, type Tracker } from '../../src/tracker/tracker.ts';
import { caughtFrom } from '../store/caught-from.ts';
import { createLaterClock, endProcess, viaJson } from './restart.ts';
import { createTrackerHarness, watchPromise } from './tracker-harness.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const running = toReading('running');
const succeeded = toReading('succeeded');

/** A round number, so that what is planned to whole seconds stays where it is by the clock of the next process. */
const laterStart = 7 * hour;

/** A process, and the means to end it and go on in another one. */
interface Process {
  readonly clock: ManualClock;
  readonly adapter: ScriptedAdapter;
  readonly tracker: Tracker;
}

type ProcessOptions = Omit<ScriptedAdapterOptions, 'script' | 'clock'> & {
  readonly policy?: Partial<EnginePolicy>;
};

/** Starts a first process, or another one where it stood, with a clock of its own. */
function start(
  script: ScriptedAdapterOptions['script'],
  { policy, ...scripted }: ProcessOptions = {},
  { clock = createManualClock(), resume }: { clock?: ManualClock; resume?: TrackerExport } = {},
): Process {
  const adapter = createScriptedAdapter({ clock, script, ...scripted });
  const tracker = createTracker({ adapters: [adapter], clock, random: () => 0, policy, resume });
  return { clock, adapter, tracker };
}

/** Ends a process, and starts another one after a while, whose provider answers by another script. */
async function goOn(
  { clock, tracker }: Process,
  script: ScriptedAdapterOptions['script'],
  options: ProcessOptions & { readonly after?: number } = {},
): Promise<Process> {
  const { after = 0, ...rest } = options;
  const resume = await endProcess(tracker);
  clock.jumpWallTime(after);
  return start(script, rest, { clock: createLaterClock(clock, laterStart), resume });
}

/** When each read of a process was, counted from its start. */
function readTimes({ adapter }: Process, startAt = laterStart): readonly number[] {
  return adapter.reads.map(({ at }) => at - startAt);
}

describe('what another process knows', () => {
  const manifold: Readonly<Record<string, readonly ScriptedAnswer[]>> = {
    running: [
      toReading('running', { progress: { completed: 3, total: 10 }, issues: [], memo: { cursor: 7 } }),
    ],
    failed: [toReading('failed')],
    succeeded: [succeeded],
    'not known yet': [toReading('not_found')],
    refused: [toFailure('forbidden')],
    odd: [toFailure('invalid_response')],
    down: [toReading('pending'), toFailure('transient')],
    word: [toReading('unknown', { nativeState: 'REHYDRATING' })],
  };

  async function playManifold(): Promise<Process> {
    const first = start(manifold);
    for (const id of Object.keys(manifold)) first.tracker.track(first.adapter, { id }, { group: `of ${id}` });
    await first.clock.advance(10 * second);
    first.tracker.track(first.adapter, { id: 'unread' });
    return first;
  }

  test('is the same, but for what the provider said to itself', async () => {
    const first = await playManifold();
    const rows = first.tracker.rows();
    const { tracker } = await goOn(first, {});
    expect(rows).toHaveLength(9);
    expect(tracker.rows()).toEqual(
      rows.map(({ status, ...row }) => (status ? { ...row, status: { ...status, native: null } } : row)),
    );
    expect(tracker.size).toBe(9);
  });

  test('is all the same when native was asked for', async () => {
    const { clock, tracker } = await playManifold();
    const rows = tracker.rows();
    const resume = await endProcess(tracker, { native: true });
    const later = start({}, {}, { clock: createLaterClock(clock, laterStart), resume });
    expect(later.tracker.rows()).toEqual(rows);
  });

  test('is frozen all through', async () => {
    const { clock, tracker } = await playManifold();
    const resume = await endProcess(tracker);
    const later = start({}, {}, { clock: createLaterClock(clock, laterStart), resume });
    const isFrozenAllThrough = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(isFrozenAllThrough));
    expect(later.tracker.rows().filter((row) => !isFrozenAllThrough(row))).toEqual([]);
  });

  test('is exported as it was', async () => {
    const { clock, tracker } = await playManifold();
    const resume = await endProcess(tracker);
    const later = start({}, {}, { clock: createLaterClock(clock, laterStart), resume });
    expect(later.tracker.export()).toEqual(resume);
  });

  test('is the same after any number of processes', async () => {
    let process = await playManifold();
    const rows = process.tracker.rows();
    for (let index = 0; index < 5; index += 1) process = await goOn(process, {});
    expect(process.tracker.rows().map(({ key, conditions, reads }) => ({ key, conditions, reads }))).toEqual(
      rows.map(({ key, conditions, reads }) => ({ key, conditions, reads })),
    );
  });

  test('sets no timer when nothing is to be read', async () => {
    const first = start({ a: [succeeded] });
    first.tracker.track(first.adapter, { id: 'a' });
    await first.clock.advance(0);
    expect((await goOn(first, {})).clock.pendingTimers).toBe(0);
  });
});

describe('reading goes on', () => {
  test('when a migration was due, not before', async () => {
    const first = start({ a: [toReading('running', { retryAfterMs: minute })] });
    first.tracker.track(first.adapter, { id: 'a' });
    await first.clock.advance(10 * second);
    const later = await goOn(first, { a: [succeeded] });
    await later.clock.advance(hour);
    expect(readTimes(later)).toEqual([50 * second]);
  });

  test('at the time that was planned, however often it is taken up', async () => {
    const policy = { pace: () => 9_999.5 };
    let process = start({ a: [running] }, { policy });
    await process.clock.advance(10);
    process.tracker.track(process.adapter, { id: 'a' });
    await process.clock.advance(0);
    const [planned] = process.tracker.export().rows;
    for (let index = 0; index < 3; index += 1) {
      const { clock, tracker } = process;
      const resume = await endProcess(tracker);
      process = start(
        { a: [succeeded] },
        { policy },
        { clock: createLaterClock(clock, clock.now()), resume },
      );
    }
    await process.clock.advance(minute);
    expect(process.adapter.reads.map(({ at }) => startOfWallTime + at)).toEqual([planned?.dueAt]);
  });

  test('at once for what became due while no process ran', async () => {
    const first = start({ a: [toReading('running', { retryAfterMs: minute })] });
    first.tracker.track(first.adapter, { id: 'a' });
    await first.clock.advance(10 * second);
    const later = await goOn(first, { a: [succeeded] }, { after: hour });
    await later.clock.advance(hour);
    expect(readTimes(later)).toEqual([0]);
  });

  test('at once for what was never read', async () => {
    const first = start({});
    first.tracker.track(first.adapter, { id: 'a' });
    const later = await goOn(first, { a: [succeeded] });
    await later.clock.advance(0);
    expect(later.tracker.get('acme/a')).toMatchObject({ reads: 1, stopped: 'settled' });
  });

  test('at once for what was being read', async () => {
    const first = start({ a: ['never'] });
    first.tracker.track(first.adapter, { id: 'a' });
    await first.clock.advance(second);
    const later = await goOn(first, { a: [succeeded] });
    await later.clock.advance(0);
    expect(readTimes(later)).toEqual([0]);
  });

  test('not at all for what has ended, and whoever waits for it is told at once', async () => {
    const first = start({
      a: [toReading('failed', { issues: [{ severity: 'error', message: 'no space' }] })],
    });
    first.tracker.track(first.adapter, { id: 'a' });
    await first.clock.advance(0);
    const later = await goOn(first, {}, { after: 10 * hour });
    const status = await later.tracker.track(later.adapter, { id: 'a' }).settled();
    await later.clock.advance(hour);
    expect(status).toMatchObject({ state: 'failed', issues: [{ message: 'no space' }] });
    expect(later.adapter.reads).toEqual([]);
  });

  test('not at all for what is refused, until somebody asks for it', async () => {
    const first = start({ a: [toFailure('forbidden')] });
    first.tracker.track(first.adapter, { id: 'a' });
    await first.clock.advance(minute);
    const later = await goOn(first, { a: [running] }, { after: hour });
    const handle = later.tracker.track(later.adapter, { id: 'a' });
    await expect(handle.settled()).rejects.toMatchObject({ code: 'access_refused' });
    await later.clock.advance(hour);
    expect(later.adapter.reads).toEqual([]);
    const refreshed = watchPromise(later.clock, handle.refresh());
    await later.clock.advance(0);
    expect(refreshed.value).toMatchObject({ status: { state: 'running' }, conditions: [] });
  });

  test('with the condition that began in the process before, which then ends', async () => {
    const first = start({ a: [running, toFailure('transient')] });
    first.tracker.track(first.adapter, { id: 'a' });
    await first.clock.advance(2 * second);
    const [condition] = first.tracker.get('acme/a')?.conditions ?? [];
    const later = await goOn(first, { a: [toFailure('transient'), running] });
    const events: unknown[] = [];
    later.tracker.on('condition', ({ condition: { kind, since }, isActive }) =>
      events.push({ kind, since, isActive }),
    );
    await later.clock.advance(10 * second);
    expect(events).toEqual([{ kind: 'unreachable', since: condition?.since, isActive: false }]);
  });

  test('with growing gaps after failures', async () => {
    const script = { a: [running, toFailure('transient')] };
    const first = start(script);
    first.tracker.track(first.adapter, { id: 'a' });
    await first.clock.advance(20 * second);
    expect(readTimes(first, 0)).toEqual([0, 1, 2, 4, 8, 16].map((seconds) => seconds * second));
    const later = await goOn(first, { a: [toFailure('transient')] });
    await later.clock.advance(2 * minute);
    expect(readTimes(later)).toEqual([12, 44, 104].map((seconds) => seconds * second));
  });

  test('with the refusals counted until then', async () => {
    const first = start({ a: [toFailure('forbidden')] });
    first.tracker.track(first.adapter, { id: 'a' });
    await first.clock.advance(1.5 * second);
    expect(first.adapter.reads).toHaveLength(2);
    const later = await goOn(first, { a: [toFailure('forbidden')] });
    await later.clock.advance(hour);
    expect(later.adapter.reads).toHaveLength(1);
    expect(later.tracker.get('acme/a')).toMatchObject({ stopped: 'refused', reads: 3 });
  });

  test('with what the adapter noted', async () => {
    const memos: unknown[] = [];
    const answer = ({ memo }: ScriptedQuestion) => {
      memos.push(memo);
      return toReading('running', { memo: { cursor: memos.length, links: ['next'] } });
    };
    const first = start({ a: [answer] });
    first.tracker.track(first.adapter, { id: 'a' });
    await first.clock.advance(0);
    const later = await goOn(first, { a: [answer] });
    await later.clock.advance(second);
    expect(memos).toEqual([undefined, { cursor: 1, links: ['next'] }]);
  });

  test('with the patience that was left for a migration that is not known yet', async () => {
    const first = start({});
    const unbroken = start({});
    for (const { adapter, tracker } of [first, unbroken]) tracker.track(adapter, { id: 'a' });
    await first.clock.advance(20 * second);
    const later = await goOn(first, {});
    await later.clock.advance(hour);
    await unbroken.clock.advance(hour);
    expect(later.tracker.get('acme/a')).toMatchObject({ stopped: 'settled', status: { state: 'not_found' } });
    expect([...readTimes(first, 0), ...readTimes(later).map((time) => time + 20 * second)]).toEqual(
      readTimes(unbroken, 0),
    );
  });

  test('with the evidence of a standstill', async () => {
    const script = { a: [toReading('running', { progress: { percent: 40 } })] };
    const [first, unbroken] = [start(script), start(script)];
    for (const { adapter, tracker } of [first, unbroken]) tracker.track(adapter, { id: 'a' });
    await first.clock.advance(10 * minute);
    const later = await goOn(first, script);
    await later.clock.advance(20 * minute);
    await unbroken.clock.advance(30 * minute);
    const { conditions } = unbroken.tracker.get('acme/a') ?? {};
    expect(conditions).toMatchObject([{ kind: 'stalled' }]);
    expect(later.tracker.get('acme/a')?.conditions).toEqual(conditions);
  });

  test('with the estimate by the progress so far', async () => {
    const toProgress = (now: number) =>
      toReading('running', { progress: { percent: Math.min(99, (now / hour) * 100) } });
    const unbroken: Process = start({ a: [() => toProgress(unbroken.clock.now())] });
    const first: Process = start({ a: [() => toProgress(first.clock.now())] });
    for (const { adapter, tracker } of [first, unbroken]) tracker.track(adapter, { id: 'a' });
    await first.clock.advance(10 * minute);
    const later: Process = await goOn(first, {
      a: [() => toProgress(later.clock.now() - laterStart + 10 * minute)],
    });
    await later.clock.advance(40 * minute);
    await unbroken.clock.advance(50 * minute);
    expect(later.adapter.reads.length).toBeGreaterThan(5);
    expect([...readTimes(first, 0), ...readTimes(later).map((time) => time + 10 * minute)]).toEqual(
      readTimes(unbroken, 0),
    );
  });

  test('without an early look that the provider asked not to have, also where it could share a request', async () => {
    const script = { a: [toReading('running', { retryAfterMs: minute })], b: [running] };
    const [first, unbroken] = [start(script, { batch: 10 }), start(script, { batch: 10 })];
    for (const { adapter, tracker } of [first, unbroken]) {
      for (const id of ['a', 'b']) tracker.track(adapter, { id });
    }
    await first.clock.advance(10 * second);
    const later = await goOn(first, script, { batch: 10 });
    await later.clock.advance(49 * second);
    await unbroken.clock.advance(59 * second);
    const readsOfA = ({ adapter }: Process) => adapter.reads.filter(({ key }) => key === 'acme/a').length;
    expect({ unbroken: readsOfA(unbroken), first: readsOfA(first), later: readsOfA(later) }).toEqual({
      unbroken: 1,
      first: 1,
      later: 0,
    });
  });
});

describe('a lane goes on', () => {
  test('being parked until the provider allows more, and then sends a single probe', async () => {
    const first = start((id) => [id === 'a' ? toFailure('throttled', minute) : running], {
      policy: { concurrency: 1 },
    });
    for (const id of ['a', 'b', 'c']) first.tracker.track(first.adapter, { id });
    await first.clock.advance(10 * second);
    expect(first.adapter.reads).toHaveLength(1);
    const later = await goOn(first, () => ['never']);
    expect(later.tracker.rows().map(({ conditions }) => conditions[0]?.kind)).toEqual([
      'throttled',
      'throttled',
      'throttled',
    ]);
    await later.clock.advance(50 * second - 1);
    expect(later.adapter.reads).toEqual([]);
    await later.clock.advance(1 + second);
    expect(readTimes(later)).toEqual([50 * second]);
  });

  test('being parked also for what is tracked or asked for anew', async () => {
    const first = start({ a: [toFailure('throttled', minute)] });
    first.tracker.track(first.adapter, { id: 'a' });
    await first.clock.advance(10 * second);
    const later = await goOn(first, () => [running]);
    const refreshed = later.tracker.track(later.adapter, { id: 'a' }).refresh();
    later.tracker.track(later.adapter, { id: 'b' });
    await later.clock.advance(50 * second - 1);
    expect(later.adapter.reads).toEqual([]);
    await later.clock.advance(second);
    await expect(refreshed).resolves.toMatchObject({ status: { state: 'running' } });
    expect(later.adapter.reads).toHaveLength(2);
  });

  test('open, when the time to wait was over before another process began', async () => {
    const first = start({ a: [toFailure('throttled', minute)] });
    first.tracker.track(first.adapter, { id: 'a' });
    await first.clock.advance(10 * second);
    const later = await goOn(first, { a: [running] }, { after: minute });
    await later.clock.advance(0);
    expect(readTimes(later)).toEqual([0]);
  });

  test('being left alone during an outage, but for single probes', async () => {
    const first = start(() => [toFailure('transient')]);
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) first.tracker.track(first.adapter, { id });
    await first.clock.advance(10);
    expect(first.adapter.reads).toHaveLength(6);
    const later = await goOn(first, () => ['never']);
    await later.clock.advance(1_990 - 1);
    expect(later.adapter.reads).toEqual([]);
    await later.clock.advance(50 * second);
    expect(readTimes(later)).toEqual([1_990]);
  });

  test('at the spacing that it has learnt', async () => {
    const policy = { requestsPerSecond: 10, burst: 1 };
    const answered = toReading('running', { retryAfterMs: hour });
    const toScript = (): ScriptedAdapterOptions['script'] => {
      let asked = 0;
      return () => [() => (++asked === 5 ? Promise.reject(toFailure('throttled', 10 * second)) : answered)];
    };
    const [first, unbroken] = [start(toScript(), { policy }), start(toScript(), { policy })];
    for (const { adapter, tracker } of [first, unbroken]) {
      for (let index = 0; index < 30; index += 1) tracker.track(adapter, { id: `m${index}` });
    }
    await first.clock.advance(5 * second);
    const later = await goOn(first, () => [answered], { policy });
    await later.clock.advance(minute);
    await unbroken.clock.advance(5 * second + minute);
    const expected = readTimes(unbroken, 5 * second).slice(5);
    expect(expected).toHaveLength(26);
    expect(expected.at(-1)).toBeGreaterThan(10 * second);
    const offBy = readTimes(later).map((time, index) => Math.abs(time - (expected[index] ?? Number.NaN)));
    expect({ reads: offBy.length, isExact: offBy.every((ms) => ms <= 1) }).toEqual({
      reads: 26,
      isExact: true,
    });
  });

  test('at the spacing that the provider asks for', async () => {
    const policy = { requestsPerSecond: 10, burst: 1 };
    const limited = toReading('running', {
      retryAfterMs: hour,
      rateLimit: { remaining: 10, resetMs: minute },
    });
    const first = start(() => [limited], { policy });
    for (let index = 0; index < 5; index += 1) first.tracker.track(first.adapter, { id: `m${index}` });
    await first.clock.advance(0);
    expect(first.adapter.reads).toHaveLength(1);
    const later = await goOn(first, () => [toReading('running', { retryAfterMs: hour })], { policy });
    await later.clock.advance(minute);
    expect(readTimes(later)).toEqual([0.1, 6.1, 12.1, 18.1].map((seconds) => Math.round(seconds * second)));
  });

  test('refused where it was, so that nothing of it is asked for', async () => {
    const first = start(() => [toFailure('unauthorized')]);
    for (const id of ['a', 'b', 'c', 'd']) first.tracker.track(first.adapter, { id });
    await first.clock.advance(minute);
    const later = await goOn(first, () => [running]);
    later.tracker.track(later.adapter, { id: 'e' });
    await later.clock.advance(minute);
    expect(later.adapter.reads).toEqual([]);
    expect(later.tracker.rows().every(({ stopped }) => stopped === 'refused')).toBe(true);
  });
});

describe('tracking what is followed already', () => {
  test('joins it, and letting go does not end it', async () => {
    const first = start({ a: [toReading('running', { retryAfterMs: minute })] });
    first.tracker.track(first.adapter, { id: 'a' }, { group: 'wave 1', meta: 'not for others' });
    await first.clock.advance(0);
    const later = await goOn(first, { a: [succeeded] });
    expect(later.tracker.get('acme/a')).not.toHaveProperty('meta');
    const handle = later.tracker.track(later.adapter, { id: 'a' }, { meta: 'anew' });
    expect(handle.row).toMatchObject({
      status: { state: 'running' },
      group: 'wave 1',
      meta: 'anew',
      reads: 1,
    });
    handle.release();
    expect(later.tracker.size).toBe(1);
    await later.clock.advance(minute);
    expect(readTimes(later)).toEqual([minute]);
    expect(later.tracker.get('acme/a')).toMatchObject({ stopped: 'settled' });
  });

  test('by another address begins anew, as without an end of the process', async () => {
    const first = start({ a: [succeeded] });
    first.tracker.track(first.adapter, { id: 'a' });
    await first.clock.advance(0);
    const later = await goOn(first, { a: [running] });
    later.tracker.track(later.adapter, { id: 'a', requestedAt: '2026-01-01T00:00:05.000Z' });
    await later.clock.advance(0);
    expect(later.tracker.get('acme/a')).toMatchObject({
      ref: { requestedAt: '2026-01-01T00:00:05.000Z' },
      status: { state: 'running' },
    });
  });
});

describe('the adapter of a migration', () => {
  test('is told apart from others of its provider by the lane', async () => {
    const toAdapter = (account: string, script: ScriptedAdapterOptions['script']) =>
      createScriptedAdapter({ script, lane: () => `https://acme.example#${account}` });
    const clock = createManualClock();
    const adapters = [toAdapter('one', {}), toAdapter('two', { a: [running] })] as const;
    const tracker = createTracker({ adapters, clock, random: () => 0 });
    tracker.track(adapters[1], { id: 'a' });
    await clock.advance(0);
    const [one, two] = [toAdapter('one', {}), toAdapter('two', { a: [succeeded] })];
    const resume = await endProcess(tracker);
    const later = createTracker({ adapters: [one, two], clock, random: () => 0, resume });
    await clock.advance(minute);
    expect({ one: one.reads.length, two: two.reads.length }).toEqual({ one: 0, two: 1 });
    expect(later.get('acme/a')).toMatchObject({ status: { state: 'succeeded' } });
    expect(() => later.track(one, { id: 'a' })).toThrow('tracked by another adapter');
  });

  test('that stands alone for its provider takes what has another lane', async () => {
    const first = start({ a: [running] }, { lane: () => 'https://old.acme.example' });
    first.tracker.track(first.adapter, { id: 'a' });
    await first.clock.advance(0);
    const later = await goOn(first, { a: [succeeded] }, { lane: () => 'https://new.acme.example' });
    await later.clock.advance(second);
    expect(later.tracker.get('acme/a')).toMatchObject({ stopped: 'settled' });
  });

  test.each([
    ['of a provider that is not there', [createScriptedAdapter({ provider: 'other', script: {} })]],
    [
      'of a lane that is not there',
      ['one', 'two'].map((account) => createScriptedAdapter({ script: {}, lane: () => account })),
    ],
    ['when there is none at all', []],
  ])('%s is missed', async (_title, adapters) => {
    const first = start({ a: [running] });
    first.tracker.track(first.adapter, { id: 'a' });
    const resume = await endProcess(first.tracker);
    expect(() => createTracker({ adapters, resume })).toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        option: 'resume.rows[0]',
        message:
          'createTracker: "resume.rows[0]" does not fit; expected that there is one adapter of "acme" for https://acme.example',
      }),
    );
  });
});

describe('what does not fit', () => {
  const at = Date.UTC(2026, 0, 1);
  const soundRow = {
    provider: 'acme',
    key: 'acme/a',
    lane: 'https://acme.example',
    ref: { id: 'a' },
    trackedAt: at,
    dueAt: at,
  };
  const sound = {
    format: 'migration-status/tracker',
    version: 1,
    exportedAt: '2026-01-01T00:00:00.000Z',
    lanes: [{ name: 'https://acme.example' }],
    rows: [soundRow, { ...soundRow, key: 'acme/b', ref: { id: 'b' } }],
  };

  function resumeWith(resume: unknown) {
    const { clock, adapter } = createTrackerHarness(() => [running]);
    const error = caughtFrom(() =>
      createTracker({ adapters: [adapter], clock, resume: resume as TrackerExport }),
    );
    return { clock, adapter, error };
  }

  function toRefusal(option: string) {
    const message = expect.stringContaining(`"${option}" does not fit; expected that`);
    return expect.objectContaining({ name: 'ConfigurationError', option, message });
  }

  test('is told from what does', async () => {
    const { clock, adapter } = createTrackerHarness(() => [running]);
    const resume = sound as unknown as TrackerExport;
    expect(createTracker({ adapters: [adapter], clock, resume }).size).toBe(2);
  });

  test.each<[string, string, unknown]>([
    ['null', 'resume', null],
    ['a word', 'resume', 'acme'],
    ['a list', 'resume.format', []],
    ['of another format', 'resume.format', { ...sound, format: 'migration-status/store' }],
    ['without a format', 'resume.format', { ...sound, format: undefined }],
    ['of a later version', 'resume.version', { ...sound, version: 2 }],
    ['of a version in words', 'resume.version', { ...sound, version: '1' }],
    ['without a version', 'resume.version', { ...sound, version: undefined }],
    ['without lanes', 'resume.lanes', { ...sound, lanes: undefined }],
    ['with one object for all lanes', 'resume.lanes', { ...sound, lanes: {} }],
    ['with a lane that is null', 'resume.lanes[0]', { ...sound, lanes: [null] }],
    ['with a lane that is its name', 'resume.lanes[0]', { ...sound, lanes: ['https://acme.example'] }],
    ['without rows', 'resume.rows', { ...sound, rows: undefined }],
    ['with one object for all rows', 'resume.rows', { ...sound, rows: {} }],
    ['with a row that is null', 'resume.rows[0]', { ...sound, rows: [null] }],
    ['with a row that is its key', 'resume.rows[1]', { ...sound, rows: [soundRow, 'acme/b'] }],
    ['with one key twice', 'resume.rows[1].key', { ...sound, rows: [soundRow, soundRow] }],
  ])('is refused by its place: what is %s', (_title, option, resume) => {
    expect(resumeWith(resume).error).toEqual(toRefusal(option));
  });

  test.each<[string, object]>([
    ['the key of another provider', { key: 'other/b' }],
    ['a provider that is not there', { provider: 'other', key: 'other/b' }],
    ['the key of the row before', { key: 'acme/a' }],
    ['a ref that its adapter does not take', { ref: { id: 7 } }],
  ])('leaves nothing that reads, when the last row has %s', async (_title, odd) => {
    const { clock, adapter, error } = resumeWith({
      ...sound,
      rows: [...sound.rows, { ...soundRow, key: 'acme/c', ...odd }],
    });
    expect(error).toMatchObject({ name: 'ConfigurationError' });
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(minute);
    expect(adapter.reads).toEqual([]);
  });

  const settledReading = { state: 'succeeded', nativeState: 'succeeded' };
  test.each<[string, unknown]>([
    ['provider', undefined],
    ['provider', 7],
    ['key', undefined],
    ['key', 7],
    ['key', 'other/a'],
    ['key', 'acmea'],
    ['lane', undefined],
    ['lane', 7],
    ['ref', undefined],
    ['ref', { id: 7 }],
    ['group', 7],
    ['group', null],
    ['reading', 'running'],
    ['reading', null],
    ['reading', { state: 'sleeping', nativeState: 'SLEEPING' }],
    ['reading', { state: 'running' }],
    ['reading', { ...settledReading, progress: null }],
    ['reading', { ...settledReading, issues: 'many' }],
    ['observedAt', 'yesterday'],
    ['observedAt', null],
    ['conditions', {}],
    ['conditions', [null]],
    ['conditions', ['unreachable']],
    ['stopped', 'finished'],
    ['stopped', true],
    ['dueAt', 'soon'],
    ['trackedAt', undefined],
    ['trackedAt', '2026-01-01T00:00:00.000Z'],
    ['readAt', 'yesterday'],
    ['reads', 'many'],
    ['reads', -1],
    ['failedReads', 'many'],
    ['refusedReads', 'many'],
    ['missingReads', 'many'],
    ['missingSince', 'yesterday'],
    ['stillReads', 'many'],
    ['stillSince', 'yesterday'],
    ['progressFrom', 'half'],
    ['progressSince', 'yesterday'],
  ])('is refused by the field of its row: %s is %j', (field, value) => {
    const odd = { ...soundRow, key: 'acme/b', ref: { id: 'b' }, [field]: value };
    const resume = viaJson({ ...sound, rows: [soundRow, odd] });
    expect(resumeWith(resume).error).toEqual(toRefusal(`resume.rows[1].${field}`));
  });

  test('is refused when a row has ended as nothing, because whoever waits for it would wait forever', () => {
    const resume = { ...sound, rows: [{ ...soundRow, stopped: 'settled' }] };
    expect(resumeWith(resume).error).toEqual(toRefusal('resume.rows[0].reading'));
  });

  test.each<[string, unknown]>([
    ['name', undefined],
    ['name', 7],
    ['parkedUntil', 'tomorrow'],
    ['parkedBy', 'somebody'],
    ['throttles', 'many'],
    ['outages', 'many'],
    ['refusals', 'many'],
    ['fullAt', 'tomorrow'],
    ['answered', 'many'],
    ['openedAt', 'yesterday'],
    ['learntSpacingMs', 'long'],
    ['learntOverMs', 'long'],
    ['knownSpacingMs', 'long'],
    ['knownSpacingMs', 'long'],
    ['limitSpacingMs', 'long'],
    ['limitUntil', 'tomorrow'],
    ['debt', 'much'],
  ])('is refused by the field of its lane: %s is %j', (field, value) => {
    const resume = viaJson({ ...sound, lanes: [{ name: 'https://acme.example', [field]: value }] });
    expect(resumeWith(resume).error).toEqual(toRefusal(`resume.lanes[0].${field}`));
  });
});

test('a wall clock that is behind the one of the export keeps nobody from being read', async () => {
  const { clock, adapter, tracker } = createTrackerHarness(() => [running]);
  tracker.track(adapter, { id: 'a' });
  await clock.advance(minute);
  const resume = viaJson(tracker.export());
  await tracker.close();
  const before = adapter.reads.length;
  clock.jumpWallTime(-24 * 60 * minute);
  await using later = createTracker({ adapters: [adapter], clock, random: () => 0, resume });
  await clock.advance(minute);
  expect({ size: later.size, isRead: adapter.reads.length > before }).toEqual({ size: 1, isRead: true });
});

test('a row whose key is not that of its ref is refused', async () => {
  const first = start({ a: [running], b: [running] });
  for (const id of ['a', 'b']) first.tracker.track(first.adapter, { id });
  const left = await endProcess(first.tracker);
  const resume = { ...left, rows: left.rows.map((row) => ({ ...row, ref: { id: 'a' } })) };
  expect(() => createTracker({ adapters: [first.adapter], resume })).toThrow(
    expect.objectContaining({ name: 'ConfigurationError', option: 'resume.rows[1].key' }),
  );
});
