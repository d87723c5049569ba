import { createManualClock, type ManualClock } from '../../../../test/support/manual-clock.ts';
import {
  createScriptedAdapter,
  type ScriptedAdapter,
  type ScriptedQuestion,
  toFailure,
  toReading,
} from '../../../../test/support/scripted-adapter.ts';
import type { TrackerExport } from '../../src/store/tracker-export.ts';
import { createTracker, type Tracker } from '../../src/tracker/tracker.ts';
import { type History, toTruth } from './histories.ts';
import { createLaterClock, endProcess, viaJson } from './restart.ts';

/** What can be seen of a history: what the tracker told and what was asked of the provider, with times, and what is known in the end. */
export interface Story {
  readonly told: readonly string[];
  readonly known: readonly unknown[];
}

/** A moment between two events, at which a process may end. */
export interface Moment {
  readonly at: number;
  readonly told: number;
  readonly done: number;
  readonly left: TrackerExport;
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

/** Something that is done to a tracker. */
interface TimedDeed {
  readonly at: number;
  readonly key: string;
  run(tracker: Tracker, clock: ManualClock): void;
}

/** What is done to a tracker, in order of time. */
function toDeeds({ courses, deeds }: History, adapter: ScriptedAdapter): readonly TimedDeed[] {
  const tracks = courses.map(({ trackedAt }, index) => ({
    at: trackedAt,
    key: adapter.key({ id: String(index) }),
    run: (tracker: Tracker) =>
      void tracker.track(adapter, { id: String(index) }, { group: `group ${index}` }),
  }));
  const others = deeds.map(({ at, course, what }) => ({
    at,
    key: adapter.key({ id: String(course) }),
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

/**
 * Of rows that are due in the same millisecond, that goes first which was planned first. An export does not say which that
 * was, because either order would be right, but where only one may go it makes another story. Resumed rows are planned in
 * the order of the export, so there they are put in the order in which something last happened to them.
 */
function inTurn(left: TrackerExport, turns: ReadonlySet<string>): TrackerExport {
  const order = [...turns];
  return { ...left, rows: left.rows.toSorted((a, b) => order.indexOf(a.key) - order.indexOf(b.key)) };
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

export interface Playing {
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
export async function play(history: History, playing: Playing = {}): Promise<Story> {
  const { from, isRestless = false, isCutOff = false, onMoment } = playing;
  const clock = toClock(from?.at);
  const told: string[] = [];
  const turns = new Set(from?.left.rows.map(({ key }) => key));
  const giveLastTurn = (key: string) => {
    turns.delete(key);
    turns.add(key);
  };
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
    (key) => {
      told.push(`${toTime(clock)} ${key} is read`);
      giveLastTurn(key);
    },
  );
  const options = { adapters: [adapter], clock, random: () => 0, policy: history.policy };
  let tracker = createTracker({ ...options, resume: from?.left });
  listen(tracker, clock, told);
  const deeds = toDeeds(history, adapter);
  let done = from?.done ?? 0;
  let startedAt = -1;
  for (;;) {
    onMoment?.({ at: clock.now(), told: told.length, done, left: inTurn(viaJson(tracker.export()), turns) });
    // Between two events not twice at one time: a process that only ever starts does not get on.
    if (isOver || (isRestless && clock.now() > startedAt)) {
      isOver = false;
      startedAt = clock.now();
      tracker = createTracker({ ...options, resume: inTurn(await endProcess(tracker), turns) });
      listen(tracker, clock, told);
    }
    const next = Math.min(clock.nextTimerAt ?? history.endsAt, deeds[done]?.at ?? history.endsAt);
    if (next >= history.endsAt) break;
    await clock.advance(next - clock.now());
    for (let deed = deeds[done]; deed?.at === next; deed = deeds[done]) {
      deed.run(tracker, clock);
      giveLastTurn(deed.key);
      done += 1;
    }
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

/** A story as text, from one of its lines on. What happened at one time to several migrations may be told in any order. */
export function toText({ told, known }: Story, after = 0): string {
  const toMoment = (line: string) => line.slice(0, line.indexOf(' ', 16));
  const lines = told
    .slice(after)
    .map((line) => ({ line, moment: toMoment(line) }))
    .sort((a, b) => (a.moment < b.moment ? -1 : Number(a.moment > b.moment)));
  return [...lines.map(({ line }) => line), ...known.map((row) => JSON.stringify(row))].join('\n');
}
