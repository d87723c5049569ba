const requestsPerMinute = 1_500;

/** Creates a counter of requests by the minute; each count gives the `X-RateLimit-*` headers, and nobody is refused. */
export function createRateLimitCounter(): (nowMs: number) => Record<string, string> {
  let countedMinute = 0;
  let count = 0;
  return (nowMs) => {
    const minute = Math.floor(nowMs / 60_000);
    count = minute === countedMinute ? count + 1 : 1;
    countedMinute = minute;
    return {
      'x-ratelimit-limit': String(requestsPerMinute),
      'x-ratelimit-remaining': String(Math.max(requestsPerMinute - count, 0)),
      'x-ratelimit-reset': String((minute + 1) * 60),
    };
  };
}
