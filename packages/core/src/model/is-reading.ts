import { isObject } from './is-object.ts';
import { isMigrationState } from './migration-state.ts';
import type { MigrationReading } from './migration-status.ts';

/** Whether a value can be taken for a reading: it has a state, and where it says more, that is of the right kind. */
export function isReading(value: unknown): value is MigrationReading {
  if (!isObject(value)) return false;
  const { state, nativeState, progress, parts, issues } = value;
  const isProgress = progress === undefined || isObject(progress);
  const areLists = isListOfObjects(parts) && isListOfObjects(issues);
  return isMigrationState(state) && typeof nativeState === 'string' && isProgress && areLists;
}

function isListOfObjects(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every(isObject));
}
