import { deepFreeze } from './deep-freeze.ts';
import type { MigrationProgress, MigrationReading, MigrationStatus } from './migration-status.ts';

/** Where and when a reading was taken. */
export interface ReadingOrigin<Ref> {
  readonly provider: string;
  readonly key: string;
  readonly ref: Ref;
  /** ISO 8601 in UTC. */
  readonly observedAt: string;
}

const unexplainedFailure = {
  severity: 'error',
  code: 'unexplained_failure',
  message: 'The provider reports the migration as failed and does not say why.',
} as const;

/**
 * Joins a reading with its address into a frozen status, and holds the promises of the model for every adapter: progress is
 * within its bounds or absent, and `failed` always carries an issue.
 */
export function toMigrationStatus<Native, Ref>(
  reading: MigrationReading<Native>,
  origin: ReadingOrigin<Ref>,
): MigrationStatus<Native, Ref> {
  const { retryAfterMs: _retryAfterMs, memo: _memo, progress, issues, ...said } = reading;
  const kept = progress && toBoundedProgress(progress);
  const isUnexplained = said.state === 'failed' && !issues?.some((issue) => issue.severity === 'error');
  const explained = isUnexplained ? [...(issues ?? []), unexplainedFailure] : issues;
  return deepFreeze({
    ...origin,
    ...said,
    ...(kept && { progress: kept }),
    ...(explained && explained.length > 0 && { issues: explained }),
  });
}

function toBoundedProgress(progress: MigrationProgress): MigrationProgress | undefined {
  const percent = toCount(progress.percent);
  const completed = toCount(progress.completed);
  const failed = toCount(progress.failed);
  const total = toCount(progress.total);
  const isTotalBelievable = total !== undefined && total >= (completed ?? 0);
  const bounded = {
    ...(percent !== undefined && { percent: Math.min(percent, 100) }),
    ...(completed !== undefined && { completed }),
    ...(isTotalBelievable && { total }),
    ...(failed !== undefined && { failed }),
  };
  if (Object.keys(bounded).length === 0) return undefined;
  return progress.unit === undefined ? bounded : { ...bounded, unit: progress.unit };
}

/** A -0 can be read from JSON but not be written to it, hence the absolute value. */
function toCount(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) && value >= 0 ? Math.abs(value) : undefined;
}
