import { describe, expect, test } from 'vitest';
import { toFailureGap, toPercent, toReadGap } from '../../src/step/pace.ts';
import { createRow, type Row } from '../../src/step/row.ts';
import { defaultStepPolicy as policy } from '../../src/step/step-policy.ts';
import { hour, minute, second, toStatus } from './sample-steps.ts';

/** A row that is tracked since 0 and whose progress went from one percentage to another since a time. */
function createProgressingRow(from: number, percent: number, at = 0): Row {
  return {
    ...createRow(0, 0),
    status: toStatus(0, 'running', { progress: { percent } }),
    progressStart: { percent: from, at },
  };
}

describe('the gap after a good read', () => {
  test.each([
    { title: 'starts at the floor', age: 0, gap: second },
    { title: 'grows with the time followed', age: 40 * second, gap: 10 * second },
    { title: 'ends at the ceiling', age: 10 * minute, gap: minute },
    { title: 'stays at the ceiling for a migration of days', age: 72 * hour, gap: minute },
  ])('without progress $title', ({ age, gap }) => {
    expect(toReadGap(createRow(0, 0), age, 0, policy)).toBe(gap);
  });

  test.each([
    {
      title: 'is a share of the remainder',
      row: createProgressingRow(0, 80),
      now: 80 * second,
      gap: 14 * second,
    },
    {
      title: 'is at most half of the time followed',
      row: createProgressingRow(0, 10),
      now: 20 * second,
      gap: 10 * second,
    },
    { title: 'is at most the ceiling', row: createProgressingRow(0, 50), now: hour, gap: minute },
    {
      title: 'is at least a hundredth of the time followed',
      row: createProgressingRow(0, 99.9),
      now: 1000 * second,
      gap: 10 * second,
    },
    { title: 'is at least the floor', row: createProgressingRow(0, 100), now: 20 * second, gap: second },
    {
      title: 'counts from where the stretch began',
      row: createProgressingRow(60, 80, 60 * second),
      now: 80 * second,
      gap: 14 * second,
    },
    {
      title: 'falls back on the age while nothing was gained',
      row: createProgressingRow(40, 40),
      now: 40 * second,
      gap: 10 * second,
    },
  ])('with progress $title', ({ row, now, gap }) => {
    expect(toReadGap(row, now, 0, policy)).toBeCloseTo(gap, 6);
  });

  test.each([
    { title: 'lengthens a shorter gap', retryAfterMs: 30 * second, gap: 30 * second },
    { title: 'goes beyond the ceiling', retryAfterMs: 5 * minute, gap: 5 * minute },
    { title: 'never shortens a gap', retryAfterMs: 3 * second, gap: 10 * second },
  ])('a wish of the provider $title', ({ retryAfterMs, gap }) => {
    expect(toReadGap(createRow(0, 0), 40 * second, 0, policy, retryAfterMs)).toBe(gap);
  });

  test.each([
    { title: 'the floor', age: 0, retryAfterMs: 0, gap: 1.2 * second },
    { title: 'the ceiling', age: hour, retryAfterMs: 0, gap: 1.2 * minute },
    { title: 'a wish of the provider', age: 0, retryAfterMs: minute, gap: 1.2 * minute },
  ])('jitter comes after $title, and adds', ({ age, retryAfterMs, gap }) => {
    expect(toReadGap(createRow(0, 0), age, 1, policy, retryAfterMs)).toBe(gap);
  });

  test('a floor above the ceiling is kept', () => {
    expect(toReadGap(createRow(0, 0), hour, 0, { ...policy, floorMs: 5 * minute })).toBe(5 * minute);
  });
});

describe('the gap after a failed read', () => {
  test('doubles from the floor to the ceiling', () => {
    const gaps = [0, 1, 2, 5, 6, 7, 1_000_000].map((failedReads) => toFailureGap(failedReads, 0, policy));
    expect(gaps).toEqual([1, 2, 4, 32, 60, 60, 60].map((seconds) => seconds * second));
  });

  test.each([
    {
      title: 'a longer Retry-After is kept, with jitter on top',
      failedReads: 0,
      retryAfterMs: 90 * second,
      random: 0.5,
      gap: 99 * second,
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
      gap: 72 * second,
    },
  ])('$title', ({ failedReads, retryAfterMs, random, gap }) => {
    expect(toFailureGap(failedReads, random, policy, retryAfterMs)).toBeCloseTo(gap, 6);
  });

  test('a floor above the ceiling is kept', () => {
    expect(toFailureGap(0, 0, { ...policy, floorMs: 5 * minute })).toBe(5 * minute);
  });
});

test.each([
  { progress: { percent: 40, completed: 1, total: 2 }, percent: 40 },
  { progress: { completed: 1, total: 4 }, percent: 25 },
  { progress: { completed: 0, total: 0 }, percent: undefined },
  { progress: { completed: 5 }, percent: undefined },
  { progress: { total: 5 }, percent: undefined },
  { progress: {}, percent: undefined },
])('the progress $progress amounts to $percent percent', ({ progress, percent }) => {
  expect(toPercent({ status: toStatus(0, 'running', { progress }) })).toBe(percent);
});

test('a migration without a status has no percentage', () => {
  expect(toPercent({})).toBeUndefined();
});
