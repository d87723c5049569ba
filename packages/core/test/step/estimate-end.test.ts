import { describe, expect, test } from 'vitest';
import type { MigrationReading } from '../../src/model/migration-status.ts';
import { estimateEnd } from '../../src/step/estimate-end.ts';
import { createRow, type Row } from '../../src/step/row.ts';

const running: MigrationReading = { state: 'running', nativeState: 'RUNNING', native: null };

/** Seen at 20 percent, and at 60 percent 100 seconds later; the wall clock is a million seconds ahead. */
const moving: Row = {
  ...createRow(0, 0),
  reading: { ...running, progress: { percent: 60 } },
  observedAt: 1_000_100_000,
  readAt: 100_000,
  progressFrom: 20,
  progressSince: 0,
  stillSince: 100_000,
};

describe('the end of a migration', () => {
  test('is when it will be there at the speed that was seen', () => {
    expect(estimateEnd(moving)).toBe(1_000_200_000);
  });

  test('follows from counts as well', () => {
    expect(estimateEnd({ ...moving, reading: { ...running, progress: { completed: 6, total: 10 } } })).toBe(
      1_000_200_000,
    );
  });

  test.each<[string, Partial<Row>]>([
    ['it is not read', { reading: undefined, readAt: undefined }],
    ['it does not run', { reading: { ...running, state: 'paused', progress: { percent: 60 } } }],
    ['it has ended', { reading: { ...running, state: 'succeeded', progress: { percent: 60 } } }],
    ['no progress is reported', { reading: running }],
    ['the progress has not been seen to move', { progressFrom: 60 }],
    ['it has been watched for less than half a minute', { progressSince: 71_000 }],
    ['too little of it has been seen', { progressFrom: 59 }],
    ['it is there already', { reading: { ...running, progress: { percent: 100 } } }],
    ['it is overdue', { stillSince: 0, readAt: 400_000 }],
    [
      'we have trouble looking',
      { conditions: [{ kind: 'unreachable', since: '2026-01-01T00:00:00.000Z', message: '' }] },
    ],
  ])('is not guessed while %s', (_title, change) => {
    expect(estimateEnd({ ...moving, ...change })).toBeUndefined();
  });
});
