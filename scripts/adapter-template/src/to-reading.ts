import { type MigrationReading, mapState, ProviderResponseError } from '@migration-status/core/adapter';
import type { YourProviderRef } from './your-provider-options.ts';
import type { YourProviderMigration } from './your-provider-schema.ts';
import { yourProviderStates } from './your-provider-states.ts';

/**
 * The migration as YourProvider describes it → what it says.
 *
 * Throws a `ProviderResponseError` when the answer is about another migration.
 */
export function toReading(
  migration: YourProviderMigration,
  ref: YourProviderRef,
): MigrationReading<YourProviderMigration> {
  if (migration.id !== ref.migrationId) {
    const message = 'your-provider: expected the migration that was asked for at $.id, got another';
    throw new ProviderResponseError({ provider: 'your-provider', path: '$.id', message });
  }
  return {
    state: mapState(yourProviderStates, migration.status),
    nativeState: migration.status,
    native: migration,
  };
}
