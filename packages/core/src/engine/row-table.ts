import type { MigrationReading } from '../model/migration-status.ts';
import type { WellRow } from '../step/repeat.ts';
import { type Condition, noConditions, type Row } from '../step/row.ts';
import { createKeyIndex } from './key-index.ts';

/** Names a row as long as it is in the table; afterwards the number is given to another. */
export type RowId = number;

/** What is fixed about a row from its first day, but for its ref. */
export interface RowAddress {
  readonly key: string;
  readonly ref: unknown;
  /** Which of the engine's sources it belongs to. */
  readonly source: number;
}

/**
 * All rows, by id, with an index of their keys. It reads like a `Map` from id to {@link Row}: what is put in comes out the
 * same, but that times other than `dueAt`, `trackedAt` and `observedAt` keep seven digits of their distance from
 * `trackedAt`, so does `progressFrom`, and the counts of failed, refused, missing and still reads stop at 255.
 */
export interface RowTable {
  size(): number;
  ids(): IterableIterator<RowId>;
  has(id: RowId): boolean;
  find(key: string): RowId | undefined;
  /** That many rows are to be expected in all. */
  reserve(count: number): void;
  /** The caller sees to it that there is no row of that key. */
  add(address: RowAddress, row: Row): RowId;
  get(id: RowId): Row;
  set(id: RowId, row: Row): void;
  /**
   * What a read that brings nothing new has to know of a row; undefined for one that is stopped, was never read, or has
   * conditions, a memo or missing reads. It is the same object each time, because it is asked for at every read.
   */
  wellOf(id: RowId): WellRow | undefined;
  /** Writes down a read of such a row that brought nothing new. */
  repeat(id: RowId, reading: MigrationReading, times: RepeatTimes): void;
  delete(id: RowId): void;
  keyOf(id: RowId): string;
  refOf(id: RowId): unknown;
  setRef(id: RowId, ref: unknown): void;
  sourceOf(id: RowId): number;
  setSource(id: RowId, source: number): void;
  readingOf(id: RowId): MigrationReading | undefined;
  memoOf(id: RowId): unknown;
  readAtOf(id: RowId): number | undefined;
  observedAtOf(id: RowId): number;
  dueAtOf(id: RowId): number;
  setDueAt(id: RowId, dueAt: number): void;
  /** Where the row stands in the engine, as a small number; 0 at first. */
  placeOf(id: RowId): number;
  setPlace(id: RowId, place: number): void;
  /** How many claim the row, so that it is not let go of; 0 at first. */
  claimsOf(id: RowId): number;
  setClaims(id: RowId, claims: number): void;
  /** Tells two rows apart that had the same id one after the other. */
  serialOf(id: RowId): number;
}

/** The times of a {@link Row} that change with every read. */
export interface RepeatTimes {
  readonly readAt: number;
  readonly observedAt: number;
  readonly dueAt: number;
}

const mostSerials = 2 ** 16 - 1;

/**
 * Rows are kept in pages, so that growing never copies what is there; but for the first one, which begins small, so that many
 * tables of a few rows each weigh little.
 */
const pageBits = 11;
const pageSize = 2 ** pageBits;
const pageMask = pageSize - 1;
const smallestPage = 32;
const growth = 8;

const stops = [undefined, 'settled', 'refused'] as const;

/** What few rows have. */
interface Extras {
  readonly conditions: readonly Condition[];
  readonly memo: unknown;
  readonly missingReads: number;
  readonly missingSince: number | undefined;
}

type Page = ReturnType<typeof createPage>;

/** One number array per field of a row, all in one buffer, and what cannot be a number beside it. */
function createPage(rows: number) {
  const buffer = new ArrayBuffer(54 * rows);
  let end = 0;
  function take<Column>(
    type: new (buffer: ArrayBuffer, offset: number, length: number) => Column,
    bytes: number,
  ): Column {
    const start = end;
    end += bytes * rows;
    return new type(buffer, start, rows);
  }
  return {
    dueAt: take(Float64Array, 8),
    trackedAt: take(Float64Array, 8),
    observedAt: take(Float64Array, 8),
    readAfter: take(Float32Array, 4),
    stillAfter: take(Float32Array, 4),
    progressAfter: take(Float32Array, 4),
    progressFrom: take(Float32Array, 4),
    reads: take(Uint32Array, 4),
    source: take(Uint32Array, 4),
    serial: take(Uint16Array, 2),
    failedReads: take(Uint8Array, 1),
    refusedReads: take(Uint8Array, 1),
    stillReads: take(Uint8Array, 1),
    /** The reason of the stop, the place, whether there are extras, and whether somebody claims it. */
    flags: take(Uint8Array, 1),
    keys: new Array<string | undefined>(rows).fill(undefined),
    refs: new Array<unknown>(rows).fill(undefined),
    readings: new Array<MigrationReading | undefined>(rows).fill(undefined),
  };
}

/** A page with more room, and all that is in a full one. */
function toLargerPage(page: Page): Page {
  const rows = page.keys.length;
  const larger = createPage(Math.min(rows * growth, pageSize));
  larger.dueAt.set(page.dueAt);
  larger.trackedAt.set(page.trackedAt);
  larger.observedAt.set(page.observedAt);
  larger.readAfter.set(page.readAfter);
  larger.stillAfter.set(page.stillAfter);
  larger.progressAfter.set(page.progressAfter);
  larger.progressFrom.set(page.progressFrom);
  larger.reads.set(page.reads);
  larger.source.set(page.source);
  larger.serial.set(page.serial);
  larger.failedReads.set(page.failedReads);
  larger.refusedReads.set(page.refusedReads);
  larger.stillReads.set(page.stillReads);
  larger.flags.set(page.flags);
  for (let at = 0; at < rows; at += 1) {
    larger.keys[at] = page.keys[at];
    larger.refs[at] = page.refs[at];
    larger.readings[at] = page.readings[at];
  }
  return larger;
}

const stopMask = 0b0000_0011;
const placeMask = 0b0001_1100;
const placeShift = 2;
const extrasFlag = 0b0010_0000;
const claimFlag = 0b0100_0000;

export function createRowTable(): RowTable {
  const pages: Page[] = [];
  const free: RowId[] = [];
  let retired = 0;
  const extras = new Map<RowId, Extras>();
  /** Of rows that more than one claim. */
  const manyClaims = new Map<RowId, number>();
  let end = 0;
  const well: { -readonly [Field in keyof WellRow]: WellRow[Field] } = {
    reading: undefined,
    trackedAt: 0,
    readAt: 0,
    stillSince: 0,
    progressFrom: 0,
    progressSince: 0,
  };

  const pageOf = (id: RowId) => pages[id >>> pageBits] as Page;
  const keyOf = (id: RowId) => pageOf(id).keys[id & pageMask] ?? '';
  const index = createKeyIndex(keyOf);

  const size = () => end - free.length - retired;

  function takeId(): RowId {
    const reused = free.pop();
    if (reused !== undefined) return reused;
    const [first] = pages;
    if (first !== undefined && end === first.keys.length && end < pageSize) pages[0] = toLargerPage(first);
    else if (end === pages.length * pageSize) pages.push(createPage(first ? pageSize : smallestPage));
    end += 1;
    return end - 1;
  }

  function set(id: RowId, row: Row): void {
    const page = pageOf(id);
    const at = id & pageMask;
    const { trackedAt } = row;
    page.dueAt[at] = row.dueAt;
    page.trackedAt[at] = trackedAt;
    page.observedAt[at] = row.observedAt;
    page.readAfter[at] = row.readAt === undefined ? Number.NaN : row.readAt - trackedAt;
    page.stillAfter[at] = row.stillSince - trackedAt;
    page.progressAfter[at] = row.progressSince - trackedAt;
    page.progressFrom[at] = row.progressFrom;
    page.reads[at] = row.reads;
    page.failedReads[at] = Math.min(row.failedReads, 255);
    page.refusedReads[at] = Math.min(row.refusedReads, 255);
    page.stillReads[at] = Math.min(row.stillReads, 255);
    if (page.readings[at] !== row.reading) page.readings[at] = row.reading;
    const flags = page.flags[at] ?? 0;
    const stop = stops.indexOf(row.stopped);
    const hasExtras = row.conditions.length > 0 || row.missingReads > 0 || row.memo !== undefined;
    page.flags[at] = (flags & (placeMask | claimFlag)) | stop | (hasExtras ? extrasFlag : 0);
    if (hasExtras) {
      const { conditions, memo, missingReads, missingSince } = row;
      extras.set(id, { conditions, memo, missingReads: Math.min(missingReads, 255), missingSince });
    } else if ((flags & extrasFlag) !== 0) extras.delete(id);
  }

  return {
    size,
    *ids() {
      for (let id = 0; id < end; id += 1) {
        if (pageOf(id).keys[id & pageMask] !== undefined) yield id;
      }
    },
    has: (id) => id < end && pageOf(id).keys[id & pageMask] !== undefined,
    find: index.find,
    reserve: index.reserve,
    add({ key, ref, source }, row) {
      const id = takeId();
      const page = pageOf(id);
      const at = id & pageMask;
      page.keys[at] = key;
      page.refs[at] = ref;
      page.source[at] = source;
      page.serial[at] = (page.serial[at] ?? 0) + 1;
      page.flags[at] = 0;
      set(id, row);
      index.add(key, id);
      return id;
    },
    get(id) {
      const page = pageOf(id);
      const at = id & pageMask;
      const trackedAt = page.trackedAt[at] as number;
      const flags = page.flags[at] as number;
      const extra = (flags & extrasFlag) === 0 ? undefined : extras.get(id);
      return {
        reading: page.readings[at],
        observedAt: page.observedAt[at] as number,
        conditions: extra === undefined ? noConditions : extra.conditions,
        stopped: stops[flags & stopMask],
        dueAt: page.dueAt[at] as number,
        trackedAt,
        readAt: toOptional(trackedAt + (page.readAfter[at] as number)),
        reads: page.reads[at] as number,
        failedReads: page.failedReads[at] as number,
        refusedReads: page.refusedReads[at] as number,
        missingReads: extra === undefined ? 0 : extra.missingReads,
        missingSince: extra?.missingSince,
        stillReads: page.stillReads[at] as number,
        stillSince: trackedAt + (page.stillAfter[at] as number),
        progressFrom: page.progressFrom[at] as number,
        progressSince: trackedAt + (page.progressAfter[at] as number),
        memo: extra?.memo,
      };
    },
    set,
    wellOf(id) {
      const page = pageOf(id);
      const at = id & pageMask;
      const readAfter = page.readAfter[at] as number;
      const isWell = ((page.flags[at] as number) & (stopMask | extrasFlag)) === 0;
      if (!isWell || Number.isNaN(readAfter)) return undefined;
      const trackedAt = page.trackedAt[at] as number;
      well.reading = page.readings[at];
      well.trackedAt = trackedAt;
      well.readAt = trackedAt + readAfter;
      well.stillSince = trackedAt + (page.stillAfter[at] as number);
      well.progressFrom = page.progressFrom[at] as number;
      well.progressSince = trackedAt + (page.progressAfter[at] as number);
      return well;
    },
    repeat(id, reading, { readAt, observedAt, dueAt }) {
      const page = pageOf(id);
      const at = id & pageMask;
      page.dueAt[at] = dueAt;
      page.readAfter[at] = readAt - (page.trackedAt[at] as number);
      page.observedAt[at] = observedAt;
      page.reads[at] = (page.reads[at] as number) + 1;
      page.failedReads[at] = 0;
      page.refusedReads[at] = 0;
      page.stillReads[at] = Math.min((page.stillReads[at] as number) + 1, 255);
      if (page.readings[at] !== reading) page.readings[at] = reading;
    },
    delete(id) {
      const page = pageOf(id);
      const at = id & pageMask;
      index.remove(keyOf(id));
      extras.delete(id);
      manyClaims.delete(id);
      page.keys[at] = undefined;
      page.refs[at] = undefined;
      page.readings[at] = undefined;
      // Its next serial would be one that somebody may still know it by.
      if (page.serial[at] === mostSerials) retired += 1;
      else free.push(id);
    },
    keyOf,
    refOf: (id) => pageOf(id).refs[id & pageMask],
    setRef(id, ref) {
      pageOf(id).refs[id & pageMask] = ref;
    },
    sourceOf: (id) => pageOf(id).source[id & pageMask] as number,
    setSource(id, source) {
      pageOf(id).source[id & pageMask] = source;
    },
    readingOf: (id) => pageOf(id).readings[id & pageMask],
    memoOf(id) {
      const hasExtras = ((pageOf(id).flags[id & pageMask] as number) & extrasFlag) !== 0;
      return hasExtras ? extras.get(id)?.memo : undefined;
    },
    readAtOf(id) {
      const page = pageOf(id);
      const at = id & pageMask;
      return toOptional((page.trackedAt[at] as number) + (page.readAfter[at] as number));
    },
    observedAtOf: (id) => pageOf(id).observedAt[id & pageMask] as number,
    dueAtOf: (id) => pageOf(id).dueAt[id & pageMask] as number,
    setDueAt(id, dueAt) {
      pageOf(id).dueAt[id & pageMask] = dueAt;
    },
    placeOf: (id) => ((pageOf(id).flags[id & pageMask] as number) & placeMask) >>> placeShift,
    setPlace(id, place) {
      const { flags } = pageOf(id);
      const at = id & pageMask;
      flags[at] = ((flags[at] as number) & ~placeMask) | (place << placeShift);
    },
    claimsOf(id) {
      const isHeld = ((pageOf(id).flags[id & pageMask] as number) & claimFlag) !== 0;
      return isHeld ? (manyClaims.get(id) ?? 1) : 0;
    },
    setClaims(id, claims) {
      const { flags } = pageOf(id);
      const at = id & pageMask;
      flags[at] = ((flags[at] as number) & ~claimFlag) | (claims > 0 ? claimFlag : 0);
      if (claims > 1) manyClaims.set(id, claims);
      else manyClaims.delete(id);
    },
    serialOf: (id) => pageOf(id).serial[id & pageMask] as number,
  };
}

function toOptional(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}
