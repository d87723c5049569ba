/** The numbers that a lane decides by. */
export interface LanePolicy {
  /** Most requests at the same time in one lane. Default 8. */
  readonly concurrency: number;
  /** Most requests per second in one lane, over time. It also spreads a bulk start. Default 50. */
  readonly requestsPerSecond: number;
  /** How many requests may go out at once after a rest, of those that a second allows. Default 10. */
  readonly burst: number;
  /** After how many outages in a row the lane is left alone but for single probes. Default 5. */
  readonly breakerAfter: number;
  /** How long a lane is parked the first time, in milliseconds; it doubles each time. Default 2 000. */
  readonly parkFloorMs: number;
  /** How long a lane is parked at most when the provider names no time, in milliseconds. Default 60 000. */
  readonly parkCeilingMs: number;
  /** How many outages, less a tenth for each answer, a lane may have had until failed reads are repeated as late as they ever are. Default 10. */
  readonly retryBudget: number;
}

export const defaultLanePolicy: LanePolicy = {
  concurrency: 8,
  requestsPerSecond: 50,
  burst: 10,
  breakerAfter: 5,
  parkFloorMs: 2_000,
  parkCeilingMs: 60_000,
  retryBudget: 10,
};

/** Why a lane is parked. */
export type ParkReason = 'throttled' | 'transient' | 'unauthorized';

/** What is known about one origin and account. Times are milliseconds of the clock's `now()`. */
export interface Lane {
  readonly inFlight: number;
  /** No request before this time. */
  readonly parkedUntil: number;
  readonly parkedBy: ParkReason | undefined;
  /** "Too many requests" in a row. */
  readonly throttles: number;
  /** Outages in a row. */
  readonly outages: number;
  /** Refusals of the credentials since the last answer. */
  readonly refusals: number;
  /** When the bucket is full again: it holds what `burst` allows, and each request takes one spacing out of it. */
  readonly fullAt: number;
  /** Requests that were answered since `openedAt`. */
  readonly answered: number;
  /** When the lane was last opened after it had been throttled. */
  readonly openedAt: number;
  /** The spacing that requests go at when the lane is opened, by what was learnt from being throttled; 0 when it never was. */
  readonly learntSpacingMs: number;
  /** What that spacing recovers by: the longer, the longer it holds. */
  readonly learntOverMs: number;
  /** The closest spacing that the provider has kept up over two refusals in a row, of late; 0 while none is known. */
  readonly knownSpacingMs: number;
  /** The spacing that the provider's headers ask for, until a time. */
  readonly limitSpacingMs: number;
  readonly limitUntil: number;
  /** Outages that no answers have made up for. */
  readonly debt: number;
}

/** What is left of the provider's rate limit, by its headers. */
export interface LaneLimit {
  readonly remaining: number;
  readonly resetMs: number;
}

/** What a request taught about the lane. */
export type LaneOutcome =
  | { readonly type: 'answered'; readonly limit?: LaneLimit | undefined }
  | { readonly type: 'throttled'; readonly retryAfterMs?: number | undefined }
  | { readonly type: 'transient' }
  | { readonly type: 'unauthorized' };

/** A lane that nothing is known about. */
export function createLane(now: number): Lane {
  const never = Number.NEGATIVE_INFINITY;
  return {
    inFlight: 0,
    parkedUntil: never,
    parkedBy: undefined,
    throttles: 0,
    outages: 0,
    refusals: 0,
    fullAt: never,
    answered: 0,
    openedAt: now,
    learntSpacingMs: 0,
    learntOverMs: 0,
    knownSpacingMs: 0,
    limitSpacingMs: 0,
    limitUntil: never,
    debt: 0,
  };
}

/** Whether a request may go out. `paced` and `parked` end by themselves, at {@link opensAt}. */
export type Admission = 'admitted' | 'full' | 'paced' | 'parked';

/** A parked lane lets no request go, a troubled one a single probe, a paced one those that its rate allows. */
export function admit(lane: Lane, now: number, policy: LanePolicy): Admission {
  if (now < lane.parkedUntil) return 'parked';
  if (lane.inFlight >= (isProbing(lane, now, policy) ? 1 : policy.concurrency)) return 'full';
  return now < pacedUntil(lane, policy) ? 'paced' : 'admitted';
}

/** When a parked or paced lane lets the next request go. */
export function opensAt(lane: Lane, policy: LanePolicy): number {
  return Math.max(lane.parkedUntil, pacedUntil(lane, policy));
}

/** Whether the provider refuses the lane's credentials, so that no request of it has a chance. */
export function isRefused(lane: Lane, refusedReads: number): boolean {
  return lane.refusals >= refusedReads;
}

/** Whether there were so many outages that failed reads are to be repeated as late as failures ever are. */
export function isBudgetSpent(lane: Lane, policy: LanePolicy): boolean {
  return lane.debt >= policy.retryBudget;
}

/** A request goes out. */
export function enter(lane: Lane, now: number, policy: LanePolicy): Lane {
  const next = toDraft(lane);
  next.inFlight += 1;
  next.fullAt = Math.max(lane.fullAt, now) + toSpacingMs(lane, now, policy);
  return next;
}

/** A request was given up before its answer; nothing was learnt. */
export function leave(lane: Lane): Lane {
  return { ...lane, inFlight: lane.inFlight - 1 };
}

/** Somebody asks for another look although the credentials are refused: one more refusal is needed to believe it again. */
export function forgive(lane: Lane, refusedReads: number): Lane {
  if (!isRefused(lane, refusedReads)) return lane;
  const parkedUntil = lane.parkedBy === 'unauthorized' ? Number.NEGATIVE_INFINITY : lane.parkedUntil;
  return { ...lane, refusals: refusedReads - 1, parkedUntil };
}

/**
 * A request came back. "Too many requests" parks the lane for as long as the provider asks, or for a doubling time; so do
 * refused credentials, and outages once there are several in a row. An answer ends the trouble; one that comes while the lane is parked was asked
 * for before, and teaches nothing. Requests that were out together and are refused together count once.
 *
 * @param random 0 to 1; spreads the end of a parking, and only adds.
 */
export function learn(
  lane: Lane,
  outcome: LaneOutcome,
  now: number,
  random: number,
  policy: LanePolicy,
): Lane {
  const isParked = now < lane.parkedUntil;
  switch (outcome.type) {
    case 'answered':
      return withLimit(isParked ? leave(lane) : toAnswered(lane, now, policy), outcome.limit, now);
    case 'throttled':
      return toThrottled(leave(lane), isParked, outcome.retryAfterMs ?? 0, now, random, policy);
    case 'transient':
      return toTransient(leave(lane), isParked, now, random, policy);
    case 'unauthorized':
      return toUnauthorized(leave(lane), isParked, now, random, policy);
  }
}

function toAnswered(lane: Lane, now: number, policy: LanePolicy): Lane {
  const next = toDraft(lane);
  next.fullAt = Math.max(lane.fullAt, toEmptyFullAt(lane, now, policy));
  next.inFlight -= 1;
  next.throttles = 0;
  next.outages = 0;
  next.refusals = 0;
  next.answered += 1;
  next.debt = Math.max(0, lane.debt - 0.1);
  return next;
}

type Draft = { -readonly [Field in keyof Lane]: Lane[Field] };

/** A copy, field by field: two are made at every request, and spreading costs several times as much. */
function toDraft(lane: Lane): Draft {
  return {
    inFlight: lane.inFlight,
    parkedUntil: lane.parkedUntil,
    parkedBy: lane.parkedBy,
    throttles: lane.throttles,
    outages: lane.outages,
    refusals: lane.refusals,
    fullAt: lane.fullAt,
    answered: lane.answered,
    openedAt: lane.openedAt,
    learntSpacingMs: lane.learntSpacingMs,
    learntOverMs: lane.learntOverMs,
    knownSpacingMs: lane.knownSpacingMs,
    limitSpacingMs: lane.limitSpacingMs,
    limitUntil: lane.limitUntil,
    debt: lane.debt,
  };
}

/** Besides parking, the lane learns at which spacing to go on, see {@link toLearnt}. */
function toThrottled(
  lane: Lane,
  isParked: boolean,
  retryAfterMs: number,
  now: number,
  random: number,
  policy: LanePolicy,
): Lane {
  const throttles = isParked ? Math.max(lane.throttles, 1) : lane.throttles + 1;
  const parkMs = toThrottledMs({ ...lane, throttles }, retryAfterMs, policy) * (1 + random / 10);
  // When it opens again, the provider has said better than the spacing.
  const fullAt = Math.min(lane.fullAt, now + 1_000 / policy.requestsPerSecond + toBurstMs(policy));
  const parked = park({ ...lane, throttles, fullAt }, 'throttled', now + parkMs);
  const { parkedUntil } = parked;
  if (isParked || lane.answered === 0) return parked;
  return { ...parked, ...toLearnt(lane, now, parkedUntil), answered: 0, openedAt: parkedUntil };
}

/**
 * A parking was no rest: a lane that holds a spacing after it goes on with an empty bucket. One that takes longer to fill
 * than the spacing holds is there to pace nothing.
 */
function toEmptyFullAt(lane: Lane, now: number, policy: LanePolicy): number {
  const burstMs = toBurstMs(policy);
  const isHeld = lane.throttles > 0 && lane.learntOverMs >= Math.max(leastHeldMs, burstMs);
  return isHeld ? now + burstMs + toSpacingMs(lane, now, policy) : Number.NEGATIVE_INFINITY;
}

type Learnt = Pick<Lane, 'learntSpacingMs' | 'learntOverMs' | 'knownSpacingMs'>;

/**
 * What a cycle teaches, which goes from one opening of the lane to the next. Its answers over its time, the pause included,
 * is a spacing that the provider has kept up; the one at the end was too close. The next is between them, and is held for
 * longer each time, because every refusal costs a pause; but no longer than a few times as long as it was seen to be right,
 * because refusals that follow each other within seconds may be over in seconds.
 *
 * A cycle that brought much less than is known to be possible was begun too fast, if it was begun at about the known
 * spacing: then the next begins a bit slower. If not, the provider allows less for now: then the lane recovers within the
 * time of a cycle, to be quick when the provider allows again what it did. So it does where the provider refused for seconds
 * before it answered again: its windows are longer than our pauses, and going too fast costs little in them.
 */
function toLearnt(lane: Lane, now: number, parkedUntil: number): Learnt {
  const { learntSpacingMs: begunMs, learntOverMs: overMs, answered, openedAt } = lane;
  const cycleMs = parkedUntil - openedAt;
  const keptMs = cycleMs / answered;
  if (begunMs === 0) {
    return { learntSpacingMs: keptMs, learntOverMs: Math.max(cycleMs, leastHeldMs), knownSpacingMs: 0 };
  }
  const knownSpacingMs = toKnownMs(lane, cycleMs, Math.max(keptMs, begunMs));
  const isRefusedAgain = lane.parkedUntil - openedAt > Math.max((parkedUntil - now) / 2, longRefusedMs);
  const isLess = keptMs > 1.3 * knownSpacingMs;
  if (isLess && !isRefusedAgain && begunMs < 1.03 * knownSpacingMs) {
    return {
      learntSpacingMs: Math.max(Math.sqrt(begunMs * knownSpacingMs), 1.05 * begunMs),
      learntOverMs: Math.max(overMs / 2, leastHeldMs),
      knownSpacingMs,
    };
  }
  if (isLess || isRefusedAgain) {
    const change = keptMs / begunMs;
    const isConfirmed = change > 0.9 && change < 1.5;
    const confirmedMs = isConfirmed ? Math.min(overMs + cycleMs, mostConfirmedMs) : 0;
    return { learntSpacingMs: keptMs, learntOverMs: Math.max(cycleMs, confirmedMs), knownSpacingMs };
  }
  // Where it went ever faster, it was far too fast in the end, which says little.
  const refusedMs = Math.max(toLearntMs(lane, now), keptMs / 2);
  const mostMs = Math.max(mostHeldMs, 40 * keptMs);
  return {
    learntSpacingMs: Math.max(Math.sqrt(refusedMs * keptMs), 1.05 * refusedMs),
    learntOverMs: Math.min(Math.max(Math.min(3 * overMs, overMs + 8 * cycleMs), leastHeldMs), mostMs),
    knownSpacingMs,
  };
}

/** What was kept up before is remembered for minutes, and the memory fades: it may not come again. */
function toKnownMs({ knownSpacingMs }: Lane, cycleMs: number, keptMs: number): number {
  const remembered = knownSpacingMs === 0 ? Number.POSITIVE_INFINITY : knownSpacingMs;
  return Math.min(keptMs, remembered * 2 ** (cycleMs / 180_000));
}

/** What a spacing that may be right recovers by: it is about a tenth of that time until the next refusal. */
const leastHeldMs = 10_000;
const mostHeldMs = 384_000;

/** How long a lane that is opened is refused at least where the windows are longer than its pauses. */
const longRefusedMs = 5_000;

/**
 * A time that the provider names is believed at first: whoever waits longer leaves unused what the provider has saved for
 * him meanwhile. A lane that knows the spacing has gone a little too fast, and need not wait for long either.
 */
function toThrottledMs(
  { throttles, learntSpacingMs }: Lane,
  retryAfterMs: number,
  policy: LanePolicy,
): number {
  const parkMs = toParkMs(throttles, policy);
  if (throttles > 1) return Math.max(retryAfterMs, parkMs);
  if (retryAfterMs > 0) return retryAfterMs;
  return learntSpacingMs > 0 ? Math.min(parkMs, policy.burst * learntSpacingMs) / 2 : parkMs;
}

/** While a provider allows less than before, what is learnt again and again is kept for longer; up to this long. */
const mostConfirmedMs = 12_000;

function toTransient(lane: Lane, isParked: boolean, now: number, random: number, policy: LanePolicy): Lane {
  const outages = isParked ? lane.outages : lane.outages + 1;
  const left = { ...lane, outages, debt: Math.min(lane.debt + 1, policy.retryBudget * 2) };
  if (isParked || outages < policy.breakerAfter) return left;
  const parkMs = toParkMs(outages - policy.breakerAfter + 1, policy);
  const parked = park(left, 'transient', now + parkMs * (1 + random / 10));
  return { ...parked, answered: 0, openedAt: parked.parkedUntil };
}

/** One refusal may be a mistake of the provider, so others are asked for one at a time before it is believed of the lane. */
function toUnauthorized(
  lane: Lane,
  isParked: boolean,
  now: number,
  random: number,
  policy: LanePolicy,
): Lane {
  if (isParked) return lane;
  const refusals = lane.refusals + 1;
  const parkMs = toParkMs(refusals, policy);
  return park({ ...lane, refusals }, 'unauthorized', now + parkMs * (1 + random / 10));
}

/** What is left is spread over the time until the reset; nothing left parks the lane until then. */
function withLimit(lane: Lane, limit: LaneLimit | undefined, now: number): Lane {
  if (limit === undefined)
    return isLimitOver(lane, now) ? { ...lane, limitUntil: Number.NEGATIVE_INFINITY } : lane;
  const limitUntil = now + limit.resetMs;
  const remaining = limit.remaining - lane.inFlight;
  const limited = { ...lane, limitUntil, limitSpacingMs: limit.resetMs / Math.max(1, remaining) };
  return remaining < 1 ? park(limited, 'throttled', limitUntil) : limited;
}

/** After trouble, and after a limit of the headers is over: what it is from here on, the next answer will say. */
function isProbing(lane: Lane, now: number, policy: LanePolicy): boolean {
  const isTroubled = lane.throttles > 0 || lane.refusals > 0 || lane.outages >= policy.breakerAfter;
  return isTroubled || isLimitOver(lane, now);
}

function isLimitOver(lane: Lane, now: number): boolean {
  return Number.isFinite(lane.limitUntil) && now >= lane.limitUntil;
}

/** The bucket is a time: what `burst` allows of it may be missing when a request goes. */
function pacedUntil(lane: Lane, policy: LanePolicy): number {
  return lane.fullAt - toBurstMs(policy);
}

function toBurstMs({ burst, requestsPerSecond }: LanePolicy): number {
  return ((burst - 1) * 1_000) / requestsPerSecond;
}

/** The slowest of what the policy allows, what the headers ask for, and what was learnt from being throttled. */
function toSpacingMs(lane: Lane, now: number, policy: LanePolicy): number {
  const allowedMs = 1_000 / policy.requestsPerSecond;
  const limitMs = now < lane.limitUntil ? lane.limitSpacingMs : 0;
  return Math.max(allowedMs, limitMs, toLearntMs(lane, now));
}

/**
 * What was learnt holds at first and is given up ever faster, well within the time that it recovers by, because the
 * provider may allow more again.
 */
function toLearntMs({ learntSpacingMs, learntOverMs, openedAt }: Lane, now: number): number {
  if (learntSpacingMs === 0) return 0;
  const quarters = (4 * Math.max(0, now - openedAt)) / learntOverMs;
  return learntSpacingMs * 0.5 ** (quarters ** 3);
}

function park(lane: Lane, parkedBy: ParkReason, until: number): Lane {
  return until > lane.parkedUntil ? { ...lane, parkedBy, parkedUntil: until } : lane;
}

function toParkMs(times: number, policy: LanePolicy): number {
  return Math.min(policy.parkFloorMs * 2 ** Math.min(times - 1, 30), policy.parkCeilingMs);
}
