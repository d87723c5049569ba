import { type MigrationReading, mapState } from '@migration-status/core/adapter';
import type { VeltMigration } from './velt-schema.ts';
import { veltStates } from './velt-states.ts';

/** The job as Velt describes it → what it says. Velt reports neither progress nor times nor a reason for a failure. */
export function toReading(migration: VeltMigration): MigrationReading<VeltMigration> {
  return {
    state: mapState(veltStates, migration.status),
    nativeState: migration.status,
    native: migration,
  };
}
