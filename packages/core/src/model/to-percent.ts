import type { MigrationProgress } from './migration-status.ts';

/**
 * How far a migration is, 0 to 100, by what the provider says in percent or else in counts; undefined where it says neither.
 *
 * @example
 * toPercent({ completed: 1, total: 4 }); // 25
 */
export function toPercent(progress: MigrationProgress | undefined): number | undefined {
  const { percent, completed, total } = progress ?? {};
  return percent ?? (completed !== undefined && total ? (100 * completed) / total : undefined);
}
