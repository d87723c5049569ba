import type { RowAddress, RowId, RowTable } from '../../src/engine/row-table.ts';
import type { Row } from '../../src/step/row.ts';

interface NaiveEntry {
  readonly key: string;
  ref: unknown;
  source: number;
  row: Row;
  place: number;
  claims: number;
}

/** What a table of rows must agree with: a `Map`, which rounds as the table says that it does. Its ids are never used again. */
export function createNaiveRowTable(): RowTable {
  const entries = new Map<RowId, NaiveEntry>();
  let added = 0;

  function at(id: RowId): NaiveEntry {
    const entry = entries.get(id);
    if (entry === undefined) throw new Error(`there is no row ${id}`);
    return entry;
  }

  return {
    size: () => entries.size,
    reserve: () => {},
    ids: () => entries.keys(),
    has: (id) => entries.has(id),
    find: (key) => [...entries].find(([, entry]) => entry.key === key)?.[0],
    add({ key, ref, source }: RowAddress, row) {
      const id = added++;
      entries.set(id, { key, ref, source, row: toKept(row), place: 0, claims: 0 });
      return id;
    },
    get: (id) => at(id).row,
    set(id, row) {
      at(id).row = toKept(row);
    },
    wellOf(id) {
      const { stopped, conditions, memo, missingReads, readAt, ...row } = at(id).row;
      const isWell =
        stopped === undefined && conditions.length === 0 && memo === undefined && missingReads === 0;
      if (!isWell || readAt === undefined) return undefined;
      const { reading, trackedAt, stillSince, progressFrom, progressSince } = row;
      return { reading, trackedAt, readAt, stillSince, progressFrom, progressSince };
    },
    repeat(id, reading, times) {
      const { row } = at(id);
      const { reads, stillReads } = row;
      const counts = { reads: reads + 1, stillReads: stillReads + 1, failedReads: 0, refusedReads: 0 };
      at(id).row = toKept({ ...row, ...times, ...counts, reading });
    },
    delete(id) {
      entries.delete(id);
    },
    keyOf: (id) => at(id).key,
    refOf: (id) => at(id).ref,
    setRef(id, ref) {
      at(id).ref = ref;
    },
    sourceOf: (id) => at(id).source,
    setSource(id, source) {
      at(id).source = source;
    },
    readingOf: (id) => at(id).row.reading,
    readAtOf: (id) => at(id).row.readAt,
    observedAtOf: (id) => at(id).row.observedAt,
    memoOf: (id) => at(id).row.memo,
    dueAtOf: (id) => at(id).row.dueAt,
    setDueAt(id, dueAt) {
      at(id).row = { ...at(id).row, dueAt };
    },
    placeOf: (id) => at(id).place,
    setPlace(id, place) {
      at(id).place = place;
    },
    claimsOf: (id) => at(id).claims,
    setClaims(id, claims) {
      at(id).claims = claims;
    },
    serialOf: () => 0,
  };
}

/** A row as it comes out again: distances from `trackedAt` have seven digits, and counts of trouble end at 255. */
function toKept(row: Row): Row {
  const { trackedAt } = row;
  const toKeptTime = (at: number) => trackedAt + Math.fround(at - trackedAt);
  return {
    ...row,
    readAt: row.readAt === undefined ? undefined : toKeptTime(row.readAt),
    stillSince: toKeptTime(row.stillSince),
    progressSince: toKeptTime(row.progressSince),
    failedReads: Math.min(row.failedReads, 255),
    refusedReads: Math.min(row.refusedReads, 255),
    missingReads: Math.min(row.missingReads, 255),
    stillReads: Math.min(row.stillReads, 255),
  };
}
