import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createManualClock, type ManualClock } from '../../../../test/support/manual-clock.ts';
import {
  createScriptedAdapter,
  type ScriptedAdapter,
  type ScriptedQuestion,
  toFailure,
  toReading,
} from '../../../../test/support/scripted-adapter.ts';
import type { EnginePolicy } from '../../src/engine/engine-policy.ts';
import type { FailureClass } from '../../src/model/failure-class.ts';
import { isTerminalState, type MigrationState, migrationStates } from '../../src/model/migration-state.ts';
import type { MigrationReading } from '../../src/model/migration-status.ts';
import type { TrackerExport } from '../../src/store/tracker-export.ts';
import { createTracker, type Tracker } from '../../src/tracker/tracker.ts';
import { createLaterClock, restart, viaJson } from './restart.ts';

const second = 1_000;
const minute = 60 * second;

/** What a provider says about a migration over a time. The percentage grows over it. */
interface Part {
  readonly forMs: number;
  readonly state: MigrationState;
  readonly phase?: string;
  readonly percents?: readonly [from: number, to: number];
  readonly retryAfterMs?: number;
}

/** A migration as it really goes. Before its first part it is not known, and its last part stays. */
interface Course {
  readonly trackedAt: number;
  readonly lane: number;
  readonly knownAt: number;
  readonly parts: readonly Part[];
}

/** A time in which everything that is asked of a lane fails. */
interface Trouble {
  readonly at: number;
  readonly forMs: number;
  readonly lane: number;
  readonly failure: FailureClass;
  readonly retryAfterMs?: number;
}

/** Something that somebody does. */
interface Deed {
  readonly at: number;
  readonly course: number;
  readonly what: 'push' | 'refresh' | 'forget';
}

/** All that happens to a tracker, as a function of time: it is the same however often anybody asks. */
interface History {
  readonly batch: number | undefined;
  readonly courses: readonly Course[];
  readonly troubles: readonly Trouble[];
  readonly deeds: readonly Deed[];
  readonly policy: Partial<EnginePolicy>;
}

/** What can be seen of it: what the tracker told and what was asked of the provider, with times, and what is known in the end. */
interface Story {
  readonly told: readonly string[];
  readonly known: readonly unknown[];
}

/** A moment between two events, at which a process may end. */
interface Moment {
  readonly at: number;
  readonly told: number;
  readonly done: number;
  readonly left: TrackerExport;
}

const endsAt = 40 * minute;

/** Finding the smallest story takes long; what was found until then is told. */
const limits = { interruptAfterTimeLimit: 20 * second };

const anyState = fc.constantFrom(...migrationStates.filter((state) => !isTerminalState(state)));
const anyPart: fc.Arbitrary<Part> = fc.record(
  {
    forMs: fc.integer({ min: 200, max: 10 * minute }),
    state: fc.oneof(fc.constant('running' as const), anyState),
    phase: fc.constantFrom('parse', 'import'),
    percents: fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 })),
    retryAfterMs: fc.integer({ min: 0, max: 3 * minute }),
  },
  { requiredKeys: ['forMs', 'state'] },
);
const anyEnd = fc.constantFrom<MigrationState>(...migrationStates.filter(isTerminalState), 'running');
const anyCourse: fc.Arbitrary<Course> = fc
  .record({
    trackedAt: fc.nat(minute),
    lane: fc.nat(1),
    unknownMs: fc.oneof(fc.constant(0), fc.nat(40 * second)),
    parts: fc.array(anyPart, { minLength: 1, maxLength: 5 }),
    end: anyEnd,
  })
  .map(({ trackedAt, lane, unknownMs, parts, end }) => ({
    trackedAt,
    lane,
    knownAt: trackedAt + unknownMs,
    parts: [...parts, { forMs: 0, state: end }],
  }));
const anyDeed: fc.Arbitrary<Deed> = fc.record({
  at: fc.nat(endsAt),
  course: fc.nat(3),
  what: fc.constantFrom('push', 'push', 'refresh', 'forget'),
});

function anyTrouble(failures: readonly FailureClass[]): fc.Arbitrary<Trouble> {
  return fc.record(
    {
      at: fc.nat(20 * minute),
      forMs: fc.oneof(fc.nat(5 * second), fc.nat(5 * minute)),
      lane: fc.nat(1),
      failure: fc.constantFrom(...failures),
      retryAfterMs: fc.integer({ min: 0, max: 3 * minute }),
    },
    { requiredKeys: ['at', 'forMs', 'lane', 'failure'] },
  );
}

function anyHistory(
  batch: fc.Arbitrary<number | undefined>,
  failures: readonly FailureClass[],
  policy: Partial<EnginePolicy>,
): fc.Arbitrary<History> {
  return fc.record({
    batch,
    courses: fc.array(anyCourse, { minLength: 1, maxLength: 4 }),
    troubles: fc.array(anyTrouble(failures), { maxLength: 4 }),
    deeds: fc.array(anyDeed, { maxLength: 3 }),
    policy: fc.constant(policy),
  });
}

/** What the provider would say of a migration at a time. */
function toTruth({ knownAt, parts }: Course, now: number): MigrationReading {
  if (now < knownAt) return toReading('not_found');
  let from = knownAt;
  for (const [index, { forMs, state, phase, percents, retryAfterMs }] of parts.entries()) {
    const isLast = index === parts.length - 1;
    if (isLast || now < from + forMs) {
      const share = isLast ? 1 : (now - from) / forMs;
      return toReading(state, {
        ...(state === 'unknown' && { nativeState: `word ${index}` }),
        ...(phase !== undefined && { phase }),
        ...(percents && {
          progress: { percent: percents[0] + Math.floor(share * (percents[1] - percents[0])) },
        }),
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      });
    }
    from += forMs;
  }
  return toReading('not_found');
}

/** Answers take no time. Each reading leaves a memo of how many there were, which the next one tells. */
function createProvider(
  { batch, courses, troubles }: History,
  clock: ManualClock,
  isCutOff: () => boolean,
  onAnswer: (key: string) => void,
): ScriptedAdapter {
  function answer(id: string, { key, memo }: ScriptedQuestion): unknown {
    const now = clock.now();
    const course = courses[Number(id)];
    if (course === undefined) return toReading('not_found');
    if (isCutOff()) return new Promise(() => {});
    onAnswer(key);
    const trouble = troubles.find(
      ({ at, forMs, lane }) => lane === course.lane && at <= now && now < at + forMs,
    );
    if (trouble) throw toFailure(trouble.failure, trouble.retryAfterMs);
    const count = Number(memo ?? 0) + 1;
    return { ...toTruth(course, now), memo: count, message: `answer ${count}` };
  }
  return createScriptedAdapter({
    clock,
    script: (id) => [(question) => answer(id, question)],
    lane: (id) => `https://acme.example#${courses[Number(id)]?.lane}`,
    ...(batch !== undefined && { batch }),
  });
}

/** What is done to a tracker, in order of time. */
function toDeeds(
  { courses, deeds }: History,
  adapter: ScriptedAdapter,
): { at: number; run: (tracker: Tracker, clock: ManualClock) => void }[] {
  const tracks = courses.map(({ trackedAt }, index) => ({
    at: trackedAt,
    run: (tracker: Tracker) =>
      void tracker.track(adapter, { id: String(index) }, { group: `group ${index}` }),
  }));
  const others = deeds.map(({ at, course, what }) => ({
    at,
    run(tracker: Tracker, clock: ManualClock) {
      const ref = { id: String(course) };
      const key = adapter.key(ref);
      const known = courses[course];
      if (known === undefined || tracker.get(key) === undefined) return;
      if (what === 'forget') tracker.forget(key);
      if (what === 'push') {
        const { retryAfterMs: _retryAfterMs, ...truth } = toTruth(known, clock.now());
        const observedAt = new Date(clock.wallTime()).toISOString();
        tracker.push({ provider: 'acme', key, ref, observedAt, ...truth });
      }
      if (what === 'refresh') {
        const handle = tracker.track(adapter, ref);
        handle.refresh().catch(() => {});
        handle.release();
      }
    },
  }));
  return [...tracks, ...others].sort((a, b) => a.at - b.at);
}

function toTime(clock: ManualClock): string {
  return String(clock.now()).padStart(9);
}

function listen(tracker: Tracker, clock: ManualClock, told: string[]): void {
  const tell = (key: string, news: string) => told.push(`${toTime(clock)} ${key} ${news}`);
  tracker.on('change', ({ row, transition }) =>
    tell(row.key, transition ? `${transition.from ?? 'nothing'} to ${transition.to}` : 'says more'),
  );
  tracker.on('condition', ({ row, condition, isActive }) =>
    tell(row.key, `${condition.kind} since ${condition.since} ${isActive ? 'begins' : 'ends'}`),
  );
  tracker.on('settled', ({ row }) => tell(row.key, `settled as ${row.status?.state}`));
}

interface Playing {
  /** Goes on from a moment of an earlier playing, in a process of its own. */
  readonly from?: Moment;
  /** Whether the process ends, and another one begins, before each event. */
  readonly isRestless?: boolean;
  /** Whether the process ends, and another one begins, while every other read is out. */
  readonly isCutOff?: boolean;
  /** Is handed every moment between two events. */
  readonly onMoment?: (moment: Moment) => void;
}

/** Lets a history happen. */
async function play(history: History, playing: Playing = {}): Promise<Story> {
  const { from, isRestless = false, isCutOff = false, onMoment } = playing;
  const clock = toClock(from?.at);
  const told: string[] = [];
  let reads = 0;
  let isOver = false;
  const adapter = createProvider(
    history,
    clock,
    () => {
      reads += 1;
      if (isCutOff && reads % 2 === 1) isOver = true;
      return isCutOff && reads % 2 === 1;
    },
    (key) => told.push(`${toTime(clock)} ${key} is read`),
  );
  const options = { adapters: [adapter], clock, random: () => 0, policy: history.policy };
  let tracker = createTracker({ ...options, resume: from?.left });
  listen(tracker, clock, told);
  const deeds = toDeeds(history, adapter);
  let done = from?.done ?? 0;
  let startedAt = -1;
  for (;;) {
    onMoment?.({ at: clock.now(), told: told.length, done, left: viaJson(tracker.export()) });
    // Between two events not twice at one time: a process that only ever starts does not get on.
    if (isOver || (isRestless && clock.now() > startedAt)) {
      isOver = false;
      startedAt = clock.now();
      tracker = await restart(tracker, options);
      listen(tracker, clock, told);
    }
    const next = Math.min(clock.nextTimerAt ?? endsAt, deeds[done]?.at ?? endsAt);
    if (next >= endsAt) break;
    await clock.advance(next - clock.now());
    for (; deeds[done]?.at === next; done += 1) deeds[done]?.run(tracker, clock);
  }
  // What was forgotten leaves a gap, which may be filled or not.
  const known = viaJson(tracker.export()).rows.toSorted((a, b) => a.key.localeCompare(b.key));
  await tracker.close();
  return { told, known };
}

/** A clock that shows the same wall time at the same `now()`, whenever it was made. */
function toClock(at = 0): ManualClock {
  const origin = createManualClock();
  origin.jumpWallTime(at);
  return createLaterClock(origin, at);
}

/** What happened at one time to several migrations may be told in any order. */
function toTold({ told }: Story, after = 0): string {
  const byMoment = Map.groupBy(told.slice(after), (line) => line.slice(0, line.indexOf(' ', 16)));
  return [...byMoment.keys()]
    .sort()
    .flatMap((moment) => byMoment.get(moment))
    .join('\n');
}

function expectSame(story: Story, whole: Story, after = 0): void {
  expect(toTold(story)).toBe(toTold(whole, after));
  expect(story.known).toEqual(whole.known);
}

/**
 * A lane that lets everything go out at once, so that the spacing which it learns from being throttled, a fraction of a
 * millisecond exactly, never counts, and all times are whole.
 */
const wideLane = { requestsPerSecond: 1e-4, burst: 1e9 };

/** What makes a request be asked again in parts is left out: which rows are read by themselves is not written down. */
const commonFailures = ['transient', 'throttled', 'unauthorized'] as const;
const allFailures = [...commonFailures, 'forbidden', 'invalid_request', 'invalid_response'] as const;

const kinds = [
  ['read one by one', anyHistory(fc.constant(undefined), allFailures, wideLane)],
  ['read in batches', anyHistory(fc.constant(10), commonFailures, wideLane)],
] as const;

describe.each(kinds)('migrations that are %s tell the same story', (_title, any) => {
  test('when the process ends once, whenever that is', async () => {
    await fc.assert(
      fc.asyncProperty(any, async (history) => {
        const moments: Moment[] = [];
        const whole = await play(history, { onMoment: (moment) => moments.push(moment) });
        for (const moment of moments) expectSame(await play(history, { from: moment }), whole, moment.told);
      }),
      { numRuns: 7, ...limits },
    );
  });

  test('when the process ends before every event', async () => {
    await fc.assert(
      fc.asyncProperty(any, async (history) => {
        expectSame(await play(history, { isRestless: true }), await play(history));
      }),
      { numRuns: 40, ...limits },
    );
  });

  // With a lane each: of several requests that are out in one lane, the answer to one may keep others from being asked again.
  test('when the process ends while every other read is out', async () => {
    await fc.assert(
      fc.asyncProperty(any, async ({ courses, ...rest }) => {
        const history = { ...rest, courses: courses.map((course, lane) => ({ ...course, lane })) };
        expectSame(await play(history, { isCutOff: true }), await play(history));
      }),
      { numRuns: 25, ...limits },
    );
  });
});
