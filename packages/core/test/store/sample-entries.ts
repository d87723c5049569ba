import type { MigrationState } from '../../src/model/migration-state.ts';
import type { ForgottenEntry, RowEntry } from '../../src/store/store.ts';
import type { TrackerExport } from '../../src/store/tracker-export.ts';

/** The `second`th second of a day. */
export function timeAt(second: number): string {
  return new Date(Date.UTC(2026, 3, 28) + second * 1000).toISOString();
}

export function toRowEntry(key: string, second: number, to: MigrationState = 'running'): RowEntry {
  const address = { provider: 'acme', key, lane: 'https://api.acme.example', ref: { id: key } };
  return { type: 'row', at: timeAt(second), to, row: { ...address, trackedAt: 0, reads: second } };
}

export function toForgottenEntry(key: string, second: number): ForgottenEntry {
  return { type: 'forgotten', at: timeAt(second), key };
}

/** What a tracker exports that follows these keys. */
export function toExport(keys: readonly string[], second = 0): TrackerExport {
  return {
    format: 'migration-status/tracker',
    version: 1,
    exportedAt: timeAt(second),
    lanes: [{ name: 'https://api.acme.example', throttles: 5 }],
    rows: keys.map((key) => toRowEntry(key, second).row),
  };
}
