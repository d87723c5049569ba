/** The numbers that a lane decides by. */
export interface LanePolicy {
  /** Most requests at the same time in one lane. Default 8. */
  readonly concurrency: number;
  /** The least between the first reads of two migrations that are added together, in milliseconds. Default 25. */
  readonly startSpacingMs: number;
  /** After how many outages in a row the lane is left alone but for single probes. Default 5. */
  readonly breakerAfter: number;
  /** How long a lane is parked the first time, in milliseconds; it doubles each time. Default 2 000. */
  readonly parkFloorMs: number;
  /** How long a lane is parked at most when the provider names no time, in milliseconds. Default 60 000. */
  readonly parkCeilingMs: number;
}

export const defaultLanePolicy: LanePolicy = {
  concurrency: 8,
  startSpacingMs: 25,
  breakerAfter: 5,
  parkFloorMs: 2_000,
  parkCeilingMs: 60_000,
};

/** What is known about one origin and account. Times are milliseconds of the clock's `now()`. */
export interface Lane {
  readonly inFlight: number;
  /** No request before this time. */
  readonly parkedUntil: number;
  readonly parkedBy?: 'throttled' | 'transient';
  /** "Too many requests" in a row. */
  readonly throttles: number;
  /** Outages in a row. */
  readonly outages: number;
  /** The earliest time for the first read of the next migration that is added. */
  readonly nextStartAt: number;
}

/** What a request taught about the lane. */
export type LaneOutcome =
  | { readonly type: 'answered' }
  | { readonly type: 'throttled'; readonly retryAfterMs?: number | undefined }
  | { readonly type: 'transient' };

/** A lane that nothing is known about. */
export function createLane(): Lane {
  const never = Number.NEGATIVE_INFINITY;
  return { inFlight: 0, parkedUntil: never, throttles: 0, outages: 0, nextStartAt: never };
}

/** Whether a request may go out: a parked lane lets none go, a troubled one a single probe. */
export function admit(lane: Lane, now: number, policy: LanePolicy): 'admitted' | 'full' | 'parked' {
  if (now < lane.parkedUntil) return 'parked';
  const isTroubled = lane.throttles > 0 || lane.outages >= policy.breakerAfter;
  return lane.inFlight < (isTroubled ? 1 : policy.concurrency) ? 'admitted' : 'full';
}

/** A request goes out. */
export function enter(lane: Lane): Lane {
  return { ...lane, inFlight: lane.inFlight + 1 };
}

/** A request was given up before its answer; nothing was learnt. */
export function leave(lane: Lane): Lane {
  return { ...lane, inFlight: lane.inFlight - 1 };
}

/**
 * A request came back. "Too many requests" parks the lane for as long as the provider asks, or for a doubling time; so do
 * outages once there are several in a row. An answer ends the trouble; one that comes while the lane is parked was asked
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
  const left = leave(lane);
  const isParked = now < lane.parkedUntil;
  if (outcome.type === 'answered') return isParked ? left : { ...left, throttles: 0, outages: 0 };
  if (outcome.type === 'throttled') {
    const throttles = isParked ? Math.max(lane.throttles, 1) : lane.throttles + 1;
    const parkMs = Math.max(outcome.retryAfterMs ?? 0, toParkMs(throttles, policy));
    return park({ ...left, throttles }, 'throttled', now + parkMs * (1 + random / 10));
  }
  const outages = isParked ? lane.outages : lane.outages + 1;
  if (isParked || outages < policy.breakerAfter) return { ...left, outages };
  const parkMs = toParkMs(outages - policy.breakerAfter + 1, policy);
  return park({ ...left, outages }, 'transient', now + parkMs * (1 + random / 10));
}

/** When the next added migration may be read first: at once when it comes alone, one after the other when many come. */
export function takeStart(
  lane: Lane,
  now: number,
  policy: LanePolicy,
): { readonly lane: Lane; readonly startAt: number } {
  const startAt = Math.max(now, lane.nextStartAt);
  return { lane: { ...lane, nextStartAt: startAt + policy.startSpacingMs }, startAt };
}

function park(lane: Lane, parkedBy: 'throttled' | 'transient', until: number): Lane {
  return until > lane.parkedUntil ? { ...lane, parkedBy, parkedUntil: until } : lane;
}

function toParkMs(times: number, policy: LanePolicy): number {
  return Math.min(policy.parkFloorMs * 2 ** Math.min(times - 1, 30), policy.parkCeilingMs);
}
