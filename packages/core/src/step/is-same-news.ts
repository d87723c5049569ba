import type {
  MigrationIssue,
  MigrationPart,
  MigrationProgress,
  MigrationReading,
} from '../model/migration-status.ts';

/**
 * Whether two readings say the same to people. A sign of life of the provider (`updatedAt`) does not count, nor does what
 * else it sent.
 */
export function isSameNews(a: MigrationReading, b: MigrationReading): boolean {
  return (
    a === b ||
    (a.state === b.state &&
      a.nativeState === b.nativeState &&
      a.phase === b.phase &&
      a.message === b.message &&
      isSame(a.progress, b.progress) &&
      isSame(a.parts, b.parts) &&
      isSame(a.issues, b.issues) &&
      a.createdAt === b.createdAt &&
      a.startedAt === b.startedAt &&
      a.finishedAt === b.finishedAt &&
      a.url === b.url)
  );
}

/** Whether a migration is as far as it was. */
export function isSameProgress(a: MigrationReading, b: MigrationReading): boolean {
  return (
    a === b ||
    (a.state === b.state && a.phase === b.phase && isSame(a.progress, b.progress) && isSame(a.parts, b.parts))
  );
}

type News = MigrationProgress | readonly (MigrationPart | MigrationIssue)[] | undefined;

function isSame(a: News, b: News): boolean {
  return a === b || (a !== undefined && b !== undefined && isEqual(a, b));
}

function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys({ ...a, ...b });
  return keys.every((key) => isEqual(Reflect.get(a, key), Reflect.get(b, key)));
}
