import type { RunPolicy } from './run-policy.ts';

/** A number of which only the bounds are known from outside. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** Why a lane waits. */
export type ParkedBy = 'throttled' | 'transient' | 'unauthorized';

/** What a request taught about its lane. */
export interface LaneLesson {
  readonly type: 'answered' | ParkedBy;
  readonly retryAfterMs?: number | undefined;
  /** What the headers said is left. */
  readonly limit?: { readonly remaining: number; readonly resetMs: number } | undefined;
}

/** What follows from the lessons, as far as it can be known. */
interface LaneKnowledge {
  /** It is parked until a time between these bounds. */
  readonly parkedUntil: Bounds;
  readonly throttles: Bounds;
  readonly outages: Bounds;
  readonly refusals: Bounds;
  /** Outages that no answers have made up for. */
  readonly debt: Bounds;
  /** Answers since it was last opened, and when that was. */
  readonly answered: Bounds;
  readonly openedAt: Bounds;
  /** The spacing that the provider has taught, and whether it has. */
  readonly learntMs: Bounds;
  readonly isLearnt: 'no' | 'maybe' | 'yes';
  /** The longest that the spacing can have been learnt over. */
  readonly learntOverMs: number;
}

/** What is to be expected of a lane, worked out from the answers alone. */
export interface LaneBook extends LaneKnowledge {
  readonly name: string;
  parkedUntil: Bounds;
  throttles: Bounds;
  outages: Bounds;
  refusals: Bounds;
  debt: Bounds;
  answered: Bounds;
  openedAt: Bounds;
  learntMs: Bounds;
  isLearnt: LaneKnowledge['isLearnt'];
  learntOverMs: number;
  /** What can have parked it. */
  parkedBy: readonly ParkedBy[];
  /** When its credentials were refused last. */
  refusedAt: number;
  /** What the headers ask for, until a time; after that single requests go out until one is answered. */
  limitMs: number;
  limitUntil: number;
  /** The bucket of the policy: the lane may be slower, but not faster. */
  tokens: number;
  tokensAt: number;
  /** When the bucket is full again at the latest, by the slowest spacing that the lane can have. */
  fullAt: number;
  /** The parts of requests that failed as a whole, which are asked next. */
  readonly parts: Part[];
  readonly turns: Turns;
}

/** Part of a request that failed as a whole. */
export interface Part {
  readonly keys: readonly string[];
  /** Whether it failed in the present event: others may have gone out before the core knew. */
  isFresh: boolean;
}

/** When a request was last led by a source of rows, and when one of its rows was last part of one. */
export interface Turns {
  readonly ledAt: Map<string, number>;
  readonly servedAt: Map<string, number>;
}

/** The most by which chance lengthens a parking. */
const parkingJitter = 0.1;

/** Two clocks differ by the rounding of fractions. */
const roundingMs = 1e-6;

/** What a spacing recovers by at most, in time and in times of the spacing. */
const mostHeldMs = 384_000;
const mostHeldSpacings = 40;

/** Between which parts of what was kept up the next spacing is. */
const spacingParts: Bounds = { least: 0.7, most: 1.1 };

/** How much wider than the last one it is at least where that was refused. */
const widening = 1.05;

const none: Bounds = { least: 0, most: 0 };
const never = Number.NEGATIVE_INFINITY;

export function createLaneBook(name: string, now: number, policy: RunPolicy): LaneBook {
  return {
    name,
    parkedUntil: { least: never, most: never },
    parkedBy: [],
    refusedAt: never,
    throttles: none,
    outages: none,
    refusals: none,
    debt: none,
    answered: none,
    openedAt: { least: now, most: now },
    learntMs: none,
    isLearnt: 'no',
    learntOverMs: 0,
    limitMs: 0,
    limitUntil: never,
    tokens: policy.burst,
    tokensAt: now,
    fullAt: never,
    parts: [],
    turns: { ledAt: new Map(), servedAt: new Map() },
  };
}

/** How many requests may be out at the same time: the bounds differ where it is not known whether there is trouble. */
export function toRoom(lane: LaneBook, now: number, policy: RunPolicy): Bounds {
  const { throttles, outages, refusals, limitUntil } = lane;
  const hasLimit = Number.isFinite(limitUntil);
  const isTroubled = (bound: keyof Bounds, isLimitOver: boolean) =>
    throttles[bound] > 0 ||
    refusals[bound] > 0 ||
    outages[bound] >= policy.breakerAfter ||
    (hasLimit && isLimitOver);
  return {
    least: isTroubled('most', now >= limitUntil - 1) ? 1 : policy.concurrency,
    most: isTroubled('least', now >= limitUntil + 1) ? 1 : policy.concurrency,
  };
}

/** Whether its credentials are refused, so that what is due in it is stopped. */
export function isRefused(lane: LaneBook, bound: keyof Bounds, policy: RunPolicy): boolean {
  return lane.refusals[bound] >= policy.refusedReads;
}

/** How many more requests the rate of the policy allows at this moment. */
export function toTokens(lane: LaneBook, now: number, policy: RunPolicy): number {
  const earned = ((now - lane.tokensAt) / 1_000) * policy.requestsPerSecond;
  return Math.min(policy.burst, lane.tokens + earned);
}

/** When the lane lets the next request go at the latest, were it not parked. */
export function toPacedUntil(lane: LaneBook, policy: RunPolicy): number {
  return lane.fullAt - ((policy.burst - 1) * 1_000) / policy.requestsPerSecond;
}

/** A request goes out. */
export function enterRequest(lane: LaneBook, now: number, policy: RunPolicy): void {
  lane.tokens = toTokens(lane, now, policy) - 1;
  lane.tokensAt = now;
  lane.fullAt = Math.max(lane.fullAt, now) + toSlowestSpacing(lane, now, policy);
}

/**
 * Somebody asks for another look although the credentials are refused. If he was told of one refusal, others of the same moment
 * may be heard after that.
 */
export function enterForgiveness(lane: LaneBook, now: number, policy: RunPolicy): void {
  if (!isRefused(lane, 'most', policy)) return;
  const isLast = lane.refusedAt < now;
  const isSure = isLast && isRefused(lane, 'least', policy);
  const isParkedByIt = lane.parkedBy.includes('unauthorized');
  const isParkedByItAlone = isParkedByIt && lane.parkedBy.length === 1;
  lane.parkedUntil = {
    least: isParkedByIt ? never : lane.parkedUntil.least,
    most: isSure && isParkedByItAlone ? never : lane.parkedUntil.most,
  };
  const most = policy.refusedReads - 1;
  lane.refusals = { least: Math.min(lane.refusals.least, most), most: isLast ? most : lane.refusals.most };
}

/**
 * A request came back: both of what may be so are followed where it is not known whether the lane was parked.
 *
 * @param inFlight How many others are out.
 */
export function enterLesson(
  lane: LaneBook,
  lesson: LaneLesson,
  now: number,
  inFlight: number,
  policy: RunPolicy,
): void {
  const { least, most } = lane.parkedUntil;
  const wasOpen = now >= most;
  if (lesson.type === 'unauthorized') lane.refusedAt = now;
  const branches = [
    ...(now < most + roundingMs ? [learnParked(lane, lesson, now, policy)] : []),
    ...(now >= least - roundingMs ? [learnOpen(lane, lesson, now, policy)] : []),
  ];
  // After a parking it may go on with an empty bucket.
  if (lesson.type === 'answered' && lane.throttles.most > 0) {
    const burstMs = ((policy.burst - 1) * 1_000) / policy.requestsPerSecond;
    lane.fullAt = Math.max(lane.fullAt, now + burstMs + toSlowestSpacing(lane, now, policy));
  }
  const mayPark = branches.some(({ parkedUntil }) => parkedUntil !== lane.parkedUntil);
  if (lesson.type !== 'answered' && mayPark) {
    lane.parkedBy = wasOpen ? [lesson.type] : [...new Set([...lane.parkedBy, lesson.type])];
  }
  Object.assign(lane, branches.reduce(joinKnowledge));
  if (lesson.type === 'answered') enterLimit(lane, lesson, now, inFlight);
}

/** A request that was out before the lane was parked teaches little. */
function learnParked(lane: LaneBook, lesson: LaneLesson, now: number, policy: RunPolicy): LaneKnowledge {
  if (lesson.type === 'transient') return { ...toKnowledge(lane), debt: toDebt(lane, policy) };
  if (lesson.type !== 'throttled') return toKnowledge(lane);
  const { least, most } = lane.throttles;
  const throttles = { least: Math.max(least, 1), most: Math.max(most, 1) };
  return { ...toKnowledge(lane), throttles, parkedUntil: toThrottled(lane, throttles, lesson, now, policy) };
}

function learnOpen(lane: LaneBook, lesson: LaneLesson, now: number, policy: RunPolicy): LaneKnowledge {
  const knowledge = toKnowledge(lane);
  switch (lesson.type) {
    case 'answered':
      return {
        ...knowledge,
        throttles: none,
        outages: none,
        refusals: none,
        answered: oneMore(lane.answered),
        debt: { least: Math.max(0, lane.debt.least - 0.1), most: Math.max(0, lane.debt.most - 0.1) },
      };
    case 'throttled':
      return learnSpacing({
        ...knowledge,
        throttles: oneMore(lane.throttles),
        parkedUntil: toThrottled(lane, oneMore(lane.throttles), lesson, now, policy),
      });
    case 'transient': {
      const outages = oneMore(lane.outages);
      const left = { ...knowledge, outages, debt: toDebt(lane, policy) };
      const least = outages.least - policy.breakerAfter + 1;
      const most = outages.most - policy.breakerAfter + 1;
      if (most < 1) return left;
      const parked = toParked(lane, { least, most }, now, policy);
      const isSure = least >= 1;
      const parkedUntil = { least: isSure ? parked.least : lane.parkedUntil.least, most: parked.most };
      return {
        ...left,
        parkedUntil,
        answered: isSure ? none : { least: 0, most: lane.answered.most },
        openedAt: isSure ? parkedUntil : join(lane.openedAt, parked),
      };
    }
    case 'unauthorized': {
      const refusals = oneMore(lane.refusals);
      return { ...knowledge, refusals, parkedUntil: toParked(lane, refusals, now, policy) };
    }
  }
}

/**
 * What was answered since the lane was opened, over the time until it is opened again, was kept up. The next spacing is near
 * that, or near the last one.
 */
function learnSpacing(knowledge: LaneKnowledge): LaneKnowledge {
  const { answered, openedAt, parkedUntil, learntMs, isLearnt, learntOverMs } = knowledge;
  if (answered.most === 0) return knowledge;
  const cycleMs = { least: parkedUntil.least - openedAt.most, most: parkedUntil.most - openedAt.least };
  const kept = {
    least: (spacingParts.least * cycleMs.least) / answered.most,
    most: (spacingParts.most * cycleMs.most) / Math.max(1, answered.least),
  };
  const wider = { least: learntMs.least, most: widening * learntMs.most };
  const spacing = isLearnt === 'no' ? kept : join(wider, kept);
  const overMs = Math.max(cycleMs.most, mostHeldMs, mostHeldSpacings * kept.most);
  if (answered.least > 0) {
    return {
      ...knowledge,
      learntMs: spacing,
      isLearnt: 'yes',
      learntOverMs: overMs,
      answered: none,
      openedAt: parkedUntil,
    };
  }
  return {
    ...knowledge,
    learntMs: spacing,
    isLearnt: isLearnt === 'yes' ? 'yes' : 'maybe',
    learntOverMs: Math.max(learntOverMs, overMs),
    answered: none,
    openedAt: join(openedAt, parkedUntil),
  };
}

/** Headers that leave nothing park the lane until the reset; others slow it down until then. */
function enterLimit(lane: LaneBook, { limit }: LaneLesson, now: number, inFlight: number): void {
  if (limit === undefined) {
    if (now >= lane.limitUntil - roundingMs) lane.limitUntil = never;
    return;
  }
  lane.limitUntil = now + limit.resetMs;
  const left = limit.remaining - inFlight;
  lane.limitMs = limit.resetMs / Math.max(1, left);
  if (left >= 1) return;
  const { least, most } = lane.parkedUntil;
  if (lane.limitUntil > least) {
    lane.parkedBy = now >= most ? ['throttled'] : [...new Set([...lane.parkedBy, 'throttled' as const])];
  }
  lane.parkedUntil = {
    least: Math.max(least, lane.limitUntil),
    most: Math.max(most, lane.limitUntil),
  };
}

/** The first time, one that the provider names is believed; a lane that knows the spacing need not wait for long. */
function toThrottled(
  lane: LaneBook,
  { least, most }: Bounds,
  { retryAfterMs = 0 }: LaneLesson,
  now: number,
  policy: RunPolicy,
): Bounds {
  const floorMs = toParkMs(1, policy);
  const possible: number[] = [];
  if (least <= 1 && retryAfterMs > 0) possible.push(retryAfterMs);
  else if (least <= 1) {
    if (lane.isLearnt !== 'yes') possible.push(floorMs);
    const spacings = lane.isLearnt === 'no' ? [] : [lane.learntMs.least, lane.learntMs.most];
    for (const spacing of spacings) possible.push(Math.min(floorMs, policy.burst * spacing) / 2);
  }
  for (const times of most > 1 ? [Math.max(least, 2), most] : []) {
    possible.push(Math.max(retryAfterMs, toParkMs(times, policy)));
  }
  return toUntil(lane, now + Math.min(...possible), now + Math.max(...possible) * (1 + parkingJitter));
}

function toParked(lane: LaneBook, times: Bounds, now: number, policy: RunPolicy): Bounds {
  const most = toParkMs(times.most, policy) * (1 + parkingJitter);
  return toUntil(lane, now + toParkMs(times.least, policy), now + most);
}

/** A shorter parking does not end a longer one. */
function toUntil({ parkedUntil }: LaneBook, least: number, most: number): Bounds {
  return { least: Math.max(parkedUntil.least, least), most: Math.max(parkedUntil.most, most) };
}

/** Doubles each time, up to a ceiling. */
function toParkMs(times: number, policy: RunPolicy): number {
  return Math.min(policy.parkFloorMs * 2 ** (Math.max(times, 1) - 1), policy.parkCeilingMs);
}

function toSlowestSpacing(lane: LaneBook, now: number, policy: RunPolicy): number {
  const { learntMs, learntOverMs, openedAt } = lane;
  const quarters = (4 * Math.max(0, now - openedAt.most)) / Math.max(learntOverMs, 1e-9);
  const limitMs = now < lane.limitUntil + 1 ? lane.limitMs : 0;
  return Math.max(1_000 / policy.requestsPerSecond, limitMs, learntMs.most * 0.5 ** (quarters ** 3));
}

function toDebt({ debt }: LaneBook, { retryBudget }: RunPolicy): Bounds {
  const most = retryBudget * 2;
  return { least: Math.min(debt.least + 1, most), most: Math.min(debt.most + 1, most) };
}

function toKnowledge(lane: LaneBook): LaneKnowledge {
  const { parkedUntil, throttles, outages, refusals, debt, answered, openedAt } = lane;
  const { learntMs, isLearnt, learntOverMs } = lane;
  return {
    parkedUntil,
    throttles,
    outages,
    refusals,
    debt,
    answered,
    openedAt,
    learntMs,
    isLearnt,
    learntOverMs,
  };
}

function joinKnowledge(a: LaneKnowledge, b: LaneKnowledge): LaneKnowledge {
  const [known, other] = a.isLearnt === 'no' ? [b, a] : [a, b];
  return {
    parkedUntil: join(a.parkedUntil, b.parkedUntil),
    throttles: join(a.throttles, b.throttles),
    outages: join(a.outages, b.outages),
    refusals: join(a.refusals, b.refusals),
    debt: join(a.debt, b.debt),
    answered: join(a.answered, b.answered),
    openedAt: join(a.openedAt, b.openedAt),
    learntMs: other.isLearnt === 'no' ? known.learntMs : join(a.learntMs, b.learntMs),
    isLearnt: a.isLearnt === b.isLearnt ? a.isLearnt : 'maybe',
    learntOverMs: Math.max(a.learntOverMs, b.learntOverMs),
  };
}

function oneMore({ least, most }: Bounds): Bounds {
  return { least: least + 1, most: most + 1 };
}

function join(a: Bounds, b: Bounds): Bounds {
  return { least: Math.min(a.least, b.least), most: Math.max(a.most, b.most) };
}
