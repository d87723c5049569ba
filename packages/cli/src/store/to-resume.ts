import type { TrackerExport } from '@migration-status/core';
import type { Target } from '../target.ts';

/**
 * What of a store concerns the given migrations. Those that were refused, and the accounts that were, begin
 * anew: somebody may have mended the credentials. A rate limit goes on to hold.
 */
export function toResume(
  known: TrackerExport | undefined,
  targets: readonly Target[],
): TrackerExport | undefined {
  if (known === undefined) return undefined;
  const keys = new Set(targets.map(({ adapter, ref }) => adapter.key(ref)));
  return {
    ...known,
    lanes: known.lanes.filter(({ refusals = 0 }) => refusals === 0),
    rows: known.rows.filter(({ key, stopped }) => keys.has(key) && stopped !== 'refused'),
  };
}
