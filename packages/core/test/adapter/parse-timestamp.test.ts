import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parseTimestamp } from '../../src/adapter/parse-timestamp.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a time with its zone', () => {
  test.each([
    { text: '2026-04-28T10:30:00Z', iso: '2026-04-28T10:30:00.000Z' },
    { text: '2026-04-28t10:30:00z', iso: '2026-04-28T10:30:00.000Z' },
    { text: '2026-04-28 10:30:00 Z', iso: '2026-04-28T10:30:00.000Z' },
    { text: ' 2026-04-28T10:30:00+02:00 ', iso: '2026-04-28T08:30:00.000Z' },
    { text: '2026-04-28T10:30:00-0530', iso: '2026-04-28T16:00:00.000Z' },
    { text: '2026-04-28T10:30:00.1Z', iso: '2026-04-28T10:30:00.100Z' },
    { text: '2026-04-28T10:30:00,123Z', iso: '2026-04-28T10:30:00.123Z' },
    { text: '2026-04-28T10:30:00.123999999Z', iso: '2026-04-28T10:30:00.123Z' },
    { text: '2026-01-01T00:30:00+01:00', iso: '2025-12-31T23:30:00.000Z' },
    { text: '2024-02-29T00:00:00Z', iso: '2024-02-29T00:00:00.000Z' },
    { text: '2026-04-28T24:00:00Z', iso: '2026-04-29T00:00:00.000Z' },
  ])('$text', ({ text, iso }) => {
    expect(parseTimestamp(text, '+09:00')).toEqual({ iso, isZoneAssumed: false });
  });
});

describe('a time without a zone is read in the assumed one, not in that of this machine', () => {
  test.each(['UTC', 'America/New_York', 'Asia/Kolkata'])('%s', (zone) => {
    vi.stubEnv('TZ', zone);
    const text = '2026-04-28T10:30:00.000000';
    expect([parseTimestamp(text), parseTimestamp(text, '+02:00'), parseTimestamp(text, '-0500')]).toEqual([
      { iso: '2026-04-28T10:30:00.000Z', isZoneAssumed: true },
      { iso: '2026-04-28T08:30:00.000Z', isZoneAssumed: true },
      { iso: '2026-04-28T15:30:00.000Z', isZoneAssumed: true },
    ]);
  });
});

describe('what is no such time is not read', () => {
  test.each([
    '',
    'now',
    '2026-04-28',
    '2026-04-28T10:30Z',
    '2026-13-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-04-28T25:00:00Z',
    '2026-04-28T10:60:00Z',
    '2026-04-28T10:30:60Z',
    '2026-04-28T10:30:00.1234567890Z',
    '2026-04-28T10:30:00+99:00',
    '2026-04-28T10:30:00+02',
    '2026-04-28T10:30:00 Europe/Berlin',
    '28.04.2026 10:30:00',
    '1777372200000',
    '+012026-04-28T10:30:00Z',
    '9999-12-31T23:59:59-01:00',
    '0000-01-01T00:00:00+01:00',
  ])('"%s"', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });
});

test('any moment comes back as it was', () => {
  const moment = fc.date({
    min: new Date('0001-01-02T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(moment, (date) => {
      const iso = date.toISOString();
      expect(parseTimestamp(iso)).toEqual({ iso, isZoneAssumed: false });
      expect(parseTimestamp(iso.slice(0, -1))).toEqual({ iso, isZoneAssumed: true });
    }),
  );
});

test('any text is a time in UTC or not read', () => {
  const digits = fc.stringMatching(/^\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\d([+-][01]\d:[0-5]\d)?$/);
  fc.assert(
    fc.property(fc.oneof(digits, fc.string()), fc.string(), (text, zone) => {
      const parsed = parseTimestamp(text, zone);
      if (parsed) expect(parsed.iso).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
    }),
  );
});
