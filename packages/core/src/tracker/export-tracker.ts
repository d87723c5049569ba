import type { MigrationAdapter } from '../adapter/contract.ts';
import type { Engine } from '../engine/engine.ts';
import type { Entry } from '../engine/entry.ts';
import { createLane, type Lane } from '../lane/lane.ts';
import { deepFreeze } from '../model/deep-freeze.ts';
import type { MigrationReading } from '../model/migration-status.ts';
import { normalizeReading } from '../model/normalize-reading.ts';
import { createRow, type Row } from '../step/row.ts';
import { parseTrackerExport, toResumeError } from '../store/parse-tracker-export.ts';
import {
  type ExportedLane,
  type ExportedReading,
  type ExportedRow,
  exportFormat,
  exportVersion,
  type TrackerExport,
} from '../store/tracker-export.ts';

/** What goes into an export. */
export interface ExportOptions {
  /**
   * Whether to keep `native`, what the provider said. It may hold names and e-mail addresses. Without it, `native` is null
   * after a resume until the next read. Default false.
   */
  readonly native?: boolean | undefined;
}

/** All that an engine knows, as plain JSON. */
export function exportEngine(engine: Engine, { native = false }: ExportOptions): TrackerExport {
  const { clock } = engine;
  const toWall = createTimeShift(clock.wallTime() - clock.now());
  return {
    format: exportFormat,
    version: exportVersion,
    exportedAt: new Date(clock.wallTime()).toISOString(),
    lanes: [...engine.lanes()].map(([name, lane]) => toExportedLane(name, lane, toWall)),
    rows: [...engine.ids()].map((id) => toExportedRow(engine.entry(id), toWall, native)),
  };
}

/** One row of it. */
export function exportEntry({ clock }: Engine, entry: Entry): ExportedRow {
  return toExportedRow(entry, createTimeShift(clock.wallTime() - clock.now()), false);
}

/** From one clock to another, in whole milliseconds; what is not known stays so. */
type TimeShift = (time: number | undefined) => number | undefined;

function createTimeShift(shiftMs: number): TimeShift {
  return (time) => (time !== undefined && Number.isFinite(time) ? Math.round(time + shiftMs) : undefined);
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
    dueAt: toWall(row.dueAt && Math.ceil(row.dueAt)),
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
    limitSpacingMs: lane.limitSpacingMs || undefined,
    limitUntil: toWall(lane.limitUntil),
    debt: lane.debt || undefined,
  });
}

/** The same without the fields that say nothing. */
function withoutNothing<Fields extends object>(fields: Fields): Exported<Fields> {
  const said = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as Exported<Fields>;
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

/**
 * Takes up what was exported. Adapters are found by the provider's name, and among several of one provider by the lane.
 * Throws a `ConfigurationError` that names the place of what does not fit, before anything is read.
 */
export function resumeEngine(engine: Engine, adapters: readonly MigrationAdapter[], given: unknown): void {
  const { lanes, rows } = parseTrackerExport(given);
  const { clock } = engine;
  const now = clock.now();
  const fromWall = createTimeShift(now - clock.wallTime());
  const byProvider = Map.groupBy(adapters, ({ provider }) => provider);
  for (const lane of lanes) engine.restoreLane(lane.name, toLane(lane, fromWall, now));
  for (let index = 0; index < rows.length; index += 1) {
    const exported = rows[index] as ExportedRow;
    const { provider, key, lane, group } = exported;
    const candidates = byProvider.get(provider) ?? [];
    const ref = toRef(candidates, exported.ref, index);
    const adapter = toAdapter(candidates, ref, lane);
    if (adapter === undefined) {
      throw toResumeError(
        `rows[${index}]`,
        `there is one adapter of ${JSON.stringify(provider)} for ${lane}`,
      );
    }
    if (engine.find(key) !== undefined) throw toResumeError(`rows[${index}].key`, 'no key occurs twice');
    const row = toRow(exported, fromWall, now);
    engine.setHolds(engine.add({ adapter, ref, key, group, row }), 1);
  }
}

function toRef([adapter]: readonly MigrationAdapter[], ref: unknown, index: number): unknown {
  try {
    return adapter === undefined ? ref : deepFreeze(adapter.parseRef(ref));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw toResumeError(`rows[${index}].ref`, `its adapter takes it; ${reason}`);
  }
}

function toAdapter(
  candidates: readonly MigrationAdapter[],
  ref: unknown,
  lane: string,
): MigrationAdapter | undefined {
  if (candidates.length === 1) return candidates[0];
  return candidates.find((adapter) => adapter.lane(ref) === lane);
}

function toRow(exported: ExportedRow, fromWall: TimeShift, now: number): Row {
  const { reading, stopped } = exported;
  const trackedAt = fromWall(exported.trackedAt) ?? now;
  return {
    ...createRow(trackedAt, now),
    reading: reading && normalizeReading({ native: null, ...reading }),
    observedAt: exported.observedAt ?? 0,
    ...(exported.conditions && { conditions: exported.conditions }),
    stopped,
    dueAt: stopped === undefined ? (fromWall(exported.dueAt) ?? now) : undefined,
    readAt: fromWall(exported.readAt),
    reads: exported.reads ?? 0,
    failedReads: exported.failedReads ?? 0,
    refusedReads: exported.refusedReads ?? 0,
    missingReads: exported.missingReads ?? 0,
    missingSince: fromWall(exported.missingSince),
    stillReads: exported.stillReads ?? 0,
    stillSince: fromWall(exported.stillSince) ?? trackedAt,
    progressFrom: exported.progressFrom ?? 0,
    progressSince: fromWall(exported.progressSince) ?? trackedAt,
    memo: exported.memo,
  };
}

function toLane({ name: _name, ...exported }: ExportedLane, fromWall: TimeShift, now: number): Lane {
  const fresh = createLane(now);
  return {
    ...fresh,
    ...exported,
    inFlight: 0,
    parkedUntil: fromWall(exported.parkedUntil) ?? fresh.parkedUntil,
    fullAt: fromWall(exported.fullAt) ?? fresh.fullAt,
    openedAt: fromWall(exported.openedAt) ?? now,
    limitUntil: fromWall(exported.limitUntil) ?? fresh.limitUntil,
  };
}
