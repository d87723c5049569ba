import type { Engine } from '../engine/engine.ts';
import type { Entry } from '../engine/entry.ts';
import type { Lane } from '../lane/lane.ts';
import type { MigrationReading } from '../model/migration-status.ts';
import { toIso } from '../model/to-iso.ts';
import {
  type ExportedLane,
  type ExportedReading,
  type ExportedRow,
  exportFormat,
  exportVersion,
  type TrackerExport,
} from '../store/tracker-export.ts';
import { createTimeShift, type TimeShift } from './time-shift.ts';

/** What goes into an export. */
export interface ExportOptions {
  /**
   * Whether to keep `native`, what the provider said. It may hold names and e-mail addresses. Without it, `native` is null
   * after a resume until the next read. Default false.
   */
  readonly native?: boolean | undefined;
  /** Which migrations to export; keys that are not tracked are passed over. Default: all. */
  readonly keys?: readonly string[] | undefined;
}

/** All that an engine knows, as plain JSON. */
export function exportEngine(engine: Engine, { native = false, keys }: ExportOptions): TrackerExport {
  const { clock } = engine;
  const ids = keys === undefined ? [...engine.ids()] : keys.flatMap((key) => engine.find(key) ?? []);
  const toWall = createTimeShift(clock.wallTime() - clock.now());
  return {
    format: exportFormat,
    version: exportVersion,
    exportedAt: toIso(clock.wallTime()),
    lanes: [...engine.lanes()].map(([name, lane]) => toExportedLane(name, lane, toWall)),
    rows: ids.map((id) => toExportedRow(engine.entry(id), toWall, native)),
  };
}

/** One row without `native`, as a store keeps it. */
export function exportRow({ clock }: Engine, entry: Entry): ExportedRow {
  return toExportedRow(entry, createTimeShift(clock.wallTime() - clock.now()), false);
}

/** One lane, as a store keeps it. */
export function exportLane({ clock }: Engine, name: string, lane: Lane): ExportedLane {
  return toExportedLane(name, lane, createTimeShift(clock.wallTime() - clock.now()));
}

function toExportedRow(entry: Entry, toWall: TimeShift, withNative: boolean): ExportedRow {
  const { key, ref, adapter, group, row } = entry;
  return withoutNothing({
    provider: adapter.provider,
    key,
    lane: adapter.lane(ref),
    ref,
    group,
    reading: row.reading && toExportedReading(row.reading, withNative),
    observedAt: row.observedAt || undefined,
    conditions: row.conditions.length > 0 ? row.conditions : undefined,
    stopped: row.stopped,
    dueAt: toWall(Math.ceil(row.dueAt)),
    trackedAt: toWall(row.trackedAt) ?? 0,
    readAt: toWall(row.readAt),
    reads: row.reads || undefined,
    failedReads: row.failedReads || undefined,
    refusedReads: row.refusedReads || undefined,
    missingReads: row.missingReads || undefined,
    missingSince: toWall(row.missingSince),
    stillReads: row.stillReads || undefined,
    stillSince: toWall(row.stillSince),
    progressFrom: row.progressFrom || undefined,
    progressSince: toWall(row.progressSince),
    memo: row.memo,
  });
}

function toExportedReading(reading: MigrationReading, withNative: boolean): ExportedReading {
  const { native, memo: _memo, rateLimit: _rateLimit, ...said } = reading;
  return withNative ? { ...said, native } : said;
}

function toExportedLane(name: string, lane: Lane, toWall: TimeShift): ExportedLane {
  return withoutNothing({
    name,
    parkedUntil: toWall(Math.ceil(lane.parkedUntil)),
    parkedBy: lane.parkedBy,
    throttles: lane.throttles || undefined,
    outages: lane.outages || undefined,
    refusals: lane.refusals || undefined,
    fullAt: toWall(lane.fullAt),
    answered: lane.answered || undefined,
    openedAt: toWall(lane.openedAt),
    learntSpacingMs: lane.learntSpacingMs || undefined,
    learntOverMs: lane.learntOverMs || undefined,
    knownSpacingMs: lane.knownSpacingMs || undefined,
    limitSpacingMs: lane.limitSpacingMs || undefined,
    limitUntil: toWall(lane.limitUntil),
    debt: lane.debt || undefined,
  });
}

/** The same without the fields that say nothing. */
function withoutNothing<Fields extends object>(fields: Fields): Exported<Fields> {
  // By hand, because this is done for every row that is stored, and lists of entries take several times as long.
  const said: Record<string, unknown> = {};
  for (const name in fields) if (fields[name] !== undefined) said[name] = fields[name];
  return said as Exported<Fields>;
}

type Exported<Fields> = {
  [Name in keyof Fields as IsOptional<Fields[Name]> extends true ? never : Name]: Fields[Name];
} & {
  [Name in keyof Fields as IsOptional<Fields[Name]> extends true ? Name : never]?: Exclude<
    Fields[Name],
    undefined
  >;
};

type IsOptional<Field> = unknown extends Field ? false : undefined extends Field ? true : false;
