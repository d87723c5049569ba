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
  'finishedAt',
  'url',
] as const;

const progressFields = ['state', 'phase', 'progress'] as const;

/**
 * Whether two statuses say the same to people. Times at which somebody looked or at which the provider gave a sign of life
 * do not count, nor does what else it sent.
 */
export function isSameNews(a: MigrationStatus, b: MigrationStatus): boolean {
  return newsFields.every((field) => isEqual(a[field], b[field]));
}

/** Whether a migration is as far as it was. */
export function isSameProgress(a: MigrationStatus, b: MigrationStatus): boolean {
  return progressFields.every((field) => isEqual(a[field], b[field]));
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
