import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toReading } from '../../../../test/support/scripted-adapter.ts';
import {
  estimateRemainingMs,
  type PaceMoment,
  type ProgressSample,
  toFailureGap,
  toFirstStretch,
  toGap,
  toLaterStretch,
  toStretchAgeMs,
} from '../../src/step/pace.ts';
import { defaultStepPolicy as policy } from '../../src/step/step-policy.ts';
import { hour, minute, second } from './sample-steps.ts';

const longest = 2 ** 31 - 1;

/** A moment without progress, wish or jitter. */
function at(ageMs: number, moment: Partial<PaceMoment> = {}): PaceMoment {
  return { ageMs, minimumMs: 0, random: 0, ...moment };
}

/** A stretch that is followed from its beginning and moved just now. */
function sample(percent: number | undefined, ageMs: number, rest: Partial<ProgressSample> = {}) {
  return { percent, ageMs, stillMs: 0, firstPercent: 0, firstMs: ageMs, ...rest };
}

describe('the gap after a good read', () => {
  test.each([
    { title: 'starts at the floor', age: 0, gap: second },
    { title: 'is a fifth of the time followed', age: 40 * second, gap: 8 * second },
    { title: 'ends at the ceiling', age: 25 * minute, gap: 5 * minute },
    { title: 'stays at the ceiling for a migration of days', age: 72 * hour, gap: 5 * minute },
  ])('without progress $title', ({ age, gap }) => {
    expect(toGap(at(age), policy)).toBeCloseTo(gap, 6);
  });

  test.each([
    { title: 'is a third of what remains', age: 10 * minute, remaining: 5 * minute, gap: 102 * second },
    {
      title: 'ends where work ends that goes with the square of the time',
      age: minute,
      remaining: 8 * minute,
      gap: 2 * minute,
    },
    { title: 'is at most three times the time followed', age: 20 * second, remaining: hour, gap: minute },
    { title: 'is at least a fiftieth of it', age: 1000 * second, remaining: second, gap: 19 * second },
    {
      title: 'is a share of the delay once it is overdue',
      age: hour,
      remaining: -hour / 3,
      gap: 144 * second,
    },
    { title: 'is at most the ceiling', age: hour, remaining: hour, gap: 5 * minute },
    { title: 'is at least the floor', age: 20 * second, remaining: 0, gap: second },
    {
      title: 'is bounded by the time followed while nothing is done',
      age: 10 * second,
      remaining: Number.POSITIVE_INFINITY,
      gap: 30 * second,
    },
  ])('with progress $title', ({ age, remaining, gap }) => {
    expect(toGap(at(age, { remainingMs: remaining }), policy)).toBeCloseTo(gap, 6);
  });

  test.each([
    { title: 'lengthens a shorter gap', minimumMs: 30 * second, gap: 30 * second },
    { title: 'goes beyond the ceiling', minimumMs: hour, gap: hour },
    { title: 'never shortens a gap', minimumMs: 3 * second, gap: 8 * second },
  ])('a wish of the provider $title', ({ minimumMs, gap }) => {
    expect(toGap(at(40 * second, { minimumMs }), policy)).toBeCloseTo(gap, 6);
  });

  test.each([
    { title: 'the floor', age: 0, minimumMs: 0, gap: 1.05 * second },
    { title: 'the ceiling', age: 72 * hour, minimumMs: 0, gap: 315 * second },
    { title: 'a wish of the provider', age: 0, minimumMs: minute, gap: 63 * second },
    {
      title: 'a long wish, of which only the ceiling counts',
      age: 0,
      minimumMs: hour,
      gap: hour + 15 * second,
    },
  ])('jitter comes after $title, and adds', ({ age, minimumMs, gap }) => {
    expect(toGap(at(age, { minimumMs, random: 1 }), policy)).toBeCloseTo(gap, 6);
  });

  test('a floor above the ceiling is kept', () => {
    expect(toGap(at(hour), { ...policy, floorMs: 10 * minute })).toBe(10 * minute);
  });
});

describe('a pace of one’s own', () => {
  test('is told the moment and what the rule says', () => {
    const told: unknown[] = [];
    const moment = at(40 * second, { minimumMs: hour, random: 1 });
    toGap(moment, policy, (...args) => {
      told.push(...args);
      return undefined;
    });
    expect(told).toEqual([moment, 8 * second]);
  });

  test.each([
    { title: 'holds beyond the ceiling', own: hour, gap: hour },
    { title: 'holds below the least share of the age', own: 2 * second, gap: 2 * second },
    { title: 'cannot go below the floor', own: 0, gap: second },
    { title: 'may be negative, which is the floor', own: -hour, gap: second },
    { title: 'leaves it to the rule with undefined', own: undefined, gap: 2 * minute },
    { title: 'leaves it to the rule with NaN', own: Number.NaN, gap: 2 * minute },
    { title: 'ends at the longest timer', own: Number.POSITIVE_INFINITY, gap: longest },
  ])('$title', ({ own, gap }) => {
    expect(toGap(at(10 * minute), policy, () => own)).toBeCloseTo(gap, 6);
  });

  test('cannot go below the provider’s minimum, and gets jitter', () => {
    expect(toGap(at(0, { minimumMs: minute, random: 1 }), policy, () => second)).toBeCloseTo(63 * second, 6);
  });

  test('is told what the read brought', () => {
    const moment = { ...at(minute), reading: toReading('awaiting_input') };
    expect(toGap(moment, policy, ({ reading }) => (reading?.state === 'awaiting_input' ? hour : 0))).toBe(
      hour,
    );
  });
});

describe('the gap after a failed read', () => {
  test('doubles from the floor to the ceiling for failures', () => {
    const gaps = [0, 1, 2, 5, 6, 7, 1_000_000].map((failedReads) => toFailureGap(failedReads, 0, policy));
    expect(gaps).toEqual([1, 2, 4, 32, 60, 60, 60].map((seconds) => seconds * second));
  });

  test.each([
    {
      title: 'a longer Retry-After is kept, with jitter on top',
      failedReads: 0,
      retryAfterMs: 90 * second,
      random: 1,
      gap: 94.5 * second,
    },
    {
      title: 'a shorter Retry-After shortens nothing',
      failedReads: 5,
      retryAfterMs: second,
      random: 0,
      gap: 32 * second,
    },
    {
      title: 'jitter comes after the ceiling',
      failedReads: 30,
      retryAfterMs: 0,
      random: 1,
      gap: 63 * second,
    },
  ])('$title', ({ failedReads, retryAfterMs, random, gap }) => {
    expect(toFailureGap(failedReads, random, policy, retryAfterMs)).toBeCloseTo(gap, 6);
  });

  test('a lower ceiling holds for failures too', () => {
    expect(toFailureGap(30, 0, { ...policy, ceilingMs: 5 * second })).toBe(5 * second);
  });

  test('a floor above the ceiling is kept', () => {
    expect(toFailureGap(0, 0, { ...policy, floorMs: 5 * minute })).toBe(5 * minute);
  });
});

describe('whatever comes in', () => {
  const anything = fc.oneof(
    fc.double(),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, -1, longest),
  );
  const policies = fc.record({
    floorMs: fc.constantFrom(0, 1, second, hour),
    ceilingMs: fc.constantFrom(0, second, minute, hour),
    failureCeilingMs: fc.constantFrom(0, second, minute, hour),
    ageShare: fc.constantFrom(0, 0.2, 5),
    remainderShare: fc.constantFrom(0, 0.33, 5),
    overdueShare: fc.constantFrom(0, 0.12, 5),
    leastAgeShare: fc.constantFrom(0, 0.019, 5),
    mostAgeShare: fc.constantFrom(0, 1.8, 5),
    jitterShare: fc.constantFrom(0, 0.05, 5),
  });
  const maybe = fc.option(anything, { nil: undefined });

  test('the gap is finite, and at least the floor and what the provider asks for', () => {
    fc.assert(
      fc.property(
        anything,
        maybe,
        anything,
        anything,
        maybe,
        policies,
        (ageMs, remainingMs, minimumMs, random, own, numbers) => {
          const gap = toGap({ ageMs, remainingMs, minimumMs, random }, numbers, () => own);
          const asked = minimumMs > 0 ? Math.min(minimumMs, longest) : 0;
          return Number.isFinite(gap) && gap >= numbers.floorMs && gap >= asked && gap <= longest;
        },
      ),
    );
  });

  test('without a pace or a wish, the gap is at most the ceiling or the floor, and jitter', () => {
    fc.assert(
      fc.property(anything, maybe, anything, policies, (ageMs, remainingMs, random, numbers) => {
        const most = Math.max(numbers.floorMs, numbers.ceilingMs) * (1 + numbers.jitterShare);
        return toGap({ ageMs, remainingMs, minimumMs: 0, random }, numbers) <= most;
      }),
    );
  });

  test('jitter only adds', () => {
    fc.assert(
      fc.property(
        anything,
        maybe,
        anything,
        anything,
        policies,
        (ageMs, remainingMs, minimumMs, random, numbers) => {
          const moment = { ageMs, remainingMs, minimumMs };
          return toGap({ ...moment, random }, numbers) >= toGap({ ...moment, random: 0 }, numbers);
        },
      ),
    );
  });

  test('the gap after a failed read is finite and at least the floor', () => {
    fc.assert(
      fc.property(anything, anything, anything, policies, (failedReads, random, retryAfterMs, numbers) => {
        const gap = toFailureGap(failedReads, random, numbers, retryAfterMs);
        return Number.isFinite(gap) && gap >= numbers.floorMs && gap <= longest;
      }),
    );
  });

  test('the gap for an estimate is finite too', () => {
    fc.assert(
      fc.property(
        maybe,
        anything,
        anything,
        anything,
        anything,
        (percent, ageMs, stillMs, firstPercent, firstMs) => {
          const remainingMs = estimateRemainingMs({ percent, ageMs, stillMs, firstPercent, firstMs });
          const gap = toGap({ ageMs, remainingMs, minimumMs: 0, random: 1 }, policy);
          return Number.isFinite(gap) && gap >= policy.floorMs;
        },
      ),
    );
  });
});

describe('what remains', () => {
  test.each([
    { title: 'is unknown without progress', given: sample(undefined, minute), remaining: undefined },
    {
      title: 'is endless while nothing is done',
      given: sample(0, minute),
      remaining: Number.POSITIVE_INFINITY,
    },
    { title: 'follows from what was gained', given: sample(60, 300 * second), remaining: 200 * second },
    {
      title: 'counts from what was there at first',
      given: sample(80, hour, { firstPercent: 60, firstMs: 20 * second }),
      remaining: 20 * second,
    },
    {
      title: 'follows from what was done by the first read while nothing was gained',
      given: sample(40, 40 * second, { firstPercent: 40, firstMs: 0 }),
      remaining: 60 * second,
    },
    {
      title: 'counts down while progress stands still',
      given: sample(50, 70 * second, { stillMs: 10 * second }),
      remaining: 50 * second,
    },
    {
      title: 'becomes overdue',
      given: sample(75, 100 * second, { stillMs: 40 * second }),
      remaining: -20 * second,
    },
    {
      title: 'is overdue from the hundredth percent on',
      given: sample(100, minute, { stillMs: 5 * second }),
      remaining: -5 * second,
    },
    { title: 'takes more than a hundred percent for a hundred', given: sample(140, minute), remaining: 0 },
    {
      title: 'is overdue when nothing was gained for longer than the guess',
      given: sample(75, 100 * second, { firstPercent: 75, stillMs: 90 * second }),
      remaining: -90 * second,
    },
    {
      title: 'is endless when progress fell back to nothing',
      given: sample(0, minute, { firstPercent: 30, firstMs: minute }),
      remaining: Number.POSITIVE_INFINITY,
    },
  ])('$title', ({ given, remaining }) => {
    const estimate = estimateRemainingMs(given);
    if (remaining === undefined || !Number.isFinite(remaining)) expect(estimate).toBe(remaining);
    else expect(estimate).toBeCloseTo(remaining, 6);
  });
});

describe('a stretch', () => {
  test('at nothing began when it was tracked', () => {
    expect(toFirstStretch(0, 5, 100)).toEqual({ percent: 0, at: 5 });
    expect(toFirstStretch(undefined, 5, 100)).toEqual({ percent: 0, at: 5 });
  });

  test('with progress may have begun before, and is known from its first read on', () => {
    const stretch = toFirstStretch(40, 5, 100);
    expect(stretch).toEqual({ percent: 40, at: 100 });
    expect(toStretchAgeMs(stretch, 5, 105)).toBe(100);
  });

  test('that comes later began after the read before, and has an age of its own', () => {
    const stretch = toLaterStretch(80);
    expect(stretch).toEqual({ percent: 0, at: 80 });
    expect(toStretchAgeMs(stretch, 5, 105)).toBe(25);
  });
});
