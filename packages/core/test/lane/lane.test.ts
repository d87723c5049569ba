import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  admit,
  createLane,
  enter,
  type Lane,
  type LaneOutcome,
  learn,
  leave,
  defaultLanePolicy as policy,
  takeStart,
} from '../../src/lane/lane.ts';

const answered: LaneOutcome = { type: 'answered' };
const transient: LaneOutcome = { type: 'transient' };
const throttled = (retryAfterMs?: number): LaneOutcome => ({ type: 'throttled', retryAfterMs });

/** A lane with so many requests out. */
function createBusyLane(inFlight: number, details: Partial<Lane> = {}): Lane {
  return { ...createLane(), inFlight, ...details };
}

/** What a lane has learnt after so many outcomes at one time; the requests were out together. */
function learnAll(lane: Lane, outcomes: readonly LaneOutcome[], now: number, random = 0): Lane {
  return outcomes.reduce((learnt, outcome) => learn(learnt, outcome, now, random, policy), lane);
}

describe('admission', () => {
  test.each([
    { title: 'an idle lane', lane: createLane(), now: 0, verdict: 'admitted' },
    { title: 'a lane with room', lane: createBusyLane(7), now: 0, verdict: 'admitted' },
    { title: 'a full lane', lane: createBusyLane(8), now: 0, verdict: 'full' },
    { title: 'a parked lane', lane: createBusyLane(0, { parkedUntil: 10 }), now: 9.9, verdict: 'parked' },
    { title: 'a full parked lane', lane: createBusyLane(8, { parkedUntil: 10 }), now: 9, verdict: 'parked' },
    {
      title: 'a lane whose parking is over',
      lane: createBusyLane(0, { parkedUntil: 10 }),
      now: 10,
      verdict: 'admitted',
    },
    {
      title: 'a throttled lane without a probe',
      lane: createBusyLane(0, { throttles: 1 }),
      now: 0,
      verdict: 'admitted',
    },
    {
      title: 'a throttled lane with a probe out',
      lane: createBusyLane(1, { throttles: 1 }),
      now: 0,
      verdict: 'full',
    },
    {
      title: 'a lane with few outages',
      lane: createBusyLane(7, { outages: 4 }),
      now: 0,
      verdict: 'admitted',
    },
    {
      title: 'a lane in an outage with a probe out',
      lane: createBusyLane(1, { outages: 5 }),
      now: 0,
      verdict: 'full',
    },
  ])('$title: $verdict', ({ lane, now, verdict }) => {
    expect(admit(lane, now, policy)).toBe(verdict);
  });

  test('counts what goes out and comes back', () => {
    expect(leave(enter(enter(createLane())))).toEqual(createBusyLane(1));
  });
});

describe('what a request teaches', () => {
  const fresh = createLane();

  test.each([
    {
      title: 'an answer ends the trouble',
      before: { throttles: 3, outages: 4 },
      outcome: answered,
      after: fresh,
    },
    {
      title: 'too many requests park the lane',
      before: {},
      outcome: throttled(),
      after: { ...fresh, throttles: 1, parkedBy: 'throttled', parkedUntil: 102_000 },
    },
    {
      title: 'the provider names a longer time',
      before: {},
      outcome: throttled(90_000),
      after: { ...fresh, throttles: 1, parkedBy: 'throttled', parkedUntil: 190_000 },
    },
    {
      title: 'the provider names a shorter time than what has failed before',
      before: { throttles: 3 },
      outcome: throttled(1_000),
      after: { ...fresh, throttles: 4, parkedBy: 'throttled', parkedUntil: 116_000 },
    },
    {
      title: 'parking without a named time ends at a ceiling',
      before: { throttles: 1_000 },
      outcome: throttled(),
      after: { ...fresh, throttles: 1_001, parkedBy: 'throttled', parkedUntil: 160_000 },
    },
    { title: 'one outage is only counted', before: {}, outcome: transient, after: { ...fresh, outages: 1 } },
    {
      title: 'several outages in a row park the lane',
      before: { outages: 4 },
      outcome: transient,
      after: { ...fresh, outages: 5, parkedBy: 'transient', parkedUntil: 102_000 },
    },
    {
      title: 'an outage that goes on parks it for longer',
      before: { outages: 7 },
      outcome: transient,
      after: { ...fresh, outages: 8, parkedBy: 'transient', parkedUntil: 116_000 },
    },
    {
      title: 'an outage while it is parked teaches nothing',
      before: { parkedUntil: 150_000, parkedBy: 'throttled' as const, throttles: 1, outages: 4 },
      outcome: transient,
      after: { ...fresh, parkedUntil: 150_000, parkedBy: 'throttled', throttles: 1, outages: 4 },
    },
    {
      title: 'an answer while it is parked was asked before, and ends no trouble',
      before: { parkedUntil: 150_000, parkedBy: 'throttled' as const, throttles: 3 },
      outcome: answered,
      after: { ...fresh, parkedUntil: 150_000, parkedBy: 'throttled', throttles: 3 },
    },
    {
      title: 'a longer Retry-After while it is parked prolongs the parking',
      before: { parkedUntil: 150_000, parkedBy: 'transient' as const, outages: 5 },
      outcome: throttled(60_000),
      after: { ...fresh, parkedUntil: 160_000, parkedBy: 'throttled', throttles: 1, outages: 5 },
    },
    {
      title: 'a shorter Retry-After while it is parked does not shorten it',
      before: { parkedUntil: 150_000, parkedBy: 'throttled' as const, throttles: 1 },
      outcome: throttled(10_000),
      after: { ...fresh, parkedUntil: 150_000, parkedBy: 'throttled', throttles: 1 },
    },
  ])('$title', ({ before, outcome, after }) => {
    expect(learn(createBusyLane(1, before), outcome, 100_000, 0, policy)).toEqual(after);
  });

  test('spreads the end of a parking, and only adds', () => {
    expect(learn(createBusyLane(1), throttled(10_000), 0, 1, policy).parkedUntil).toBe(11_000);
  });

  test('counts eight that are refused together once', () => {
    const outcomes = Array.from({ length: 8 }, () => throttled());
    expect(learnAll(createBusyLane(8), outcomes, 0)).toEqual({
      ...fresh,
      throttles: 1,
      parkedBy: 'throttled',
      parkedUntil: 2_000,
    });
  });

  test('counts an outage that hits eight together once it parks as one', () => {
    const outcomes = Array.from({ length: 8 }, () => transient);
    expect(learnAll(createBusyLane(8), outcomes, 0)).toEqual({
      ...fresh,
      outages: 5,
      parkedBy: 'transient',
      parkedUntil: 2_000,
    });
  });
});

describe('the start of many', () => {
  test('comes one after the other, and the first at once', () => {
    let lane = createLane();
    const starts = [100, 100, 100, 110, 500].map((now) => {
      const start = takeStart(lane, now, policy);
      lane = start.lane;
      return start.startAt;
    });
    expect(starts).toEqual([100, 125, 150, 175, 500]);
  });
});

describe('whatever is asked and answered', () => {
  const anyOutcome = fc.oneof(
    fc.constant(answered),
    fc.constant(transient),
    fc.option(fc.nat(100_000), { nil: undefined }).map(throttled),
  );
  const anyEvent = fc.oneof(
    fc.record({ type: fc.constant('ask' as const) }),
    fc.record({ type: fc.constant('learn' as const), outcome: anyOutcome }),
    fc.record({ type: fc.constant('give up' as const) }),
    fc.record({ type: fc.constant('wait' as const), delay: fc.nat(100_000) }),
  );

  test('a lane keeps within its limits, honours every parking, and recovers', () => {
    fc.assert(
      fc.property(
        fc.array(anyEvent, { maxLength: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (events, random) => {
          let now = 0;
          let lane = createLane();
          let notBefore = Number.NEGATIVE_INFINITY;
          for (const event of events) {
            if (event.type === 'wait') now += event.delay;
            if (event.type === 'ask' && admit(lane, now, policy) === 'admitted') {
              expect(now).toBeGreaterThanOrEqual(notBefore);
              lane = enter(lane);
            }
            if (event.type === 'give up' && lane.inFlight > 0) lane = leave(lane);
            if (event.type === 'learn' && lane.inFlight > 0) {
              const { parkedUntil } = lane;
              lane = learn(lane, event.outcome, now, random, policy);
              expect(lane.parkedUntil).toBeGreaterThanOrEqual(parkedUntil);
              if (event.outcome.type === 'throttled')
                notBefore = Math.max(notBefore, now + (event.outcome.retryAfterMs ?? 1));
            }
            expect(lane.inFlight).toBeGreaterThanOrEqual(0);
            expect(lane.inFlight).toBeLessThanOrEqual(policy.concurrency);
          }
          while (lane.inFlight > 0) lane = leave(lane);
          now = Math.max(now, lane.parkedUntil);
          expect(admit(lane, now, policy)).toBe('admitted');
          expect(learn(enter(lane), answered, now, random, policy)).toMatchObject({
            inFlight: 0,
            throttles: 0,
            outages: 0,
          });
        },
      ),
    );
  });
});
