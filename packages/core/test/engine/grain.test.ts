import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toPlannedAt } from '../../src/engine/grain.ts';

/** A clock counts from anywhere, and has fractions of milliseconds. */
const anyNow = fc.nat().map((number) => number * 3 + (number % 100) / 100);
/** From a tenth of a millisecond to a year, each order of magnitude as often as any other. */
const anyDistance = fc
  .integer({ min: -1_000, max: 10_500 })
  .map((thousandths) => 10 ** (thousandths / 1_000));
const anyShare = fc.nat(1_200).map((thousandths) => thousandths / 1_000);

test('a plan is never before the wanted time, and later by a five-hundredth of the distance or one millisecond', () => {
  fc.assert(
    fc.property(anyNow, anyDistance, (now, distance) => {
      const wantedAt = now + distance;
      const lateBy = toPlannedAt(wantedAt, now) - wantedAt;
      expect(lateBy).toBeGreaterThanOrEqual(0);
      expect(lateBy).toBeLessThanOrEqual(Math.max(1, distance / 500));
    }),
    { numRuns: 2_000 },
  );
});

test('planning again from nearer by leaves the time where it is', () => {
  fc.assert(
    fc.property(anyNow, anyDistance, anyShare, (now, distance, share) => {
      const plannedAt = toPlannedAt(now + distance, now);
      expect(toPlannedAt(plannedAt, now + distance * share)).toBe(plannedAt);
    }),
    { numRuns: 2_000 },
  );
});

test('what is wanted in the past is planned within a millisecond', () => {
  fc.assert(
    fc.property(anyNow, anyDistance, (now, distance) => {
      const wantedAt = Math.max(0, now - distance);
      expect(toPlannedAt(wantedAt, now)).toBe(Math.ceil(wantedAt));
    }),
  );
});

test('what is far away meets in few places', () => {
  const day = 24 * 3_600_000;
  const places = new Set(Array.from({ length: 100_000 }, (_, index) => toPlannedAt(day + index * 36, 0)));
  expect(places.size).toBeLessThanOrEqual(37);
});
