import {
  admit,
  createLane,
  enter,
  type LaneOutcome,
  type LanePolicy,
  learn,
  opensAt,
} from '../../src/lane/lane.ts';

/** What a server says to a request that arrives at a time. It is asked in the order of the times. */
export type Server = (at: number) => LaneOutcome;

/** How many requests a server takes in a window, counted from 0. */
export type LimitOf = (window: number) => number;

/** What a server tells about its limit. */
export type Hints = 'nothing' | 'Retry-After' | 'headers';

/** A server that takes so many requests in each window, and refuses the rest of them. */
export function createWindowServer(limitOf: LimitOf, windowMs: number, hints: Hints): Server {
  let window = -1;
  let taken = 0;
  return (at) => {
    const current = Math.floor(at / windowMs);
    if (current !== window) taken = 0;
    window = current;
    const resetMs = (window + 1) * windowMs - at;
    if (taken >= limitOf(window)) return refuse(hints !== 'nothing', resetMs);
    taken += 1;
    return hints === 'headers'
      ? { type: 'answered', limit: { remaining: limitOf(window) - taken, resetMs } }
      : { type: 'answered' };
  };
}

/** A server whose bucket holds so many requests, and is filled at the rate that the limit of the window amounts to. */
export function createBucketServer(
  limitOf: LimitOf,
  windowMs: number,
  capacity: number,
  hints: Hints = 'nothing',
): Server {
  let tokens = capacity;
  let filledAt = 0;
  return (at) => {
    const perMs = limitOf(Math.floor(at / windowMs)) / windowMs;
    tokens = Math.min(capacity, tokens + (at - filledAt) * perMs);
    filledAt = at;
    if (tokens < 1) return refuse(hints !== 'nothing', (1 - tokens) / perMs);
    tokens -= 1;
    return { type: 'answered' };
  };
}

/** A server that takes so many requests in any span of a window's length. */
export function createSlidingServer(limit: number, windowMs: number, hints: Hints = 'nothing'): Server {
  const taken: number[] = [];
  return (at) => {
    const free = (taken.at(-limit) ?? Number.NEGATIVE_INFINITY) + windowMs;
    if (at < free) return refuse(hints !== 'nothing', free - at);
    taken.push(at);
    return { type: 'answered' };
  };
}

/** A server whose windows begin so much earlier than at 0. */
export function shiftedBy(server: Server, shiftMs: number): Server {
  return (at) => server(at + shiftMs);
}

/** A server that cannot be reached for a while. */
export function withOutage(server: Server, from: number, to: number): Server {
  return (at) => (at >= from && at < to ? { type: 'transient' } : server(at));
}

/** A Retry-After counts whole seconds. */
function refuse(isTimeNamed: boolean, waitMs: number): LaneOutcome {
  return isTimeNamed
    ? { type: 'throttled', retryAfterMs: Math.ceil(waitMs / 1_000) * 1_000 }
    : { type: 'throttled' };
}

/** A request as the server met it. */
export interface Arrival {
  readonly sentAt: number;
  readonly arrivedAt: number;
  readonly answeredAt: number;
  readonly outcome: LaneOutcome;
}

const roundTripMs = 50;

/** Drives a lane for a while by somebody who always has another request; gives all that were sent. */
export function driveGreedily(
  server: Server,
  durationMs: number,
  policy: LanePolicy,
  random: () => number,
): readonly Arrival[] {
  const arrivals: Arrival[] = [];
  let lane = createLane(0);
  let answered = 0;
  for (let now = 0; now < durationMs; ) {
    for (let out = arrivals[answered]; out !== undefined && out.answeredAt <= now; out = arrivals[answered]) {
      lane = learn(lane, out.outcome, now, random(), policy);
      answered += 1;
    }
    let admission = admit(lane, now, policy);
    for (; admission === 'admitted'; admission = admit(lane, now, policy)) {
      lane = enter(lane, now, policy);
      const arrivedAt = now + roundTripMs / 2;
      arrivals.push({ sentAt: now, arrivedAt, answeredAt: now + roundTripMs, outcome: server(arrivedAt) });
    }
    const nextAnswerAt = arrivals[answered]?.answeredAt ?? Number.POSITIVE_INFINITY;
    const opens = admission === 'full' ? Number.POSITIVE_INFINITY : opensAt(lane, policy);
    const next = Math.min(nextAnswerAt, opens);
    if (!(next > now)) throw new Error(`the lane is ${admission} at ${now}, and never opens`);
    now = next;
  }
  return arrivals;
}

/** How many requests of each window had an outcome. */
export function countByWindow(
  arrivals: readonly Arrival[],
  outcome: LaneOutcome['type'],
  windowMs: number,
  windows: number,
): readonly number[] {
  const counts = Array.from({ length: windows }, () => 0);
  for (const arrival of arrivals) {
    const window = Math.floor(arrival.arrivedAt / windowMs);
    if (arrival.outcome.type === outcome && window < windows) counts[window] = (counts[window] ?? 0) + 1;
  }
  return counts;
}

/** A dice that rolls the same each time. */
export function createDice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
