import { deepFreeze } from './deep-freeze.ts';
import { isDelayMs } from './is-delay-ms.ts';
import type { MigrationPart, MigrationProgress, MigrationReading, RateLimit } from './migration-status.ts';

const unexplainedFailure = {
  severity: 'error',
  code: 'unexplained_failure',
  message: 'The provider reports the migration as failed and does not say why.',
} as const;

/**
 * Holds the promises of the model for every adapter: progress is within its bounds or absent, and `failed` always carries
 * an issue. The result is frozen, and is the reading itself where there was nothing to mend: from here on it belongs to
 * whoever reads it, and an adapter that hands back the same one again has said that nothing changed.
 */
export function normalizeReading<Native>(reading: MigrationReading<Native>): MigrationReading<Native> {
  const { progress, parts, issues } = reading;
  const isUnexplained = reading.state === 'failed' && !issues?.some(({ severity }) => severity === 'error');
  const isWithinBounds = isBounded(progress) && (parts === undefined || areBounded(parts));
  const areHintsSound = isHint(reading.retryAfterMs) && isRateLimit(reading.rateLimit);
  if (!isUnexplained && isWithinBounds && areHintsSound && issues?.length !== 0) return deepFreeze(reading);
  const { progress: _progress, parts: _parts, issues: _issues, retryAfterMs, rateLimit, ...said } = reading;
  const kept = toBoundedProgress(progress);
  const keptParts = parts?.map(toBoundedPart) ?? [];
  const explained = isUnexplained ? [...(issues ?? []), unexplainedFailure] : issues;
  return deepFreeze({
    ...said,
    ...(kept && { progress: kept }),
    ...(keptParts.length > 0 && { parts: keptParts }),
    ...(explained && explained.length > 0 && { issues: explained }),
    ...(retryAfterMs !== undefined && isDelayMs(retryAfterMs) && { retryAfterMs }),
    ...(rateLimit !== undefined && isRateLimit(rateLimit) && { rateLimit }),
  });
}

function isHint(value: number | undefined): boolean {
  return value === undefined || isDelayMs(value);
}

function isRateLimit(value: RateLimit | undefined): boolean {
  return value === undefined || (value !== null && isDelayMs(value.remaining) && isDelayMs(value.resetMs));
}

function areBounded(parts: readonly MigrationPart[]): boolean {
  return parts.length > 0 && parts.every(({ progress }) => isBounded(progress));
}

function toBoundedPart({ progress, ...said }: MigrationPart): MigrationPart {
  const bounded = toBoundedProgress(progress);
  return bounded ? { ...said, progress: bounded } : said;
}

function isBounded(progress: MigrationProgress | undefined): boolean {
  if (progress === undefined) return true;
  const { percent, completed, total, failed } = progress;
  const counts = [percent, completed, total, failed];
  const isCounted = counts.some((count) => count !== undefined);
  const areCounts = counts.every((count) => count === undefined || Object.is(toCount(count), count));
  return (
    isCounted && areCounts && (percent ?? 0) <= 100 && (total === undefined || total >= (completed ?? 0))
  );
}

function toBoundedProgress(progress: MigrationProgress | undefined): MigrationProgress | undefined {
  if (progress === undefined || isBounded(progress)) return progress;
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
