import {
  formatJsonPath,
  type MigrationProgress,
  mapState,
  ProviderResponseError,
  parseBody,
} from '@migration-status/core/adapter';
import { type GenericMigrationsPage, genericMigrationTaskSchema } from './generic-migrations-schema.ts';
import { genericMigrationsTaskStates } from './generic-migrations-states.ts';

const provider = 'generic-migrations';

/**
 * Counts the tasks of a migration: those that have ended, however they did, of all that there are. A task with a word that
 * is not documented has not ended. No tasks say nothing about progress, so it is absent.
 *
 * Throws a `ProviderResponseError` when one of them has another shape, or when the page does not hold all of them: a count
 * of some would be wrong.
 */
export function toTaskProgress(page: GenericMigrationsPage): MigrationProgress | undefined {
  const { items, path, total = items.length, pageSize } = page;
  const hasMore = items.length < total || (page.total === undefined && items.length === pageSize);
  if (hasMore) {
    const place = formatJsonPath(path);
    throw new ProviderResponseError({
      provider,
      path: place,
      message: `${provider}: expected all tasks at ${place}, got the first ${items.length} of them`,
    });
  }
  if (items.length === 0) return undefined;
  const states = items.map((item, index) => {
    const { status } = parseBody(genericMigrationTaskSchema, item, { provider, path: [...path, index] });
    return mapState(genericMigrationsTaskStates, status);
  });
  const failed = states.filter((state) => state === 'failed').length;
  const succeeded = states.filter((state) => state === 'succeeded').length;
  return { completed: succeeded + failed, total: states.length, failed, unit: 'tasks' };
}
