import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  admit,
  createLane,
  enter,
  forgive,
  isBudgetSpent,
  isRefused,
  type Lane,
  type LaneOutcome,
  type LanePolicy,
  learn,
  leave,
  opensAt,
  defaultLanePolicy as policy,
} from '../../src/lane/lane.ts';

const answered: LaneOutcome = { type: 'answered' };
const transient: LaneOutcome = { type: 'transient' };
const unauthorized: LaneOutcome = { type: 'unauthorized' };
const throttled = (retryAfterMs?: number): LaneOutcome => ({ type: 'throttled', retryAfterMs });
const limited = (remaining: number, resetMs: number): LaneOutcome => ({
  type: 'answered',
  limit: { remaining, resetMs },
});

/** One request each 20 ms, ten at once after a rest. */
const spacingMs = 20;
const unhurried: LanePolicy = { ...policy, concurrency: 1_000 };
const steady: LanePolicy = { ...unhurried, burst: 1 };

/** A lane with so many requests out. */
function createBusyLane(inFlight: number, details: Partial<Lane> = {}): Lane {
  return { ...createLane(0), inFlight, ...details };
}

/** What a lane has learnt after so many outcomes at one time; the requests were out together. */
function learnAll(lane: Lane, outcomes: readonly LaneOutcome[], now: number, random = 0): Lane {
  return outcomes.reduce((learnt, outcome) => learn(learnt, outcome, now, random, policy), lane);
}

/** Lets requests go for as long as the lane admits them, and tells how many went. */
function enterAll(lane: Lane, now: number, lanePolicy = unhurried): { lane: Lane; count: number } {
  let count = 0;
  let entered = lane;
  for (; admit(entered, now, lanePolicy) === 'admitted' && count < 10_000; count += 1)
    entered = enter(entered, now, lanePolicy);
  return { lane: entered, count };
}

/** When each of so many requests is let go, by somebody who asks all the time and is answered at once. */
function toStarts(lane: Lane, from: number, count: number, lanePolicy = unhurried): readonly number[] {
  let now = from;
  let current = lane;
  return Array.from({ length: count }, () => {
    now = Math.max(now, opensAt(current, lanePolicy));
    expect(admit(current, now, lanePolicy)).toBe('admitted');
    current = leave(enter(current, now, lanePolicy));
    return now;
  });
}

describe('admission', () => {
  test.each([
    { title: 'an idle lane', lane: createLane(0), now: 0, verdict: 'admitted' },
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
      title: 'a lane whose bucket is empty',
      lane: createBusyLane(0, { fullAt: 200 }),
      now: 19.9,
      verdict: 'paced',
    },
    {
      title: 'a lane whose bucket holds one again',
      lane: createBusyLane(0, { fullAt: 200 }),
      now: 20,
      verdict: 'admitted',
    },
    {
      title: 'a full lane whose bucket is empty',
      lane: createBusyLane(8, { fullAt: 200 }),
      now: 0,
      verdict: 'full',
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
    expect(leave(enter(enter(createLane(0), 0, policy), 0, policy)).inFlight).toBe(1);
  });
});

describe('the rate', () => {
  test('lets a burst go after a rest, and then one after the other', () => {
    const starts = toStarts(createLane(0), 1_000, 13);
    expect(starts).toEqual([...Array.from({ length: 10 }, () => 1_000), 1_020, 1_040, 1_060]);
  });

  test('gives back a part of the burst after a part of a rest', () => {
    const { lane, count } = enterAll(createLane(0), 0);
    expect(count).toBe(10);
    expect(enterAll(lane, 3 * spacingMs).count).toBe(3);
  });

  test('gives no more than a burst after the longest rest', () => {
    const { lane } = enterAll(createLane(0), 0);
    expect(enterAll(lane, 24 * 60 * 60_000).count).toBe(10);
  });

  test('is kept without a burst where there is to be none', () => {
    const single = { ...unhurried, burst: 1, requestsPerSecond: 4 };
    expect(toStarts(createLane(0), 0, 4, single)).toEqual([0, 250, 500, 750]);
  });

  test('is not used up by time alone, nor given back by an answer', () => {
    const { lane } = enterAll(createLane(0), 0);
    expect(opensAt(lane, policy)).toBe(20);
    expect(opensAt(learn(lane, answered, 0, 0, policy), policy)).toBe(20);
    expect(opensAt(leave(lane), policy)).toBe(20);
  });
});

describe('what a request teaches', () => {
  const fresh = createLane(0);

  test.each<{ title: string; before: Partial<Lane>; outcome: LaneOutcome; after: Lane }>([
    {
      title: 'an answer ends the trouble, and makes up for a tenth of an outage',
      before: { throttles: 3, outages: 4, refusals: 2, debt: 1 },
      outcome: answered,
      after: { ...fresh, answered: 1, debt: 0.9 },
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
    {
      title: 'one outage is only counted',
      before: {},
      outcome: transient,
      after: { ...fresh, outages: 1, debt: 1 },
    },
    {
      title: 'several outages in a row park the lane',
      before: { outages: 4 },
      outcome: transient,
      after: { ...fresh, outages: 5, debt: 1, parkedBy: 'transient', parkedUntil: 102_000 },
    },
    {
      title: 'an outage that goes on parks it for longer',
      before: { outages: 7 },
      outcome: transient,
      after: { ...fresh, outages: 8, debt: 1, parkedBy: 'transient', parkedUntil: 116_000 },
    },
    {
      title: 'an outage while it is parked is only owed for',
      before: { parkedUntil: 150_000, parkedBy: 'throttled', throttles: 1, outages: 4 },
      outcome: transient,
      after: { ...fresh, parkedUntil: 150_000, parkedBy: 'throttled', throttles: 1, outages: 4, debt: 1 },
    },
    {
      title: 'an answer while it is parked was asked before, and ends no trouble',
      before: { parkedUntil: 150_000, parkedBy: 'throttled', throttles: 3 },
      outcome: answered,
      after: { ...fresh, parkedUntil: 150_000, parkedBy: 'throttled', throttles: 3 },
    },
    {
      title: 'a longer Retry-After while it is parked prolongs the parking',
      before: { parkedUntil: 150_000, parkedBy: 'transient', outages: 5 },
      outcome: throttled(60_000),
      after: { ...fresh, parkedUntil: 160_000, parkedBy: 'throttled', throttles: 1, outages: 5 },
    },
    {
      title: 'a shorter Retry-After while it is parked does not shorten it',
      before: { parkedUntil: 150_000, parkedBy: 'throttled', throttles: 1 },
      outcome: throttled(10_000),
      after: { ...fresh, parkedUntil: 150_000, parkedBy: 'throttled', throttles: 1 },
    },
    {
      title: 'refused credentials park the lane for longer each time',
      before: { refusals: 1 },
      outcome: unauthorized,
      after: { ...fresh, refusals: 2, parkedBy: 'unauthorized', parkedUntil: 104_000 },
    },
    {
      title: 'credentials refused while the lane is parked were refused together with others',
      before: { refusals: 1, parkedBy: 'unauthorized', parkedUntil: 101_000 },
      outcome: unauthorized,
      after: { ...fresh, refusals: 1, parkedBy: 'unauthorized', parkedUntil: 101_000 },
    },
  ])('$title', ({ before, outcome, after }) => {
    expect(learn(createBusyLane(1, before), outcome, 100_000, 0, policy)).toMatchObject(pickTrouble(after));
  });

  /** The spacing that a throttled lane learns has tests of its own. */
  function pickTrouble({
    inFlight,
    parkedUntil,
    parkedBy,
    throttles,
    outages,
    refusals,
    answered,
    debt,
  }: Lane) {
    return { inFlight, parkedUntil, parkedBy, throttles, outages, refusals, answered, debt };
  }

  test('spreads the end of a parking, and only adds', () => {
    expect(learn(createBusyLane(1), throttled(10_000), 0, 1, policy).parkedUntil).toBe(11_000);
    const outages = { outages: policy.breakerAfter - 1 };
    expect(learn(createBusyLane(1, outages), transient, 0, 1, policy).parkedUntil).toBe(2_200);
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
    expect(learnAll(createBusyLane(8), outcomes, 0)).toMatchObject({
      inFlight: 0,
      outages: 5,
      parkedBy: 'transient',
      parkedUntil: 2_000,
    });
  });
});

describe('refused credentials', () => {
  /** A lane whose probes are refused, each as soon as it is parked no longer. */
  function refuseTimes(count: number): Lane {
    let lane = createLane(0);
    for (let index = 0; index < count; index += 1) {
      const now = Math.max(0, lane.parkedUntil);
      lane = learn(enter(lane, now, policy), unauthorized, now, 0, policy);
    }
    return lane;
  }

  const refused = refuseTimes(3);

  test('are believed after as many refusals in a row as it takes', () => {
    expect([isRefused(refuseTimes(2), 3), isRefused(refused, 3)]).toEqual([false, true]);
  });

  test('are doubted by one request at a time', () => {
    const doubted = { ...refuseTimes(1), inFlight: 1 };
    expect(admit(doubted, opensAt(doubted, policy), policy)).toBe('full');
  });

  test('are accepted again with the first answer', () => {
    const now = refused.parkedUntil;
    expect(isRefused(learn({ ...refused, inFlight: 1 }, answered, now, 0, policy), 3)).toBe(false);
  });

  test('get one more chance at once when somebody asks for another look', () => {
    const forgiven = forgive(refused, 3);
    expect([isRefused(forgiven, 3), admit(forgiven, 100_000, policy)]).toEqual([false, 'admitted']);
    expect(isRefused(learn({ ...forgiven, inFlight: 1 }, unauthorized, 0, 0, policy), 3)).toBe(true);
  });

  test('that are not refused need no forgiveness', () => {
    const doubted = createBusyLane(0, { refusals: 1 });
    expect(forgive(doubted, 3)).toBe(doubted);
  });
});

describe('the budget of failed reads', () => {
  const toDebt = (count: number, outcome: LaneOutcome, lane = createLane(0)) =>
    learnAll(
      { ...lane, inFlight: count },
      Array.from({ length: count }, () => outcome),
      0,
    );

  test('is spent with as many outages as it holds', () => {
    expect([9, 10].map((count) => isBudgetSpent(toDebt(count, transient), policy))).toEqual([false, true]);
  });

  test('is earned back with ten answers for an outage', () => {
    const spent = { ...toDebt(12, transient), parkedUntil: Number.NEGATIVE_INFINITY };
    expect([20, 21].map((count) => isBudgetSpent(toDebt(count, answered, spent), policy))).toEqual([
      true,
      false,
    ]);
  });

  test('is not overdrawn for longer than a second budget by the longest outage', () => {
    expect(toDebt(1_000, transient).debt).toBe(20);
  });

  test('is not saved up', () => {
    expect(toDebt(1_000, answered).debt).toBe(0);
  });
});

describe('the spacing that is learnt from being throttled', () => {
  /** Answered 100 times in ten seconds, and then told to wait for 50 more. */
  const learnt = learn(createBusyLane(1, { answered: 100 }), throttled(50_000), 10_000, 0, policy);

  test('is what was answered over the time until the lane opens again', () => {
    expect([learnt.learntSpacingMs, learnt.learntOverMs]).toEqual([600, 60_000]);
    expect(opensAt(learnt, policy)).toBe(60_000);
  });

  test('holds the first requests apart once the lane opens again, without a burst', () => {
    const open = { ...learnt, throttles: 0 };
    const [first, second] = toStarts(open, 60_000, 2, steady);
    expect(first).toBe(60_000);
    expect(second).toBe(60_600);
    expect(enterAll(open, 60_000).count).toBe(1);
  });

  test('is given up step by step, so that a limit which is raised is found within the time it was learnt over', () => {
    const open = { ...learnt, throttles: 0 };
    const starts = toStarts(open, 60_000, 4_000, steady);
    const gaps = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
    expect(Math.max(...gaps)).toBe(gaps[0]);
    const after = starts.filter((at) => at >= 120_000);
    expect(after.length).toBeGreaterThan(500);
    expect((after.at(-1) ?? 0) - (after[0] ?? 0)).toBeCloseTo((after.length - 1) * spacingMs, 3);
  });

  test('is never closer than the policy allows', () => {
    const eager = learn(createBusyLane(1, { answered: 1_000_000 }), throttled(), 10_000, 0, policy);
    expect(toStarts({ ...eager, throttles: 0 }, 12_000, 12)).toEqual(toStarts(createLane(0), 12_000, 12));
  });

  test('is left alone by a lane that was not answered, and by what was refused together', () => {
    const again = learnAll({ ...learnt, inFlight: 2 }, [throttled(1_000), throttled(50_000)], 10_001);
    expect(again).toMatchObject({ learntSpacingMs: 600, learntOverMs: 60_000 });
    const probed = learn({ ...learnt, inFlight: 1 }, throttled(), 70_000, 0, policy);
    expect(probed).toMatchObject({ learntSpacingMs: 600, learntOverMs: 60_000 });
    const closed = createBusyLane(1, { answered: 100, parkedUntil: 20_000, parkedBy: 'throttled' });
    expect(learn(closed, throttled(50_000), 10_000, 0, policy).learntSpacingMs).toBe(0);
  });
});

describe('the spacing after a lane has been throttled again', () => {
  /** Opened a while ago at a spacing of 100 ms, which holds; now it is refused, and opens in a second. */
  const toNext = (openForMs: number, answers: number, details: Partial<Lane> = {}) => {
    const lane = createBusyLane(1, {
      learntSpacingMs: 100,
      learntOverMs: 100_000,
      knownSpacingMs: 100,
      parkedUntil: 0,
      openedAt: 0,
      answered: answers,
      ...details,
    });
    return learn(lane, throttled(1_000), openForMs, 0, policy);
  };

  test('is between the one that was refused and what was kept up', () => {
    const next = toNext(9_000, 91);
    expect(next.learntSpacingMs).toBeGreaterThan(100);
    expect(next.learntSpacingMs).toBeLessThan(10_000 / 91);
  });

  test.each([
    { title: 'three times as long', overMs: 20_000, nextMs: 60_000 },
    { title: 'by eight times the cycle', overMs: 100_000, nextMs: 180_000 },
    { title: 'up to a limit', overMs: 350_000, nextMs: 384_000 },
  ])('holds for longer each time, $title', ({ overMs, nextMs }) => {
    expect(toNext(9_000, 91, { learntOverMs: overMs }).learntOverMs).toBe(nextMs);
  });

  test('is a bit wider where the known one was refused soon', () => {
    const next = toNext(1_000, 10);
    expect(next).toMatchObject({ learntSpacingMs: 105, learntOverMs: 50_000 });
    expect(next.knownSpacingMs).toBeCloseTo(100 * 2 ** (2 / 180), 9);
  });

  test('is what was kept up where that is much less, and is given up soon', () => {
    const details = { learntSpacingMs: 1_000, knownSpacingMs: 100 };
    expect(toNext(9_000, 10, details)).toMatchObject({ learntSpacingMs: 1_000, learntOverMs: 12_000 });
  });

  test('is given up soon where the provider refused again for seconds, as long windows make it', () => {
    expect(toNext(9_000, 91, { parkedUntil: 6_000 })).toMatchObject({
      learntSpacingMs: 10_000 / 91,
      learntOverMs: 12_000,
    });
    expect(toNext(9_000, 91, { parkedUntil: 4_000 }).learntOverMs).toBe(180_000);
  });

  test('is not closer than half of what was kept up, however fast it went in the end', () => {
    const next = toNext(9_000, 50, { learntOverMs: 4_000, learntSpacingMs: 150, knownSpacingMs: 0 });
    expect(next.learntSpacingMs).toBeCloseTo(200 * Math.SQRT1_2, 9);
    expect(next.learntOverMs).toBe(12_000);
  });

  test('remembers what was kept up, and forgets half of it in three minutes', () => {
    expect(toNext(9_000, 200).knownSpacingMs).toBe(100);
    const details = { learntSpacingMs: 1_000, knownSpacingMs: 100 };
    expect(toNext(179_000, 180, details).knownSpacingMs).toBe(200);
  });

  test('has no burst before it', () => {
    const opened = toNext(9_000, 91);
    const probed = learn(enter(opened, 10_000, policy), answered, 10_050, 0, policy);
    expect(opensAt(probed, policy)).toBeGreaterThan(10_150);
  });
});

describe('what the headers of the provider say', () => {
  test('spreads what is left over the time until the reset', () => {
    const lane = learn(createBusyLane(1), limited(10, 10_000), 0, 0, policy);
    expect(toStarts(lane, 0, 4, steady)).toEqual([0, 1_000, 2_000, 3_000]);
  });

  test('leaves room for the requests that are out', () => {
    const lane = learn(createBusyLane(6), limited(10, 10_000), 0, 0, policy);
    expect(toStarts(lane, 0, 2, steady)).toEqual([0, 2_000]);
  });

  test('parks the lane until the reset when nothing is left but for what is out', () => {
    const lane = learn(createBusyLane(4), limited(3, 10_000), 0, 0, policy);
    const idle = { ...lane, inFlight: 0 };
    expect([admit(idle, 9_999, policy), admit(idle, 10_000, policy)]).toEqual(['parked', 'admitted']);
    expect(lane).toMatchObject({ parkedBy: 'throttled', throttles: 0 });
  });

  test('does not hurry the lane beyond its own rate', () => {
    const lane = learn(createBusyLane(1), limited(1_000_000, 1_000), 0, 0, policy);
    expect(toStarts(lane, 0, 12)).toEqual(toStarts(createLane(0), 0, 12));
  });

  test('holds until the reset only', () => {
    const lane = learn(createBusyLane(1), limited(10, 10_000), 0, 0, policy);
    expect(enterAll(lane, 9_999).count).toBe(1);
    const afterwards = learn({ ...lane, inFlight: 1 }, answered, 10_000, 0, unhurried);
    expect(enterAll(afterwards, 10_000).count).toBe(10);
  });

  test('is believed also from an answer that comes while the lane is parked', () => {
    const parked = createBusyLane(1, { parkedUntil: 5_000, parkedBy: 'throttled', throttles: 1 });
    const lane = learn(parked, limited(0, 60_000), 1_000, 0, policy);
    expect(lane).toMatchObject({ parkedUntil: 61_000, throttles: 1 });
  });
});

describe('whatever is asked and answered', () => {
  const anyOutcome = fc.oneof(
    fc.constant(answered),
    fc.constant(transient),
    fc.constant(unauthorized),
    fc.option(fc.nat(100_000), { nil: undefined }).map(throttled),
    fc.record({ remaining: fc.nat(100), resetMs: fc.nat(100_000) }).map((limit) => ({
      type: 'answered' as const,
      limit,
    })),
  );
  const anyDelay = fc.oneof(fc.nat(50), fc.nat(3_000), fc.nat(100_000));
  const anyEvent = fc.oneof(
    { weight: 3, arbitrary: fc.constant({ type: 'ask' as const }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('learn' as const), outcome: anyOutcome }) },
    { weight: 1, arbitrary: fc.constant({ type: 'give up' as const }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('wait' as const), delay: anyDelay }) },
    { weight: 1, arbitrary: fc.constant({ type: 'wait until it opens' as const }) },
  );
  const anyPolicy = fc.record({
    concurrency: fc.integer({ min: 1, max: 20 }),
    requestsPerSecond: fc.double({ min: 0.1, max: 1_000, noNaN: true }),
    burst: fc.integer({ min: 1, max: 20 }),
  });
  const anyRandom = fc.double({ min: 0, max: 1, noNaN: true });

  interface Moment {
    readonly now: number;
    readonly lane: Lane;
    readonly lanePolicy: LanePolicy;
    /** Set where a request was let go. */
    readonly isEntry: boolean;
    readonly notBefore: number;
  }

  /** Plays events against a lane, and gives each moment of it. */
  function play(
    events: readonly (typeof anyEvent extends fc.Arbitrary<infer Event> ? Event : never)[],
    numbers: Partial<LanePolicy>,
    random: number,
  ): readonly Moment[] {
    const lanePolicy = { ...policy, ...numbers };
    let now = 0;
    let lane = createLane(0);
    let notBefore = Number.NEGATIVE_INFINITY;
    return events.map((event) => {
      const isEntry = event.type === 'ask' && admit(lane, now, lanePolicy) === 'admitted';
      if (event.type === 'wait') now += event.delay;
      if (event.type === 'wait until it opens') now = Math.max(now, opensAt(lane, lanePolicy));
      const asked = notBefore;
      if (isEntry) lane = enter(lane, now, lanePolicy);
      if (event.type === 'give up' && lane.inFlight > 0) lane = leave(lane);
      if (event.type === 'learn' && lane.inFlight > 0) {
        lane = learn(lane, event.outcome, now, random, lanePolicy);
        if (event.outcome.type === 'throttled')
          notBefore = Math.max(notBefore, now + (event.outcome.retryAfterMs ?? 1));
      }
      return { now, lane, lanePolicy, isEntry, notBefore: asked };
    });
  }

  const anyMoments = fc
    .tuple(fc.array(anyEvent, { maxLength: 80, size: 'max' }), anyPolicy, anyRandom)
    .map(([events, numbers, random]) => play(events, numbers, random));

  test('a lane lets no more go than its burst and its rate allow, over any time', () => {
    fc.assert(
      fc.property(anyMoments, (moments) => {
        const entries = moments.filter(({ isEntry }) => isEntry);
        for (const [index, { now, lanePolicy }] of entries.entries()) {
          const { burst, requestsPerSecond } = lanePolicy;
          for (const [earlier, { now: from }] of entries.slice(0, index + 1).entries()) {
            const most = burst + ((now - from) * requestsPerSecond) / 1_000;
            expect(index - earlier + 1).toBeLessThanOrEqual(most + 1e-6);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a lane reaches its rate when it is asked all the time', () => {
    fc.assert(
      fc.property(anyPolicy, fc.integer({ min: 1, max: 200 }), (numbers, count) => {
        const lanePolicy = { ...policy, ...numbers, concurrency: 1_000 };
        const last = toStarts(createLane(0), 0, count, lanePolicy).at(-1) ?? 0;
        const spacing = 1_000 / numbers.requestsPerSecond;
        expect(last).toBeCloseTo(Math.max(0, count - numbers.burst) * spacing, 3);
      }),
    );
  });

  test('a lane keeps within its limits and honours every parking', () => {
    fc.assert(
      fc.property(anyMoments, (moments) => {
        let parkedUntil = Number.NEGATIVE_INFINITY;
        for (const { now, lane, lanePolicy, isEntry, notBefore } of moments) {
          if (isEntry) expect(now).toBeGreaterThanOrEqual(Math.max(notBefore, parkedUntil));
          expect(lane.parkedUntil).toBeGreaterThanOrEqual(parkedUntil);
          ({ parkedUntil } = lane);
          if (now < parkedUntil) expect(admit(lane, now, lanePolicy)).toBe('parked');
          expect(lane.inFlight).toBeGreaterThanOrEqual(0);
          expect(lane.inFlight).toBeLessThanOrEqual(lanePolicy.concurrency);
          expect(lane.debt).toBeGreaterThanOrEqual(0);
          expect(Object.values(lane)).not.toContain(Number.NaN);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a lane that is parked or paced opens when it says, and not before', () => {
    fc.assert(
      fc.property(anyMoments, (moments) => {
        for (const { now, lane, lanePolicy } of moments) {
          const idle = { ...lane, inFlight: 0 };
          const at = opensAt(idle, lanePolicy);
          const isOpen = admit(idle, now, lanePolicy) === 'admitted';
          expect(isOpen).toBe(at <= now);
          if (isOpen) continue;
          expect(admit(idle, at, lanePolicy)).toBe('admitted');
          const justBefore = Math.max(now, at - 0.001);
          if (justBefore < at) expect(admit(idle, justBefore, lanePolicy)).not.toBe('admitted');
        }
      }),
      { numRuns: 300 },
    );
  });

  test('a lane recovers from anything', () => {
    fc.assert(
      fc.property(anyMoments, anyRandom, (moments, random) => {
        const last = moments.at(-1);
        if (last === undefined) return;
        const { lane, lanePolicy } = last;
        const idle = { ...lane, inFlight: 0 };
        const now = Math.max(last.now, opensAt(idle, lanePolicy));
        expect(admit(idle, now, lanePolicy)).toBe('admitted');
        const recovered = learn(enter(idle, now, lanePolicy), answered, now, random, lanePolicy);
        expect(recovered).toMatchObject({ inFlight: 0, throttles: 0, outages: 0, refusals: 0 });
        const later = now + 10_000_000;
        const starts = toStarts(recovered, later, lanePolicy.burst, { ...lanePolicy, concurrency: 1_000 });
        expect(starts.at(-1)).toBeCloseTo(later, 3);
      }),
      { numRuns: 300 },
    );
  });
});
