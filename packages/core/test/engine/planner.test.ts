import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Agenda, createAgenda } from '../../src/engine/agenda.ts';
import { toWindowMs } from '../../src/engine/grain.ts';
import { createIdLists } from '../../src/engine/id-lists.ts';
import { appoint, type Bucket, createPlanner, type Planner } from '../../src/engine/planner.ts';

interface Real {
  readonly agenda: Agenda<Bucket>;
  readonly planner: Planner;
}

/** The time of each row that is planned, in the order of planning. */
interface Model {
  readonly plans: Map<number, number>;
  now: number;
}

function createReal(): Real {
  const agenda = createAgenda<Bucket>();
  return { agenda, planner: createPlanner(agenda, createIdLists()) };
}

type PlannerCommand = fc.Command<Model, Real>;

function expectAgreement({ plans }: Model, { agenda }: Real): void {
  const times = new Set(plans.values());
  expect({ buckets: agenda.size(), nextAt: agenda.nextAt() }).toEqual({
    buckets: times.size,
    nextAt: times.size > 0 ? Math.min(...times) : undefined,
  });
}

function replan({ plans }: Model, { planner }: Real, id: number, at: number | undefined): void {
  const before = plans.get(id);
  if (before !== undefined) planner.remove(id, before);
  plans.delete(id);
  if (at === undefined) return;
  planner.add(id, at);
  plans.set(id, at);
}

function plan(id: number, delay: number): PlannerCommand {
  return {
    check: () => true,
    run(model, real) {
      replan(model, real, id, model.now + delay);
      expectAgreement(model, real);
    },
    toString: () => `plan ${id} in ${delay}`,
  };
}

function callOff(id: number): PlannerCommand {
  return {
    check: ({ plans }) => plans.has(id),
    run(model, real) {
      replan(model, real, id, undefined);
      expectAgreement(model, real);
    },
    toString: () => `call off ${id}`,
  };
}

/** What somebody does who is told of a row while the bucket that it was in is gone through. */
interface Interruption {
  readonly after: number;
  readonly id: number;
  readonly delay: number | undefined;
}

/** Goes through the next bucket as far as there is room, as the engine does; others change plans in between. */
function takeUp(delay: number, room: number, interruptions: readonly Interruption[]): PlannerCommand {
  return {
    check: () => true,
    run(model, real) {
      model.now += delay;
      const bucket = real.agenda.takeDue(model.now);
      if (bucket === undefined) return;
      for (let count = 0; count < room; count += 1) {
        const id = real.planner.take(bucket);
        if (id === undefined) return expectAgreement(model, real);
        expect(model.plans.get(id)).toBe(bucket.at);
        model.plans.delete(id);
        for (const interruption of interruptions) {
          if (interruption.after !== count) continue;
          const { id: other, delay: later } = interruption;
          replan(model, real, other, later === undefined ? undefined : model.now + later);
        }
      }
      real.planner.putBack(bucket);
      expectAgreement(model, real);
    },
    toString: () => `take up to ${room} after ${delay}, with ${JSON.stringify(interruptions)}`,
  };
}

test('a planner agrees with a map of times, whatever is planned, called off and taken up, also in between', () => {
  const anyId = fc.nat(9);
  const anyDelay = fc.nat(3);
  const anyInterruption = fc.record({
    after: fc.nat(3),
    id: anyId,
    delay: fc.option(anyDelay, { nil: undefined }),
  });
  const anyCommand = [
    fc.tuple(anyId, anyDelay).map(([id, delay]) => plan(id, delay)),
    fc.tuple(anyId, anyDelay).map(([id, delay]) => plan(id, delay)),
    anyId.map(callOff),
    fc
      .tuple(anyDelay, fc.integer({ min: 1, max: 5 }), fc.array(anyInterruption, { maxLength: 6 }))
      .map(([delay, room, interruptions]) => takeUp(delay, room, interruptions)),
  ];
  fc.assert(
    fc.property(fc.commands(anyCommand, { size: 'large', maxCommands: 100 }), (commands) => {
      fc.modelRun(
        () => ({ model: { plans: new Map<number, number>(), now: 0 }, real: createReal() }),
        commands,
      );
    }),
    { numRuns: 300 },
  );
});

test('a bucket that is emptied while it is gone through does not take its successor with it', () => {
  const { agenda, planner } = createReal();
  for (const id of [1, 2]) planner.add(id, 5);
  const bucket = agenda.takeDue(5);
  if (bucket === undefined) throw new Error('the bucket is due');
  expect(planner.take(bucket)).toBe(1);
  planner.remove(2, 5);
  planner.add(3, 5);
  expect(planner.take(bucket)).toBeUndefined();
  planner.remove(3, 5);
  expect(agenda.size()).toBe(0);
});

test('thousands that are due together are one appointment, and come out in the order of planning', () => {
  const { agenda, planner } = createReal();
  const ids = Array.from({ length: 5_000 }, (_, index) => 5_000 - index);
  for (const id of ids) planner.add(id, 100);
  expect(agenda.size()).toBe(1);
  const bucket = agenda.takeDue(100);
  const taken = ids.map(() => bucket && planner.take(bucket));
  expect(taken).toEqual(ids);
  expect([bucket && planner.take(bucket), agenda.size()]).toEqual([undefined, 0]);
});

const anyNow = fc.nat().map((number) => number / 100);
const anyDistance = fc.integer({ min: -1_000, max: 8_000 }).map((thousandths) => 10 ** (thousandths / 1_000));
const anyShare = fc.nat(999).map((thousandths) => thousandths / 1_000);

const anyWindow = fc.constantFrom(1, 50, 250, 1_000, 1_500, 7_000);

test('rows that can share a request are planned for the ends of windows, no more than a window later', () => {
  fc.assert(
    fc.property(anyNow, anyDistance, anyWindow, fc.boolean(), (now, distance, windowMs, hasProgress) => {
      const wantedAt = now + distance;
      const plannedAt = appoint(wantedAt, now, windowMs, hasProgress);
      expect(plannedAt).toBeGreaterThanOrEqual(wantedAt);
      expect(plannedAt - wantedAt).toBeLessThanOrEqual(windowMs);
      expect(plannedAt % toWindowMs(plannedAt - now, windowMs)).toBe(0);
      const mostMs = hasProgress ? (plannedAt - now) / 40 : plannedAt - now;
      expect(plannedAt - wantedAt).toBeLessThanOrEqual(Math.max(1, mostMs));
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  [50_000, 3_051_234, 3_052_000, 3_052_000],
  [20_000, 3_021_234, 3_021_400, 3_022_000],
  [10_000, 3_011_234, 3_011_400, 3_012_000],
  [2_000, 3_003_234, 3_003_240, 3_004_000],
  [20, 3_000_031, 3_000_031, 3_000_040],
])(
  'from %i ms away, %i is planned for %i with progress, and for %i without',
  (awayMs, wantedAt, ...plans) => {
    const now = wantedAt - awayMs;
    expect([true, false].map((hasProgress) => appoint(wantedAt, now, 1_000, hasProgress))).toEqual(plans);
  },
);

test('what is due is not made to wait for a window', () => {
  expect([
    appoint(1_234, 1_234, 1_000, false),
    appoint(1_000.5, 5_000, 1_000, false),
    appoint(1_234, 1_000, 0, false),
  ]).toEqual([1_234, 1_001, 1_234]);
});

test.each([0, 1, 10, 300, 1_000, 7_000])(
  'planning again from nearer by stays, in windows of %s ms',
  (windowMs) => {
    fc.assert(
      fc.property(anyNow, anyDistance, anyShare, fc.boolean(), (now, distance, share, hasProgress) => {
        const plannedAt = appoint(now + distance, now, windowMs, hasProgress);
        expect(appoint(plannedAt, now + distance * share, windowMs, hasProgress)).toBe(plannedAt);
      }),
      { numRuns: 500 },
    );
  },
);
