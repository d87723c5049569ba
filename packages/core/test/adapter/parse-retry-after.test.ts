import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseRetryAfter } from '../../src/adapter/parse-retry-after.ts';

const wallTime = Date.UTC(2026, 9, 21, 7, 28, 0);

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

describe('seconds', () => {
  test.each([
    { header: '0', milliseconds: 0 },
    { header: '3', milliseconds: 3000 },
    { header: ' 120 ', milliseconds: 120_000 },
    { header: '007', milliseconds: 7000 },
    { header: '9'.repeat(400), milliseconds: Number.MAX_SAFE_INTEGER },
  ])('"$header"', ({ header, milliseconds }) => {
    expect(parseRetryAfter(header, wallTime)).toBe(milliseconds);
  });
});

describe('an HTTP date, in each of its three forms and whatever the zone of this machine', () => {
  test.each(['UTC', 'America/New_York', 'Asia/Kolkata'])('%s', (zone) => {
    vi.stubEnv('TZ', zone);
    const headers = [
      'Wed, 21 Oct 2026 07:28:30 GMT',
      'Wednesday, 21-Oct-26 07:28:30 GMT',
      'Wed Oct 21 07:28:30 2026',
      ' wed, 21 oct 2026 07:28:30 gmt ',
    ];
    expect(headers.map((header) => parseRetryAfter(header, wallTime))).toEqual([
      30_000, 30_000, 30_000, 30_000,
    ]);
    expect(parseRetryAfter('Sun Nov  6 08:49:37 2026', Date.UTC(2026, 10, 6, 8, 49, 0))).toBe(37_000);
  });

  test('that has passed asks for no wait', () => {
    expect(parseRetryAfter('Wed, 21 Oct 2026 07:27:59 GMT', wallTime)).toBe(0);
  });

  test('is compared with this moment by default', () => {
    vi.useFakeTimers({ now: wallTime });
    expect(parseRetryAfter('Wed, 21 Oct 2026 07:28:01 GMT')).toBe(1000);
  });
});

describe('what cannot be read asks for nothing', () => {
  test.each([
    null,
    '',
    ' ',
    '-5',
    '1.5',
    '1e3',
    '3, 5',
    'soon',
    'abc 5',
    'Wed, 21 Oct 2026',
    'Wed, 21 Oct 2026 07:28:30',
    'Wed, 99 Oct 2026 07:28:30 GMT',
    'Wed, 21 Oct 2026 07:28:30 PST',
    '2026-10-21T07:28:30Z',
  ])('%j', (header) => {
    expect(parseRetryAfter(header, wallTime)).toBeUndefined();
  });
});

test('any text is a wait of at least nothing, or is not read', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), (header, now) => {
      const milliseconds = parseRetryAfter(header, now);
      if (milliseconds !== undefined) expect(milliseconds).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('any date comes back as the wait until it', () => {
  const date = fc.date({ min: new Date(0), max: new Date('2999-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(date, fc.nat(86_400_000), (moment, wait) => {
      const seconds = Math.floor(moment.getTime() / 1000) * 1000;
      expect(parseRetryAfter(moment.toUTCString(), seconds - wait)).toBe(wait);
    }),
  );
});
