import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { parseRateLimit } from '../../src/adapter/parse-rate-limit.ts';

const wallTime = Date.UTC(2026, 9, 21, 7, 28, 0);
const epochSeconds = wallTime / 1000;

function parse(headers: Record<string, string>) {
  return parseRateLimit(new Headers(headers), wallTime);
}

describe('the field of the standard', () => {
  test.each([
    { header: '"default";r=50;t=30', remaining: 50, resetMs: 30_000 },
    { header: 'default;r=50;t=30', remaining: 50, resetMs: 30_000 },
    { header: '"a";t=30;pk=:dHJpYWwxMjEzMjM=:;r=0', remaining: 0, resetMs: 30_000 },
    { header: '"a, b; r=1; t=1 \\" ";r=7;t=8', remaining: 7, resetMs: 8000 },
    { header: ' "a" ; r=7 ; t=8 ', remaining: 7, resetMs: 8000 },
    { header: 'limit=100, remaining=50, reset=30', remaining: 50, resetMs: 30_000 },
    { header: 'limit=100,remaining=0,reset=5', remaining: 0, resetMs: 5000 },
  ])('$header', ({ header, remaining, resetMs }) => {
    expect(parse({ RateLimit: header })).toEqual({ remaining, resetMs });
  });

  test.each([
    {
      title: 'the one with fewer requests per time',
      header: '"minute";r=50;t=1, "day";r=100;t=1000',
      remaining: 100,
    },
    { title: 'the one that is used up', header: '"day";r=1;t=3000, "minute";r=0;t=5', remaining: 0 },
    {
      title: 'the one that can be read',
      header: '"day";r=9, "minute";r=5;t=5, "hour";r=x;t=5',
      remaining: 5,
    },
  ])('tells several limits: $title counts', ({ header, remaining }) => {
    expect(parse({ RateLimit: header })?.remaining).toBe(remaining);
  });

  test('of two limits that are used up the longer counts', () => {
    expect(parse({ RateLimit: '"a";r=0;t=5, "b";r=0;t=9, "c";r=0;t=7' })).toEqual({
      remaining: 0,
      resetMs: 9000,
    });
  });
});

describe.each(['RateLimit', 'X-RateLimit', 'X-Rate-Limit'])('the pair of %s', (name) => {
  test.each([
    { title: 'seconds', reset: '30', resetMs: 30_000 },
    { title: 'a part of a second', reset: '0.25', resetMs: 250 },
    { title: 'nothing', reset: '0', resetMs: 0 },
    { title: 'epoch seconds', reset: String(epochSeconds + 30), resetMs: 30_000 },
    { title: 'epoch seconds with a part', reset: `${epochSeconds + 30}.5`, resetMs: 30_500 },
    { title: 'epoch milliseconds', reset: String(wallTime + 1234), resetMs: 1234 },
    { title: 'a second that has passed', reset: String(epochSeconds - 1), resetMs: 0 },
    { title: 'a millisecond that has passed', reset: String(wallTime - 1), resetMs: 0 },
    { title: 'a day, which is cut to an hour', reset: '86400', resetMs: 3_600_000 },
    {
      title: 'a moment tomorrow, which is cut to an hour',
      reset: String(epochSeconds + 86_400),
      resetMs: 3_600_000,
    },
    { title: 'a number in a unit that is not seconds', reset: '999999999', resetMs: 3_600_000 },
  ])('takes $title', ({ reset, resetMs }) => {
    expect(parse({ [`${name}-Remaining`]: ' 12 ', [`${name}-Reset`]: reset })).toEqual({
      remaining: 12,
      resetMs,
    });
  });
});

test('the field is believed before the pair, and the pair without X before the others', () => {
  const vendors = { 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': '3', 'x-rate-limit-remaining': '4' };
  const pair = { 'ratelimit-remaining': '2', 'ratelimit-reset': '2' };
  expect(parse({ ...vendors, ...pair, ratelimit: '"a";r=1;t=1' })?.remaining).toBe(1);
  expect(parse({ ...vendors, ...pair, ratelimit: 'unlimited' })?.remaining).toBe(2);
  expect(parse({ ...vendors, ...pair, 'ratelimit-reset': 'soon' })?.remaining).toBe(3);
});

describe('what cannot be read as a whole says nothing', () => {
  test.each([
    {},
    { RateLimit: '' },
    { RateLimit: '"default";r=50' },
    { RateLimit: '"default";t=50' },
    { RateLimit: '"default";r=-1;t=5' },
    { RateLimit: '"default";r=1;t=-5' },
    { RateLimit: '"default";r=1.5;t=5' },
    { RateLimit: '"r=1;t=5' },
    { RateLimit: 'remaining=5' },
    { 'RateLimit-Remaining': '5' },
    { 'RateLimit-Reset': '5' },
    { 'X-RateLimit-Remaining': '-1', 'X-RateLimit-Reset': '5' },
    { 'X-RateLimit-Remaining': '5', 'X-RateLimit-Reset': '-5' },
    { 'X-RateLimit-Remaining': 'unlimited', 'X-RateLimit-Reset': '5' },
    { 'X-RateLimit-Remaining': '1e3', 'X-RateLimit-Reset': '5' },
    { 'X-RateLimit-Remaining': '5, 5', 'X-RateLimit-Reset': '5' },
    { 'X-RateLimit-Remaining': '5', 'X-RateLimit-Reset': '2026-10-21T07:28:30Z' },
    { 'X-RateLimit-Remaining': '9'.repeat(20), 'X-RateLimit-Reset': '5' },
    { 'X-RateLimit-Remaining': '5', 'X-Rate-Limit-Reset': '5' },
  ])('%j', (headers) => {
    expect(parse(headers)).toBeUndefined();
  });
});

test('a moment is compared with this one by default', () => {
  vi.useFakeTimers({ now: wallTime });
  try {
    const headers = new Headers({
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(epochSeconds + 2),
    });
    expect(parseRateLimit(headers)).toEqual({ remaining: 0, resetMs: 2000 });
  } finally {
    vi.useRealTimers();
  }
});

test('whatever the headers say, it is between nothing and an hour, or is not read', () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'0123456789.,;="rt -') }),
    fc.nat().map(String),
    fc.double().map(String),
  );
  const safely = (value: string) => value.replace(/[^\x20-\x7e]/g, '');
  fc.assert(
    fc.property(text, text, text, fc.nat(), (field, remaining, reset, now) => {
      const headers = new Headers({
        ratelimit: safely(field),
        'x-ratelimit-remaining': remaining,
        'x-ratelimit-reset': reset,
      });
      const limit = parseRateLimit(headers, now);
      if (limit === undefined) return;
      expect(Number.isSafeInteger(limit.remaining) && limit.remaining >= 0).toBe(true);
      expect(Number.isSafeInteger(limit.resetMs) && limit.resetMs >= 0 && limit.resetMs <= 3_600_000).toBe(
        true,
      );
    }),
  );
});
