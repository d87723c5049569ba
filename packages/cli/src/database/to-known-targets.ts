import type { MigrationAdapter, MigrationRow } from '@migration-status/core';
import { findAdapter } from '../address/find-adapter.ts';
import type { Target } from '../target.ts';

/** Of what a database holds, the migrations that have not ended and that one of the adapters is for. */
export function toKnownTargets(
  rows: readonly MigrationRow[],
  adapters: readonly MigrationAdapter[],
): readonly Target[] {
  return rows
    .filter(({ stopped }) => stopped !== 'settled')
    .flatMap((row) => {
      const adapter = findAdapter(row, adapters);
      return adapter ? [{ adapter, ref: adapter.parseRef(row.ref) }] : [];
    });
}
