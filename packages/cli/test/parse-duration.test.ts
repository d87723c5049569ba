import { describe, expect, it } from 'vitest';
import { parseCount } from '../src/parse-count.ts';
import { parseDuration } from '../src/parse-duration.ts';

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['90', 90_000],
    ['1.5', 1_500],
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
  ])('%s is %i milliseconds', (text, durationMs) => {
    expect(parseDuration('--timeout', text)).toBe(durationMs);
  });

  it.each(['', '0', '-5', '5x', 'm5', '1h 30m', 'Infinity', '5 s'])('"%s" is none', (text) => {
    expect(() => parseDuration('--timeout', text)).toThrow(/^--timeout must be a duration such as/);
  });
});

describe('a count', () => {
  it('is a whole number above 0', () => {
    expect(parseCount('--limit', '12')).toBe(12);
    for (const text of ['', '0', '-1', '1.5', 'x']) {
      expect(() => parseCount('--limit', text)).toThrow('--limit must be a whole number above 0');
    }
  });
});
