import { deepFreeze } from '../model/deep-freeze.ts';
import type { ExportedRow } from '../store/tracker-export.ts';
import { type MigrationRow, type TrackLabels, toMigrationRow } from './migration-row.ts';
import { toResumedRow } from './resume-engine.ts';

/**
 * A row of an export, as a tracker that resumes it would show it. For whoever keeps exported rows and shows them without
 * following them. `native` is null where the export has none.
 *
 * @param labels What an export does not keep.
 *
 * @example
 * for (const row of tracker.export().rows) console.log(readExportedRow(row).status?.state);
 */
export function readExportedRow(
  exported: ExportedRow,
  labels: Pick<TrackLabels, 'name' | 'meta'> = {},
): MigrationRow {
  const { provider, key, ref, group } = exported;
  const row = toResumedRow(exported, (time) => time, exported.trackedAt);
  const { name, meta } = labels;
  return toMigrationRow(
    { key, ref: deepFreeze(ref), group, row, adapter: { provider } },
    { ...(name !== undefined && { name }), ...(meta !== undefined && { meta }) },
  );
}
