import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toReading } from '../../../../test/support/scripted-adapter.ts';
import { migrationStates } from '../../src/model/migration-state.ts';
import type { MigrationReading } from '../../src/model/migration-status.ts';
import { toRepeatDueAt, type WellRow } from '../../src/step/repeat.ts';
import { createRow, type Row } from '../../src/step/row.ts';
import { step } from '../../src/step/step.ts';
import { defaultStepPolicy as policy } from '../../src/step/step-policy.ts';

const minute = 60_000;
const at = 1_700_000_000_000;

const anyExtra = fc.constantFrom<Partial<MigrationReading>>(
  {},
  {},
  { progress: { percent: 40 } },
  { progress: { percent: 40.1 } },
  { progress: { completed: 2, total: 5 } },
  { updatedAt: '2026-01-01T00:00:00.000Z' },
  { phase: 'import' },
  { message: 'on its way' },
  { retryAfterMs: 90_000 },
  { memo: { cursor: 7 } },
  { native: { status: 'other' } },
);

const anyReading = fc
  .tuple(fc.constantFrom('running', 'running', 'pending', ...migrationStates), anyExtra, anyExtra)
  .map(([state, one, other]) => toReading(state, { ...one, ...other }));

const anyTime = fc.integer({ min: 0, max: 40 * minute });

const anyRow = fc.record({
  reading: anyReading,
  readAt: anyTime,
  stillSince: anyTime,
  progressFrom: fc.constantFrom(0, 40, Math.fround(40.1), 41),
  progressSince: anyTime,
  stillReads: fc.nat(9),
});

function isWell(row: Row): row is Row & WellRow {
  return row.readAt !== undefined;
}

test('where the short cut knows when to read next, the step says the same, and has nothing to tell', () => {
  let taken = 0;
  fc.assert(
    fc.property(
      anyRow,
      fc.oneof(anyReading, fc.constantFrom('the same' as const, 'a copy' as const)),
      fc.nat(20 * minute),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom({}, { pace: (_moment: unknown, gapMs: number) => gapMs / 2 }),
      (fields, given, later, random, ownPace) => {
        const row: Row = { ...createRow(0, 0), ...fields, reads: 3 };
        if (!isWell(row)) throw new Error('it was read');
        const reading =
          given === 'the same'
            ? fields.reading
            : given === 'a copy'
              ? structuredClone(fields.reading)
              : given;
        const now = Math.max(row.readAt, row.stillSince, row.progressSince) + later;
        const ruled = { ...policy, ...ownPace };
        const dueAt = toRepeatDueAt(row, reading, { now, random }, ruled);
        if (dueAt === undefined) return;
        taken += 1;
        expect(step(row, { type: 'read', at, reading }, { now, random }, ruled)).toEqual({
          row: {
            ...row,
            reading,
            observedAt: at,
            readAt: now,
            dueAt,
            reads: 4,
            stillReads: row.stillReads + 1,
          },
          change: undefined,
          isSettling: false,
          raised: [],
          cleared: [],
          anomaly: undefined,
        });
      },
    ),
    { numRuns: 3_000 },
  );
  expect(taken).toBeGreaterThan(300);
});

const known = toReading('running', { progress: { percent: 40 } });
const well = {
  ...createRow(0, 0),
  reading: known,
  readAt: minute,
  stillSince: minute,
  progressFrom: 40,
} satisfies WellRow;
const moment = { now: 2 * minute, random: 0 };

test.each<[string, MigrationReading]>([
  ['the same reading', known],
  ['a reading of its own that says the same', structuredClone(known)],
  ['a mere sign of life', { ...known, updatedAt: '2026-01-01T00:00:00.000Z' }],
])('the short cut is for %s', (_title, reading) => {
  expect(toRepeatDueAt(well, reading, moment, policy)).toBeGreaterThan(moment.now);
});

test.each<[string, MigrationReading]>([
  ['progress', toReading('running', { progress: { percent: 41 } })],
  ['another state', toReading('paused', { progress: { percent: 40 } })],
  ['a memo', { ...known, memo: 'cursor' }],
  ['an end', toReading('succeeded')],
])('the short cut is not for %s', (_title, reading) => {
  expect(toRepeatDueAt(well, reading, moment, policy)).toBeUndefined();
});

test('the short cut is not for what has stood still for long', () => {
  const now = minute + policy.stalledAfterMs;
  expect(toRepeatDueAt(well, known, { now, random: 0 }, policy)).toBeUndefined();
});
