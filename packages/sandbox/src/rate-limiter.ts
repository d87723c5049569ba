import { requireCount, requireDuration, requireKnownKeys } from './argument-checks.ts';

/** How many requests one account may make. */
export interface RateLimit {
  /** Most requests that are answered in any window. */
  readonly requests: number;
  /** How long the window is, in milliseconds of the sandbox's clock. */
  readonly perMs: number;
}

/** Gives how long a request has to wait, in milliseconds; 0 when it may be answered, and then it counts. */
export type RateLimiter = (nowMs: number) => number;

/** Throws an `Error` that names the field of the limit and says what is expected of it. */
export function requireRateLimit(limit: RateLimit): void {
  requireKnownKeys('rateLimit', limit, ['requests', 'perMs']);
  requireCount('rateLimit.requests', limit.requests);
  requireDuration('rateLimit.perMs', limit.perMs);
}

/** Creates a limiter that remembers each answer of the window, so that no window at all has more of them. */
export function createRateLimiter({ requests, perMs }: RateLimit): RateLimiter {
  const answeredAt: number[] = [];

  return (nowMs) => {
    while (answeredAt[0] !== undefined && answeredAt[0] <= nowMs - perMs) answeredAt.shift();
    const [oldest] = answeredAt;
    if (oldest !== undefined && answeredAt.length >= requests) return oldest + perMs - nowMs;
    answeredAt.push(nowMs);
    return 0;
  };
}
