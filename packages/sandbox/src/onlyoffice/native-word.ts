import type { JobView } from './portal-job.ts';

const failures = ['failed', 'wrong_archive_type', 'unknown_migrator', 'missing_upload'];
const partialSuccesses = ['completed_with_failures', 'file_errors_only', 'all_users_failed'];

/** The request log's word for a view; the provider itself has none. */
export function toNativeWord(view: JobView): string {
  if (view.shape === 'none') return 'no_migration';
  const { operation, phase } = view.job;
  if (view.shape !== 'finished') return `${operation}_${view.shape}`;
  if (failures.includes(phase.outcome)) return `${operation}_failed`;
  if (partialSuccesses.includes(phase.outcome)) return `${operation}_completed_with_failures`;
  return `${operation}_completed`;
}
