import {
  type ListedMigration,
  type MigrationReading,
  ProviderResponseError,
  toMigrationKey,
} from '@migration-status/core/adapter';
import type { SnapLogicListedStatus, SnapLogicRef } from './snaplogic-options.ts';
import type { SnapLogicAnswer, SnapLogicMigration } from './snaplogic-schema.ts';
import { toPlainWord } from './snaplogic-states.ts';
import { toClaimedError } from './to-reading-of-error.ts';

/**
 * The records under one status in a list answer. SnapLogic does not say whether an empty list is `[]` or left out: both mean
 * that there are none.
 */
export function toRecords(answer: SnapLogicAnswer, status: SnapLogicListedStatus): readonly unknown[] {
  const lists = Object.entries(answer.response_map);
  const list = lists.find(([word]) => toPlainWord(word) === toPlainWord(status))?.[1];
  if (Array.isArray(list)) return list;
  const claimedError = toClaimedError(answer);
  if (claimedError) throw claimedError;
  if (list === undefined || list === null) return [];
  const path = `$.response_map.${status}`;
  throw new ProviderResponseError({
    provider: 'snaplogic',
    path,
    message: `snaplogic: expected array at ${path}`,
  });
}

/**
 * A record of a list with its address. The documented lists leave the status token out: such a migration cannot be
 * followed, has no ref, and gets a key from its asset, its target and its time, which no ref can have.
 *
 * @param environment The parts of the key before the migration's own.
 */
export function toListedMigration(
  reading: MigrationReading<SnapLogicMigration>,
  environment: readonly string[],
): ListedMigration<SnapLogicMigration, SnapLogicRef> {
  const migration: SnapLogicMigration = reading.native ?? { status: reading.nativeState };
  const statusToken = migration.status_token;
  if (typeof statusToken === 'string' && statusToken !== '') {
    return { key: toMigrationKey('snaplogic', [...environment, statusToken]), ref: { statusToken }, reading };
  }
  const parts = [migration.asset_snid, migration.target_path, migration.create_time].map((part) =>
    typeof part === 'string' ? part : '',
  );
  return { key: toMigrationKey('snaplogic', [...environment, ...parts]), reading };
}
