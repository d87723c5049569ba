import {
  type MigrationReading,
  type MigrationStatus,
  parseTimestamp,
  type StateTable,
  toMigrationKey,
  toMigrationStatus,
} from '@migration-status/core/adapter';
import type { GenericMigrationsRef } from './generic-migrations-options.ts';
import type { GenericMigration } from './generic-migrations-schema.ts';
import type { PushedEvent } from './push-event.ts';
import { toReading } from './to-reading.ts';

/** What an event is read with. */
export interface PushedOrigin {
  readonly ref: GenericMigrationsRef;
  /** Epoch milliseconds; counts where the event has no time of its own. */
  readonly signedAt: number;
  readonly states: StateTable;
  readonly assumedZone: string;
}

/**
 * What an event says, as a status. The state is that of the migration in it, by the same table as in a read:
 * `migration.completed` alone does not tell whether there were failures.
 */
export function toPushedStatus(
  { type, created, migration, errorMessage }: PushedEvent,
  { ref, signedAt, states, assumedZone }: PushedOrigin,
): MigrationStatus<GenericMigration, GenericMigrationsRef> {
  const happenedAt = created === undefined ? undefined : parseTimestamp(created, assumedZone)?.iso;
  const reading = toReading(migration, states, assumedZone);
  const isExplained = type === 'migration.failed' && errorMessage;
  return toMigrationStatus(isExplained ? withReason(reading, errorMessage) : reading, {
    provider: 'generic-migrations',
    key: toMigrationKey('generic-migrations', [ref.migrationId]),
    ref,
    observedAt: happenedAt ?? new Date(signedAt).toISOString(),
  });
}

/** Takes the place of what a read says: that there is no reason to be had. */
function withReason<Native>(reading: MigrationReading<Native>, message: string): MigrationReading<Native> {
  return { ...reading, message, issues: [{ severity: 'error', code: 'migration_failed', message }] };
}
