import { expect, test } from 'vitest';
import { toPercent } from '../../src/model/to-percent.ts';

test.each([
  { progress: { percent: 40, completed: 1, total: 2 }, percent: 40 },
  { progress: { completed: 1, total: 4 }, percent: 25 },
  { progress: { completed: 29, total: 50 }, percent: 58 },
  { progress: { completed: 0, total: 0 }, percent: undefined },
  { progress: { completed: 5 }, percent: undefined },
  { progress: { total: 5 }, percent: undefined },
  { progress: {}, percent: undefined },
  { progress: undefined, percent: undefined },
])('the progress $progress amounts to $percent percent', ({ progress, percent }) => {
  expect(toPercent(progress)).toBe(percent);
});
