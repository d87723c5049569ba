import { createManualClock, type ManualClock } from '../../../../test/support/manual-clock.ts';
import type { TrackerExport } from '../../src/store/tracker-export.ts';
import type { ExportOptions } from '../../src/tracker/export-engine.ts';
import type { Tracker } from '../../src/tracker/tracker.ts';

/** A value as it is found again where it was written down. */
export function viaJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value));
}

/** What a tracker leaves behind when its process ends. */
export async function endProcess(tracker: Tracker, options?: ExportOptions): Promise<TrackerExport> {
  const left = viaJson(tracker.export(options));
  await tracker.close();
  return left;
}

/** The clock of another process: it shows the same time of day, and its own `now()`. */
export function createLaterClock(clock: ManualClock, startAt: number): ManualClock {
  const later = createManualClock(startAt);
  later.jumpWallTime(clock.wallTime() - later.wallTime());
  return later;
}
