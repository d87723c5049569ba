import { expect, test } from 'vitest';
import { createAgenda } from '../../src/engine/agenda.ts';
import { takeEarlyRows } from '../../src/engine/early-rows.ts';
import { defaultEnginePolicy } from '../../src/engine/engine-policy.ts';
import { createIdLists } from '../../src/engine/id-lists.ts';
import { type Bucket, createPlanner } from '../../src/engine/planner.ts';
import { createRowTable } from '../../src/engine/row-table.ts';
import { createRow } from '../../src/step/row.ts';

/** How many go along early of one row that was read at 0 and is planned for a time. */
function takeEarly(plannedAt: number, now: number): number {
  const rows = createRowTable();
  const planner = createPlanner(createAgenda<Bucket>(), createIdLists());
  const id = rows.add({ key: 'acme/a', ref: {}, source: 0 }, { ...createRow(0, plannedAt), readAt: 0 });
  planner.add(id, plannedAt);
  return takeEarlyRows(rows, planner, 10, now, defaultEnginePolicy).length;
}

// By default up to three tenths of the time between two reads may be left, which is 300 s at most, and 316 s with jitter.
test.each([
  ['short', 10_000, 7_000, 1],
  ['short', 10_000, 6_900, 0],
  ['long', 300_000, 210_000, 1],
  ['long', 300_000, 209_000, 0],
  ['the longest', 316_000, 222_000, 1],
  ['the longest', 316_000, 221_000, 0],
  ['longer than any of the pace', 317_000, 300_000, 0],
])('a row whose gap is %s, due at %i, goes along at %i: %i', (_title, plannedAt, now, taken) => {
  expect(takeEarly(plannedAt, now)).toBe(taken);
});
