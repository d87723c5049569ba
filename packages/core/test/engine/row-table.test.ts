import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toReading } from '../../../../test/support/scripted-adapter.ts';
import { createRowTable, type RowId, type RowTable } from '../../src/engine/row-table.ts';
import { type Condition, createRow, never, type Row } from '../../src/step/row.ts';
import { createNaiveRowTable } from './naive-row-table.ts';

const readings = [undefined, toReading('running'), toReading('succeeded'), toReading('unknown')];
const condition: Condition = { kind: 'throttled', since: '2026-01-01T00:00:00.000Z', message: 'wait' };
const keys = ['', '__proto__', 'constructor', 'velt/a', 'velt/b', 'k'.repeat(5_000), 'ключ/🚚', 'x\u0000y'];

/** Milliseconds with a fraction, up to some years. */
const anyTime = fc.tuple(fc.nat(), fc.nat(99)).map(([whole, hundredths]) => whole * 30 + hundredths / 100);
const anyCount = fc.oneof(fc.nat(3), fc.constantFrom(254, 255, 256, 100_000));
const toOptional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const anyMissing = fc.oneof(
  fc.constant({ missingReads: 0, missingSince: undefined }),
  fc.record({ missingReads: anyCount.map((count) => count + 1), missingSince: anyTime }),
);

const anyRow: fc.Arbitrary<Row> = fc
  .record({
    reading: fc.constantFrom(...readings),
    observedAt: anyTime,
    conditions: fc.constantFrom<readonly Condition[]>([], [condition], [condition, condition]),
    stopped: fc.constantFrom(undefined, 'settled' as const, 'refused' as const),
    dueAt: fc.oneof(anyTime, fc.constant(never)),
    trackedAt: anyTime,
    readAt: toOptional(anyTime),
    reads: fc.nat(),
    failedReads: anyCount,
    refusedReads: anyCount,
    stillReads: anyCount,
    stillSince: anyTime,
    progressFrom: fc.nat(1_000_000).map((share) => Math.fround(share / 10_000)),
    progressSince: anyTime,
    memo: fc.constantFrom(undefined, undefined, null, 0, '', { cursor: 7 }),
  })
  .chain((row) => anyMissing.map((missing) => ({ ...row, ...missing })));

interface Model {
  readonly naive: RowTable;
  /** The naive id of each row, by its real one. */
  readonly naiveIds: Map<RowId, RowId>;
  /** Every id with its serial that there has ever been. */
  readonly seen: Set<string>;
  most: number;
}

type TableCommand = fc.Command<Model, RowTable>;

function describe(table: RowTable, id: RowId) {
  return {
    has: table.has(id),
    row: table.get(id),
    well: { ...table.wellOf(id) },
    key: table.keyOf(id),
    ref: table.refOf(id),
    source: table.sourceOf(id),
    reading: table.readingOf(id),
    memo: table.memoOf(id),
    dueAt: table.dueAtOf(id),
    place: table.placeOf(id),
    claims: table.claimsOf(id),
  };
}

function expectAgreement({ naive, naiveIds }: Model, table: RowTable): void {
  const ids = [...table.ids()];
  expect(ids).toEqual([...naiveIds.keys()].sort((a, b) => a - b));
  expect(table.size()).toBe(naive.size());
  for (const [id, naiveId] of naiveIds) expect(describe(table, id)).toEqual(describe(naive, naiveId));
  for (const key of keys) {
    const id = table.find(key);
    expect(id === undefined ? undefined : naiveIds.get(id)).toBe(naive.find(key));
  }
}

function add(key: string, row: Row): TableCommand {
  return {
    check: ({ naive }) => naive.find(key) === undefined,
    run(model, table) {
      const address = { key, ref: { key }, source: key.length };
      const id = table.add(address, row);
      const name = `${id} ${table.serialOf(id)}`;
      expect(model.seen.has(name)).toBe(false);
      model.seen.add(name);
      model.naiveIds.set(id, model.naive.add(address, row));
      model.most = Math.max(model.most, table.size());
      expect(id).toBeLessThan(model.most);
      expectAgreement(model, table);
    },
    toString: () => `add ${JSON.stringify(key.slice(0, 20))}`,
  };
}

function change(
  name: string,
  choice: number,
  run: (table: RowTable, id: RowId, row: Row) => void,
  toRow: (row: Row) => Row = (row) => row,
): TableCommand {
  return {
    check: ({ naiveIds }) => naiveIds.size > 0,
    run(model, table) {
      const pair = [...model.naiveIds][choice % model.naiveIds.size];
      if (pair === undefined) return;
      const [id, naiveId] = pair;
      const next = toRow(model.naive.get(naiveId));
      run(table, id, next);
      run(model.naive, naiveId, next);
      if (!model.naive.has(naiveId)) {
        model.naiveIds.delete(id);
        expect(table.has(id)).toBe(false);
      }
      expectAgreement(model, table);
    },
    toString: () => `${name} ${choice}`,
  };
}

const choice = fc.nat(1_000);

const anyCommand = [
  fc.tuple(fc.constantFrom(...keys), anyRow).map(([key, row]) => add(key, row)),
  fc.tuple(fc.constantFrom(...keys), anyRow).map(([key, row]) => add(key, row)),
  choice.map((at) => change('delete', at, (table, id) => table.delete(id))),
  fc.tuple(choice, anyRow).map(([at, row]) => change('set', at, (table, id) => table.set(id, row))),
  // The engine puts back what it took out, with a field or two changed.
  fc.tuple(choice, anyCount).map(([at, reads]) =>
    change(
      'set what was got',
      at,
      (table, id, row) => table.set(id, row),
      (row) => ({ ...row, failedReads: reads }),
    ),
  ),
  fc
    .tuple(choice, fc.constantFrom(toReading('running'), toReading('paused')), anyTime)
    .map(([at, reading, time]) =>
      change('repeat', at, (table, id) =>
        table.repeat(id, reading, { readAt: time, observedAt: time * 2, dueAt: time + 0.5 }),
      ),
    ),
  fc
    .tuple(choice, fc.anything())
    .map(([at, ref]) => change('setRef', at, (table, id) => table.setRef(id, ref))),
  fc
    .tuple(choice, fc.nat(7))
    .map(([at, place]) => change('setPlace', at, (table, id) => table.setPlace(id, place))),
  fc
    .tuple(choice, fc.nat())
    .map(([at, source]) => change('setSource', at, (table, id) => table.setSource(id, source))),
  fc
    .tuple(choice, fc.oneof(fc.nat(3), fc.constantFrom(65_535, 65_536, 1_000_000)))
    .map(([at, claims]) => change('setClaims', at, (table, id) => table.setClaims(id, claims))),
  fc
    .tuple(choice, anyTime)
    .map(([at, dueAt]) => change('setDueAt', at, (table, id) => table.setDueAt(id, dueAt))),
];

test('a table agrees with a map, whatever is added, changed, deleted and added again', () => {
  fc.assert(
    fc.property(fc.commands(anyCommand, { size: 'large', maxCommands: 150 }), (commands) => {
      const setup = () => ({
        model: { naive: createNaiveRowTable(), naiveIds: new Map(), seen: new Set<string>(), most: 0 },
        real: createRowTable(),
      });
      fc.modelRun(setup, commands);
    }),
  );
});

test('thousands of rows over many pages keep to themselves, also after half were replaced', () => {
  const table = createRowTable();
  const expected = new Map<string, Row>();
  const put = (key: string, index: number) => {
    const hasTrouble = index % 3 === 0;
    const row: Row = {
      ...createRow(index, index * 2),
      reading: readings[index % readings.length],
      reads: index,
      conditions: hasTrouble ? [condition] : [],
      memo: index % 5 === 0 ? { index } : undefined,
    };
    table.add({ key, ref: { index }, source: index % 7 }, row);
    expected.set(key, row);
  };
  for (let index = 0; index < 6_000; index += 1) put(`old/${index}`, index);
  for (let index = 0; index < 6_000; index += 2) {
    table.delete(table.find(`old/${index}`) ?? Number.NaN);
    expected.delete(`old/${index}`);
  }
  expect([...table.ids()].length).toBe(3_000);
  for (let index = 0; index < 3_500; index += 1) put(`new/${index}`, index);
  const ids = [...table.ids()];
  expect(ids).toEqual(Array.from({ length: 6_500 }, (_, index) => index));
  const found = new Map(ids.map((id) => [table.keyOf(id), table.get(id)]));
  expect(new Map([...found].sort())).toEqual(new Map([...expected].sort()));
  expect([...expected.keys()].filter((key) => table.keyOf(table.find(key) ?? -1) !== key)).toEqual([]);
});

test('what a deleted row had is not there for the next one under its id', () => {
  const table = createRowTable();
  const full: Row = {
    ...createRow(5, 5),
    reading: readings[1],
    conditions: [condition],
    memo: 'cursor',
    missingReads: 2,
    missingSince: 5,
    stopped: 'refused',
  };
  const first = table.add({ key: 'a', ref: 'a', source: 3 }, full);
  table.setPlace(first, 4);
  table.setClaims(first, 2);
  table.delete(first);
  expect([table.memoOf(first), table.readingOf(first), table.refOf(first)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const second = table.add({ key: 'b', ref: 'b', source: 1 }, createRow(6, 7));
  expect({
    id: second,
    row: table.get(second),
    place: table.placeOf(second),
    claims: table.claimsOf(second),
  }).toEqual({
    id: first,
    row: createRow(6, 7),
    place: 0,
    claims: 0,
  });
});

test('rows may be deleted and added while the ids are gone through', () => {
  const table = createRowTable();
  const put = (key: string) => table.add({ key, ref: key, source: 0 }, createRow(0, 0));
  for (const key of ['a', 'b', 'c']) put(key);
  const met: string[] = [];
  for (const id of table.ids()) {
    met.push(table.keyOf(id));
    const other = table.find('b');
    if (other !== undefined) table.delete(other);
    if (met.length === 1) put('d');
  }
  expect(met).toEqual(['a', 'd', 'c']);
});
