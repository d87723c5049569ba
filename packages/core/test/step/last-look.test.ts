import { expect, test } from 'vitest';
import { toReading } from '../../../../test/support/scripted-adapter.ts';
import { allowsLastLook } from '../../src/step/last-look.ts';
import { createRow, never, type Row } from '../../src/step/row.ts';

const row: Row = {
  ...createRow(0, 0),
  reading: toReading('running'),
  reads: 9,
  readAt: 50_000,
  dueAt: 90_000,
};

test('a row that is read at its own pace may be looked at before its time', () => {
  expect(allowsLastLook(row, 60_000)).toBe(true);
});

test.each<[string, Partial<Row>]>([
  ['has ended', { stopped: 'settled', dueAt: never }],
  ['is refused', { stopped: 'refused', dueAt: never }],
  ['is due already', { dueAt: 60_000 }],
  ['was never read', { readAt: undefined }],
  ['could not be read', { failedReads: 1 }],
  ['may be gone', { missingReads: 1 }],
  ['is asked to wait for', { reading: toReading('running', { retryAfterMs: 10_001 }) }],
])('one that %s may not', (_title, change) => {
  expect(allowsLastLook({ ...row, ...change }, 60_000)).toBe(false);
});

test('what the provider has asked to wait is over at its end', () => {
  const asked = { ...row, reading: toReading('running', { retryAfterMs: 10_000 }) };
  expect(allowsLastLook(asked, 60_000)).toBe(true);
});
