import type { MigrationReading } from '@migration-status/core/adapter';
import { type GenericMigration, isGenericMigration } from './generic-migrations-schema.ts';

/** A reading of the description → the same, with a migration of this API as its `native`. */
export function toTypedReading({ native, ...said }: MigrationReading): MigrationReading<GenericMigration> {
  return { ...said, native: isGenericMigration(native) ? native : null };
}
