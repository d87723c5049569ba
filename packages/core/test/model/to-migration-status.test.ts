import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MigrationProgress, MigrationReading } from '../../src/model/migration-status.ts';
import { toMigrationStatus } from '../../src/model/to-migration-status.ts';

const origin = {
  provider: 'acme',
  key: 'acme/job_1',
  ref: { jobId: 'job_1' },
  observedAt: '2026-04-28T10:30:00.000Z',
};
const running: MigrationReading = { state: 'running', nativeState: 'RUNNING', native: { status: 'RUNNING' } };

function progressOf(progress: MigrationProgress): MigrationProgress | undefined {
  return toMigrationStatus({ ...running, progress }, structuredClone(origin)).progress;
}

test('a reading and its address make a status', () => {
  const reading = {
    state: 'partially_succeeded',
    nativeState: 'DONE',
    phase: 'import',
    progress: { percent: 100, completed: 3, total: 4, failed: 1, unit: 'users' },
    message: 'One user was left out.',
    issues: [{ severity: 'warning', code: 'no_email', message: 'No address.', subject: 'user 4' }],
    createdAt: '2026-04-28T10:00:00.000Z',
    startedAt: '2026-04-28T10:01:00.000Z',
    updatedAt: '2026-04-28T10:02:00.000Z',
    finishedAt: '2026-04-28T10:03:00.000Z',
    assumedZone: ['createdAt'],
    url: 'https://acme.example/job_1',
    native: { status: 'DONE' },
  } as const;
  expect(toMigrationStatus(reading, origin)).toStrictEqual({ ...origin, ...reading });
});

test('what a reading does not say is absent from the status', () => {
  expect(toMigrationStatus(running, origin)).toStrictEqual({ ...origin, ...running });
});

test('a status has a native, also where the reading lost it on its way through an export', () => {
  const { native: _native, ...said } = running;
  expect(toMigrationStatus(said as MigrationReading, origin)).toStrictEqual({
    ...origin,
    ...said,
    native: null,
  });
});

test('what is meant for the next read only stays out of the status', () => {
  const hints = { retryAfterMs: 5000, memo: { cursor: 7 }, rateLimit: { remaining: 3, resetMs: 1000 } };
  expect(toMigrationStatus({ ...running, ...hints }, origin)).toStrictEqual({ ...origin, ...running });
});

test('a status is frozen to its depth, however deep', () => {
  let deep: object = { bottom: [] };
  for (let depth = 0; depth < 50_000; depth += 1) deep = { deep };
  const status = toMigrationStatus(
    { ...running, native: { deep, list: [{ a: 1 }] } },
    structuredClone(origin),
  );
  expect(() => Object.assign(status, { state: 'succeeded' })).toThrow(TypeError);
  expect(() => Object.assign(status.ref, { jobId: 'job_2' })).toThrow(TypeError);
  expect(() => Object.assign(status.native?.list[0] ?? {}, { a: 2 })).toThrow(TypeError);
  let level: unknown = status.native;
  for (let depth = 0; depth < 50_000; depth += 1) level = Object(level).deep;
  expect(Object.isFrozen(Object(level).bottom)).toBe(true);
});

describe('a failure always carries an issue', () => {
  const unexplained = {
    severity: 'error',
    code: 'unexplained_failure',
    message: 'The provider reports the migration as failed and does not say why.',
  };
  const warning = { severity: 'warning', message: 'Slow.' } as const;
  const error = { severity: 'error', message: 'Disk full.' } as const;
  const failed: MigrationReading = { ...running, state: 'failed' };

  test.each([
    { title: 'also when the provider gives no reason', given: undefined, kept: [unexplained] },
    { title: 'also when the list is empty', given: [], kept: [unexplained] },
    { title: 'also beside mere warnings', given: [warning], kept: [warning, unexplained] },
    { title: 'and a reason of the provider is enough', given: [warning, error], kept: [warning, error] },
  ])('$title', ({ given, kept }) => {
    const reading = given ? { ...failed, issues: given } : failed;
    expect(toMigrationStatus(reading, origin).issues).toEqual(kept);
  });

  test('other states need none, and an empty list is left out', () => {
    expect(toMigrationStatus({ ...running, issues: [] }, origin)).toStrictEqual({ ...origin, ...running });
  });
});

describe('progress is within its bounds or absent', () => {
  test.each<{ title: string; given: MigrationProgress; kept: MigrationProgress | undefined }>([
    { title: 'zero is said, not made up', given: { percent: 0 }, kept: { percent: 0 } },
    { title: 'more than all is all', given: { percent: 104 }, kept: { percent: 100 } },
    { title: 'less than nothing is not known', given: { percent: -1, completed: 2 }, kept: { completed: 2 } },
    { title: 'no number is not known', given: { percent: Number.NaN, failed: 1 }, kept: { failed: 1 } },
    {
      title: 'endless is not known',
      given: { percent: Infinity, total: Infinity, completed: 1 },
      kept: { completed: 1 },
    },
    {
      title: 'a total below the completed is not believed',
      given: { completed: 5, total: 4 },
      kept: { completed: 5 },
    },
    { title: 'a total without a completed is', given: { total: 4 }, kept: { total: 4 } },
    {
      title: 'all of it',
      given: { completed: 4, total: 4, unit: 'tasks' },
      kept: { completed: 4, total: 4, unit: 'tasks' },
    },
    { title: 'a unit of nothing is nothing', given: { unit: 'tasks' }, kept: undefined },
    { title: 'nothing is nothing', given: {}, kept: undefined },
    { title: 'nothing usable is nothing', given: { percent: -1, unit: 'tasks' }, kept: undefined },
    {
      title: 'minus zero, which JSON cannot keep, is zero',
      given: { completed: -0 },
      kept: { completed: 0 },
    },
  ])('$title', ({ given, kept }) => {
    expect(progressOf(given)).toStrictEqual(kept);
  });

  test('for any numbers at all', () => {
    const number = fc.option(fc.double(), { nil: undefined });
    fc.assert(
      fc.property(number, number, number, number, (percent, completed, total, failed) => {
        const said = Object.entries({ percent, completed, total, failed }).filter(
          ([, value]) => value !== undefined,
        );
        const kept = progressOf(Object.fromEntries(said)) ?? {};
        for (const value of Object.values(kept)) expect(value).toBeGreaterThanOrEqual(0);
        expect(kept.percent ?? 0).toBeLessThanOrEqual(100);
        expect(kept.completed ?? 0).toBeLessThanOrEqual(kept.total ?? Infinity);
        expect(Object.keys(Object.fromEntries(said))).toEqual(expect.arrayContaining(Object.keys(kept)));
      }),
    );
  });
});
