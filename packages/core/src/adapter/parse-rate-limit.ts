import type { RateLimit } from '../model/migration-status.ts';

/** The headers that come in pairs, the standard's names first. */
const pairs = ['ratelimit', 'x-ratelimit', 'x-rate-limit'] as const;

/**
 * A longer wait is cut to an hour. To look once an hour whether a quota of a day is back costs next to nothing, while a
 * reset in another unit than it seems, or by a clock that is wrong, would keep a lane silent for years.
 */
const longestResetMs = 3_600_000;

/** 2001 in seconds since 1970: smaller numbers are a wait, which nobody means to last 30 years. */
const firstEpochSeconds = 1_000_000_000;
/** 1973 in milliseconds since 1970, and the year 5138 in seconds. */
const firstEpochMs = 100_000_000_000;

/**
 * Reads from the headers of an answer how many requests are left, and when there are more. It knows the `RateLimit` field
 * in the forms that it had in the drafts of its standard (`"default";r=50;t=30`, `limit=100, remaining=50, reset=30`), and
 * the pairs `RateLimit-Remaining` and `-Reset`, `X-RateLimit-…` and `X-Rate-Limit-…`, where the reset is a number of seconds
 * or a moment in epoch seconds or milliseconds, which their size tells apart. Where several limits are told in one field,
 * the one counts that allows the fewest requests per time.
 *
 * @param wallTime The wall clock in epoch milliseconds, which a moment is compared with. Default `Date.now()`.
 * @returns Never negative, 0 ms for a moment that has passed, at most an hour; undefined when nothing is said that can be
 *   read as a whole.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 *
 * @example
 * parseRateLimit(new Headers({ ratelimit: '"default";r=50;t=30' })); // { remaining: 50, resetMs: 30000 }
 */
export function parseRateLimit(headers: Headers, wallTime: number = Date.now()): RateLimit | undefined {
  const field = parseField(headers.get('ratelimit'), wallTime);
  if (field) return field;
  for (const name of pairs) {
    const remaining = headers.get(`${name}-remaining`);
    const limit =
      remaining === null ? undefined : toRateLimit(remaining, headers.get(`${name}-reset`), wallTime);
    if (limit) return limit;
  }
  return undefined;
}

function parseField(header: string | null, wallTime: number): RateLimit | undefined {
  if (header === null) return undefined;
  // What is quoted is a name, and may hold the signs that things are separated by.
  const members = header.replace(/"(?:[^"\\]|\\.)*"/g, '""').split(',');
  const limits = members.map((member) => {
    const { r, t } = toParameters(member.split(';').slice(1));
    return toRateLimit(r, t, wallTime);
  });
  const { remaining, reset } = toParameters(members);
  return [...limits, toRateLimit(remaining, reset, wallTime)].reduce(stricter, undefined);
}

function toParameters(parts: readonly string[]): Readonly<Record<string, string | undefined>> {
  const entries = parts.map((part) => part.trim().split('='));
  return Object.fromEntries(entries.map(([name = '', value = '']) => [name, value]));
}

/** Fewer requests per time; of two that allow none, the longer. */
function stricter(one: RateLimit | undefined, other: RateLimit | undefined): RateLimit | undefined {
  if (!one || !other) return one ?? other;
  const difference = one.remaining * other.resetMs - other.remaining * one.resetMs;
  if (difference !== 0) return difference < 0 ? one : other;
  return one.resetMs >= other.resetMs ? one : other;
}

function toRateLimit(
  remaining: string | undefined,
  reset: string | null | undefined,
  wallTime: number,
): RateLimit | undefined {
  const left = toNumber(remaining);
  const at = toNumber(reset);
  if (left === undefined || at === undefined || !Number.isSafeInteger(left)) return undefined;
  return { remaining: left, resetMs: Math.round(Math.min(toWaitMs(at, wallTime), longestResetMs)) };
}

function toWaitMs(value: number, wallTime: number): number {
  if (value < firstEpochSeconds) return value * 1000;
  const moment = value < firstEpochMs ? value * 1000 : value;
  return Math.max(0, moment - wallTime);
}

function toNumber(text: string | null | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  return /^\d{1,15}(?:\.\d{1,9})?$/.test(trimmed) ? Number(trimmed) : undefined;
}
