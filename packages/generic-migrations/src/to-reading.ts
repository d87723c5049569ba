import type { MigrationReading, StateTable } from '@migration-status/core/adapter';
import type { GenericMigration } from './generic-migrations-schema.ts';
import type { RestExplanation, RestReading } from './rest/rest-description.ts';
import { toRestReading } from './rest/to-rest-reading.ts';

/** What stands where in a migration. It reports neither progress nor any time but that of its making. */
export const genericMigrationsReading = {
  id: { pointer: '/id', ignoreCase: true },
  state: '/status',
  createdAt: '/created',
} as const satisfies RestReading;

/** What there is to say about two of the words, to which the API adds nothing. */
export const genericMigrationsExplanations = {
  FAILED: {
    code: 'migration_failed',
    message: 'The API does not say why the migration failed; only its webhook does.',
  },
  LOGIN_ABANDONED: {
    code: 'user_abandoned',
    message: 'The user abandoned the login to the source provider.',
  },
} as const satisfies Readonly<Record<string, RestExplanation>>;

/** The migration as the API describes it → what it says. */
export function toReading(
  migration: GenericMigration,
  states: StateTable,
  assumedZone: string,
): MigrationReading<GenericMigration> {
  const said = { reading: genericMigrationsReading, explanations: genericMigrationsExplanations, states };
  const record = { native: migration, word: migration.status, id: migration.id };
  return { ...toRestReading(record, said, assumedZone), native: migration };
}
