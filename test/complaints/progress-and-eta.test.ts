import { type MigrationProgress, type Pace, pollUntilDone } from '@migration-status/core';
import { expect, test } from 'vitest';
import { createManualClock } from '../support/manual-clock.ts';
import { createScriptedAdapter, toFailure, toReading } from '../support/scripted-adapter.ts';
import { createScene, hour, minute, running, second, succeeded, watchPromise } from './scene.ts';

const a = { id: 'a' };

function at(percent: number) {
  return toReading('running', { progress: { percent } });
}

/** Notes what the pace is told of the time that remains, and when. */
function createNotes(clock: { now(): number }) {
  const notes: { readonly at: number; readonly remainingMs: number | undefined }[] = [];
  const pace: Pace = ({ remainingMs }) => {
    notes.push({ at: clock.now(), remainingMs });
    return undefined;
  };
  return { notes, pace };
}

// https://github.com/airbytehq/airbyte/issues/28159
test('nobody has to sit and watch: each change comes by itself, and nothing comes without one', async () => {
  const percents = [0, 0, 10, 10, 10, 40, 90, 90];
  const clock = createManualClock();
  const adapter = createScriptedAdapter({ clock, script: { a: [...percents.map(at), succeeded] } });
  const seen: unknown[] = [];
  const options = {
    clock,
    random: () => 0,
    onChange: ({ status }: { status?: { progress?: MigrationProgress } }) =>
      seen.push(status?.progress?.percent),
  };
  const wait = watchPromise(clock, pollUntilDone(adapter, a, options));
  await clock.advance(hour);
  expect(wait.outcome).toBe('resolved');
  expect(seen).toEqual([0, 10, 40, 90, undefined]);
});

test('a reader at its own speed gets every transition, and an end', async () => {
  const answers = [toReading('pending'), at(10), at(20), toReading('paused'), at(50), succeeded];
  const { clock, adapter, tracker } = createScene({ a: answers });
  const handle = tracker.track(adapter, a);
  const states: unknown[] = [];
  const reading = (async () => {
    for await (const { status } of handle) states.push(status?.state);
  })();
  await clock.advance(hour);
  await reading;
  expect(states.filter((state, index) => state !== states[index - 1])).toEqual([
    'pending',
    'running',
    'paused',
    'running',
    'succeeded',
  ]);
});

// https://github.com/SonarSource/sonar-migration-tool/pull/523
test('a frozen bar has no rising ETA: what remains counts down, and is then overdue', async () => {
  const clock = createManualClock();
  const { notes, pace } = createNotes(clock);
  const toAnswer = () => at(Math.min(60, clock.now() / second));
  const { adapter, tracker } = createScene({ a: [toAnswer] }, { clock, policy: { pace } });
  tracker.track(adapter, a);
  await clock.advance(10 * minute);
  const frozen = notes.filter((note) => note.at > minute).map(({ remainingMs = Number.NaN }) => remainingMs);
  expect(frozen.length).toBeGreaterThan(5);
  expect(frozen).toEqual([...new Set(frozen)].sort((x, y) => y - x));
  expect(frozen[0]).toBeGreaterThan(0);
  expect(frozen.at(-1)).toBeLessThan(0);
});

test('an estimate is near once there is progress to go by, also of a job that was found half way', async () => {
  const clock = createManualClock();
  const { notes, pace } = createNotes(clock);
  const toAnswer = () => at(50 + (clock.now() / (10 * minute)) * 50);
  const { adapter, tracker } = createScene({ a: [toAnswer] }, { clock, policy: { pace } });
  tracker.track(adapter, a);
  await clock.advance(9 * minute);
  const [, ...later] = notes;
  expect(later.length).toBeGreaterThan(5);
  for (const note of later) {
    expect((note.remainingMs ?? 0) + note.at).toBeCloseTo(10 * minute, -2);
  }
});

// https://github.com/github/gh-ost/pull/218
test('state and progress stand while the provider is throttled, and the throttling stands beside them', async () => {
  const { clock, adapter, tracker } = createScene({
    a: [at(40), toFailure('throttled', 10 * minute), at(70)],
  });
  const changes: unknown[] = [];
  tracker.on('change', ({ row }) => changes.push(row.status?.progress?.percent));
  const handle = tracker.track(adapter, a);
  await clock.advance(5 * minute);
  expect(handle.row).toMatchObject({
    status: { state: 'running', progress: { percent: 40 }, observedAt: '2026-01-01T00:00:00.000Z' },
    conditions: [{ kind: 'throttled', since: '2026-01-01T00:00:01.000Z' }],
  });
  await clock.advance(10 * minute);
  expect(handle.row).toMatchObject({ status: { progress: { percent: 70 } }, conditions: [] });
  expect(changes).toEqual([40, 70]);
});

// https://github.com/github/gh-ost/pull/218
test('a pause does not count into the speed of the work after it', async () => {
  const clock = createManualClock();
  const { notes, pace } = createNotes(clock);
  const toAnswer = () => {
    const now = clock.now();
    if (now < hour) return toReading('paused', { progress: { percent: 20 } });
    return at(20 + ((now - hour) / (10 * minute)) * 80);
  };
  const { adapter, tracker } = createScene(
    { a: [toAnswer] },
    { clock, policy: { pace, ceilingMs: 30 * second } },
  );
  tracker.track(adapter, a);
  await clock.advance(hour + 8 * minute);
  const last = notes.at(-1);
  expect((last?.remainingMs ?? 0) + (last?.at ?? 0)).toBeLessThan(hour + 13 * minute);
  expect(last?.remainingMs).toBeGreaterThan(0);
});

// https://github.com/frappe/tally_migrator/pull/56
test('a failed read shows as reconnecting, and silence is not taken for death', async () => {
  const { clock, adapter, tracker } = createScene({
    silent: [running],
    broken: [running, toFailure('transient'), toFailure('transient'), running],
  });
  const heard: unknown[] = [];
  tracker.on('condition', ({ row, condition, isActive }) => heard.push([row.key, condition.kind, isActive]));
  const silent = tracker.track(adapter, { id: 'silent' });
  tracker.track(adapter, { id: 'broken' });
  await clock.advance(6 * hour);
  expect(heard).toEqual([
    ['acme/broken', 'unreachable', true],
    ['acme/broken', 'unreachable', false],
  ]);
  expect(silent.row).toMatchObject({ status: { state: 'running' }, conditions: [] });
});

test('progress that is not reported is absent, and never a made-up 0', async () => {
  const nothing = [{}, { percent: Number.NaN }, { percent: -5 }, { completed: Number.POSITIVE_INFINITY }];
  const { clock, adapter, tracker } = createScene((id) => [
    id === 'none' ? running : toReading('running', { progress: nothing[Number(id)] ?? {} }),
  ]);
  const handles = ['none', '0', '1', '2', '3'].map((id) => tracker.track(adapter, { id }));
  await clock.advance(second);
  for (const { row } of handles) {
    expect(row.status?.state).toBe('running');
    expect(row.status).not.toHaveProperty('progress');
  }
});

test('progress goes backwards when the provider’s does, and is never shown as more than all', async () => {
  const { clock, adapter, tracker } = createScene({
    a: [at(80), at(20), toReading('running', { progress: { percent: 140, completed: 7, total: 5 } })],
  });
  const seen: unknown[] = [];
  tracker.on('change', ({ row }) => seen.push(row.status?.progress));
  tracker.track(adapter, a);
  await clock.advance(10 * minute);
  expect(seen).toEqual([{ percent: 80 }, { percent: 20 }, { percent: 100, completed: 7 }]);
});

test('100 percent is not the end, and the end is not 100 percent', async () => {
  const { clock, adapter, tracker, watch } = createScene({
    a: [at(100), at(100), toReading('canceled', { progress: { percent: 30 } })],
  });
  const handle = tracker.track(adapter, a);
  const wait = watch(handle.settled());
  await clock.advance(second);
  expect({ outcome: wait.outcome, state: handle.row.status?.state }).toEqual({
    outcome: 'pending',
    state: 'running',
  });
  await clock.advance(minute);
  expect(wait.value).toMatchObject({ state: 'canceled', progress: { percent: 30 } });
});
