import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAgenda } from '../../src/engine/agenda.ts';
import { takeEarlyRows } from '../../src/engine/early-rows.ts';
import { defaultEnginePolicy } from '../../src/engine/engine-policy.ts';
import { createIdLists } from '../../src/engine/id-lists.ts';
import { appoint, type Bucket, createPlanner } from '../../src/engine/planner.ts';
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

// By default up to six tenths of the time between two reads may be left, which is 300 s at most, and 316 s with jitter.
test.each([
  ['short', 10_000, 4_000, 1],
  ['short', 10_000, 3_900, 0],
  ['long', 300_000, 120_000, 1],
  ['long', 300_000, 119_000, 0],
  ['the longest', 316_000, 127_000, 1],
  ['the longest', 316_000, 126_000, 0],
  ['longer than any of the pace', 317_000, 300_000, 0],
])('a row whose gap is %s, due at %i, goes along at %i: %i', (_title, plannedAt, now, taken) => {
  expect(takeEarly(plannedAt, now)).toBe(taken);
});

test('whatever may go early is found among windows of all widths, the next first', () => {
  const anyRow = fc.record({
    agoMs: fc.nat(100_000),
    gapMs: fc.integer({ min: 1_000, max: 300_000 }),
    hasProgress: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(anyRow, { maxLength: 20 }),
      fc.integer({ min: 200_000, max: 900_000 }),
      (planned, now) => {
        const { batchWindowMs, earlyShare, floorMs } = defaultEnginePolicy;
        const rows = createRowTable();
        const planner = createPlanner(createAgenda<Bucket>(), createIdLists());
        const early = planned.flatMap(({ agoMs, gapMs, hasProgress }, index) => {
          const readAt = now - agoMs;
          const at = appoint(readAt + gapMs, readAt, batchWindowMs, hasProgress);
          const id = rows.add(
            { key: `acme/${index}`, ref: {}, source: 0 },
            { ...createRow(readAt, at), readAt },
          );
          planner.add(id, at);
          const isEarly = at > now && at - now <= earlyShare * (at - readAt) && agoMs >= floorMs;
          return isEarly ? [{ id, at }] : [];
        });
        const taken = takeEarlyRows(rows, planner, 20, now, defaultEnginePolicy);
        expect(taken).toEqual(early.sort((a, b) => a.at - b.at).map(({ id }) => id));
      },
    ),
    { numRuns: 500 },
  );
});
