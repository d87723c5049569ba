import type { MigrationAdapter } from '../adapter/contract.ts';
import type { Engine } from '../engine/engine.ts';
import { createLane, type Lane } from '../lane/lane.ts';
import { deepFreeze } from '../model/deep-freeze.ts';
import { isReading } from '../model/is-reading.ts';
import { normalizeReading } from '../model/normalize-reading.ts';
import { never, noConditions, type Row } from '../step/row.ts';
import { parseTrackerExport, toResumeError } from '../store/parse-tracker-export.ts';
import type { ExportedLane, ExportedRow } from '../store/tracker-export.ts';
import { createTimeShift, type TimeShift } from './time-shift.ts';

/**
 * Takes up what was exported. Adapters are found by the provider's name, and among several of one provider by the lane.
 * Throws a `ConfigurationError` that names the place of what does not fit, before anything is read.
 */
export function resumeEngine(engine: Engine, adapters: readonly MigrationAdapter[], given: unknown): void {
  const { lanes, rows, exportedAt } = parseTrackerExport(given);
  const { clock } = engine;
  const now = clock.now();
  // A wall clock that is behind the one of the export must not keep everything from being read until it has caught up.
  const fromWall = createTimeShift(now - Math.max(clock.wallTime(), Date.parse(exportedAt)));
  const byProvider = Map.groupBy(adapters, ({ provider }) => provider);
  for (const lane of lanes) engine.restoreLane(lane.name, toLane(lane, fromWall, now));
  engine.reserve(rows.length);
  rows.forEach((exported, index) => {
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
    if (adapter.key(ref) !== key) throw toResumeError(`rows[${index}].key`, 'it is the key of its ref');
    if (engine.find(key) !== undefined) throw toResumeError(`rows[${index}].key`, 'no key occurs twice');
    const id = engine.add({ adapter, ref, key, group, row: toResumedRow(exported, fromWall, now) });
    engine.setClaims(id, 1);
  });
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

/** A row as it is taken up; times go through the shift. */
export function toResumedRow(exported: ExportedRow, fromWall: TimeShift, now: number): Row {
  const { reading, stopped } = exported;
  const trackedAt = fromWall(exported.trackedAt) ?? now;
  return {
    // Not copied: of a million rows, that would be what most of the time goes into.
    reading: isReading(reading) ? normalizeReading(reading) : undefined,
    observedAt: exported.observedAt ?? 0,
    conditions: exported.conditions ?? noConditions,
    stopped,
    dueAt: stopped === undefined ? (fromWall(exported.dueAt) ?? now) : never,
    trackedAt,
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
