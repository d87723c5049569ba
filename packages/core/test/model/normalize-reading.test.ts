import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MigrationProgress, MigrationReading } from '../../src/model/migration-status.ts';
import { normalizeReading } from '../../src/model/normalize-reading.ts';

const running: MigrationReading = { state: 'running', nativeState: 'RUNNING', native: { status: 'RUNNING' } };
const failed: MigrationReading = { ...running, state: 'failed' };
const error = { severity: 'error', message: 'Disk full.' } as const;
const warning = { severity: 'warning', message: 'Slow.' } as const;

/** Readings as types do not allow them, but as they come. */
function toOdd(details: Record<string, unknown>): MigrationReading {
  return { ...running, ...details } as unknown as MigrationReading;
}

describe('a reading with nothing to mend', () => {
  test.each<[string, MigrationReading]>([
    ['the least there is', { ...running }],
    ['progress within its bounds', { ...running, progress: { completed: 4, total: 4, unit: 'tasks' } }],
    [
      'parts with states, and with progress alone',
      {
        ...running,
        parts: [
          { name: 'users', state: 'succeeded' },
          { name: 'files', progress: { percent: 4 } },
        ],
      },
    ],
    ['a failure that is explained', { ...failed, issues: [error] }],
    [
      'sound hints',
      { ...running, retryAfterMs: 0, rateLimit: { remaining: 0, resetMs: 60_000 }, memo: { cursor: 7 } },
    ],
  ])('is the same object: %s', (_title, reading) => {
    const before = structuredClone(reading);
    expect(normalizeReading(reading)).toBe(reading);
    expect(reading).toStrictEqual(before);
  });

  test('stays the same object however often it is looked at', () => {
    const mended = normalizeReading({ ...failed, progress: { percent: 104 } });
    expect(normalizeReading(mended)).toBe(mended);
  });
});

describe('a reading is frozen to its depth', () => {
  test.each<[string, MigrationReading]>([
    ['one with nothing to mend', { ...running, memo: { cursor: [7] }, progress: { percent: 4 } }],
    ['one that was mended', { ...running, memo: { cursor: [7] }, progress: { percent: 400 } }],
  ])('%s', (_title, reading) => {
    const normal = normalizeReading(reading);
    expect(() => Object.assign(normal, { state: 'succeeded' })).toThrow(TypeError);
    expect(() => Object.assign(normal.progress ?? {}, { percent: 5 })).toThrow(TypeError);
    expect(() => Object.assign(Object(normal.memo).cursor, { 0: 8 })).toThrow(TypeError);
    expect(() => Object.assign(Object(normal.native), { status: 'DONE' })).toThrow(TypeError);
  });

  test('however deep it is', () => {
    let deep: object = { bottom: [] };
    for (let depth = 0; depth < 50_000; depth += 1) deep = { deep };
    const { native } = normalizeReading({ ...running, native: deep });
    let level: unknown = native;
    for (let depth = 0; depth < 50_000; depth += 1) level = Object(level).deep;
    expect(Object.isFrozen(Object(level).bottom)).toBe(true);
  });
});

describe('the parts of a migration', () => {
  test('keep to the bounds of progress, each by itself', () => {
    const parts = [
      { name: 'users', progress: { percent: 104 } },
      { name: 'rooms', state: 'running', progress: { completed: 5, total: 3 } },
      { name: 'files', nativeState: 'QUEUED', progress: { percent: Number.NaN } },
      { name: 'groups', progress: { percent: 4 } },
    ];
    expect(normalizeReading(toOdd({ parts })).parts).toEqual([
      { name: 'users', progress: { percent: 100 } },
      { name: 'rooms', state: 'running', progress: { completed: 5 } },
      { name: 'files', nativeState: 'QUEUED' },
      { name: 'groups', progress: { percent: 4 } },
    ]);
  });

  test('are absent rather than none', () => {
    expect(normalizeReading(toOdd({ parts: [] }))).toEqual(running);
  });
});

describe('a hint to the engine', () => {
  test.each<[string, unknown]>([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a negative time', -1],
    ['a word', 'soon'],
    ['null', null],
  ])('to wait that is %s is left out', (_title, retryAfterMs) => {
    expect(normalizeReading(toOdd({ retryAfterMs }))).toStrictEqual(running);
  });

  test.each<[string, object]>([
    ['no number left', { remaining: Number.NaN, resetMs: 1_000 }],
    ['less than nothing left', { remaining: -1, resetMs: 1_000 }],
    ['an endless reset', { remaining: 1, resetMs: Number.POSITIVE_INFINITY }],
    ['a reset in the past', { remaining: 1, resetMs: -1 }],
    ['nothing said', {}],
    ['no reset', { remaining: 1 }],
    ['no number of requests', { resetMs: 1_000 }],
  ])('about a rate limit with %s is left out', (_title, rateLimit) => {
    expect(normalizeReading(toOdd({ rateLimit }))).toStrictEqual(running);
  });

  test('that is unsound does not take a sound one along, nor what else was said', () => {
    const rateLimit = { remaining: 3, resetMs: 1_000 };
    const reading = toOdd({ retryAfterMs: -1, rateLimit, memo: 'kept', progress: { percent: 7 } });
    expect(normalizeReading(reading)).toStrictEqual({
      ...running,
      rateLimit,
      memo: 'kept',
      progress: { percent: 7 },
    });
  });

  test('that is sound stays when something else is mended', () => {
    const hints = { retryAfterMs: 500, rateLimit: { remaining: 3, resetMs: 1_000 }, memo: 'kept' };
    expect(normalizeReading({ ...running, ...hints, progress: { percent: 104 } })).toStrictEqual({
      ...running,
      ...hints,
      progress: { percent: 100 },
    });
  });
});

describe('issues', () => {
  test('are added to where the provider does not say why it failed', () => {
    expect(normalizeReading({ ...failed, issues: [warning] }).issues).toEqual([
      warning,
      { severity: 'error', code: 'unexplained_failure', message: expect.any(String) },
    ]);
  });

  test('are left out where the list is empty', () => {
    expect(normalizeReading({ ...running, issues: [] })).toStrictEqual(running);
  });
});

test('what is mended is mended in a copy', () => {
  const reading = { ...failed, issues: [warning], progress: { percent: 104 }, retryAfterMs: -1 };
  const before = structuredClone(reading);
  normalizeReading(reading);
  expect(reading).toStrictEqual(before);
});

describe('progress is within its bounds or absent', () => {
  const number = fc.option(fc.double(), { nil: undefined });
  const anyProgress = fc
    .record({ percent: number, completed: number, total: number, failed: number })
    .map(
      (progress): MigrationProgress =>
        Object.fromEntries(Object.entries(progress).filter(([, value]) => value !== undefined)),
    );

  test('for any numbers at all, and a second look changes nothing', () => {
    fc.assert(
      fc.property(anyProgress, (progress) => {
        const normal = normalizeReading({ ...running, progress });
        const kept = normal.progress;
        expect(kept === undefined || Object.keys(kept).length > 0).toBe(true);
        for (const value of Object.values(kept ?? {})) expect(Object.is(value, Math.abs(value))).toBe(true);
        expect(kept?.percent ?? 0).toBeLessThanOrEqual(100);
        expect(kept?.completed ?? 0).toBeLessThanOrEqual(kept?.total ?? Number.POSITIVE_INFINITY);
        expect(JSON.parse(JSON.stringify(normal))).toStrictEqual(normal);
        expect(normalizeReading(normal)).toBe(normal);
      }),
    );
  });
});
