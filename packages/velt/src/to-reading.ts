import { type MigrationReading, mapState, ProviderResponseError } from '@migration-status/core/adapter';
import type { VeltRef } from './velt-options.ts';
import type { VeltMigration } from './velt-schema.ts';
import { veltStates } from './velt-states.ts';

/**
 * The job as Velt describes it → what it says. Velt reports neither progress nor times nor a reason for a failure.
 *
 * Throws a `ProviderResponseError` when the answer is about another migration.
 */
export function toReading(migration: VeltMigration, ref: VeltRef): MigrationReading<VeltMigration> {
  if (migration.migrationId !== ref.migrationId) {
    const path = '$.result.data.migrationId';
    const message = `velt: expected the migration that was asked for at ${path}, got another`;
    throw new ProviderResponseError({ provider: 'velt', path, message });
  }
  return {
    state: mapState(veltStates, migration.status),
    nativeState: migration.status,
    native: migration,
  };
}
