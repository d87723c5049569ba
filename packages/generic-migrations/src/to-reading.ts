import {
  type MigrationIssue,
  type MigrationReading,
  mapState,
  parseTimestamp,
  type StateTable,
} from '@migration-status/core/adapter';
import type { GenericMigration } from './generic-migrations-schema.ts';

/** What there is to say about two of the words, to which the API adds nothing. */
const explanations: Readonly<Record<string, MigrationIssue>> = {
  FAILED: {
    severity: 'error',
    code: 'migration_failed',
    message: 'The API does not say why the migration failed; only its webhook does.',
  },
  LOGIN_ABANDONED: {
    severity: 'error',
    code: 'user_abandoned',
    message: 'The user abandoned the login to the source provider.',
  },
};

/** The migration as the API describes it → what it says. It reports neither progress nor any time but that of its making. */
export function toReading(
  migration: GenericMigration,
  states: StateTable,
  assumedZone: string,
): MigrationReading<GenericMigration> {
  const { status, created } = migration;
  const explanation = Object.hasOwn(explanations, status) ? explanations[status] : undefined;
  const createdAt = typeof created === 'string' ? parseTimestamp(created, assumedZone) : undefined;
  return {
    state: mapState(states, status),
    nativeState: status,
    ...(explanation && { message: explanation.message, issues: [explanation] }),
    ...(createdAt && { createdAt: createdAt.iso }),
    ...(createdAt?.isZoneAssumed && { assumedZone: ['createdAt'] }),
    native: migration,
  };
}
