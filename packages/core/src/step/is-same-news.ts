import type { MigrationStatus } from '../model/migration-status.ts';

const newsFields = [
  'state',
  'nativeState',
  'phase',
  'message',
  'progress',
  'issues',
  'createdAt',
  'startedAt',
  'updatedAt',
  'finishedAt',
  'url',
] as const;

/** Whether two statuses say the same to people; when they were observed and what else the provider sent do not count. */
export function isSameNews(a: MigrationStatus, b: MigrationStatus): boolean {
  return newsFields.every((field) => isEqual(a[field], b[field]));
}

function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const entries = Object.entries(a);
  return (
    entries.length === Object.keys(b).length &&
    entries.every(([key, value]) => isEqual(value, Reflect.get(b, key)))
  );
}
