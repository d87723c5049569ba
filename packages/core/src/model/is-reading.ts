import { isObject } from './is-object.ts';
import { isMigrationState } from './migration-state.ts';
import type { MigrationReading } from './migration-status.ts';

/** Whether a value can be taken for a reading: it has a state, and where it says more, that is of the right kind. */
export function isReading(value: unknown): value is MigrationReading {
  if (!isObject(value)) return false;
  const { state, nativeState, progress, issues } = value;
  const isProgress = progress === undefined || isObject(progress);
  const areIssues = issues === undefined || (Array.isArray(issues) && issues.every(isObject));
  return isMigrationState(state) && typeof nativeState === 'string' && isProgress && areIssues;
}
