import { NotSucceededError } from './errors/not-succeeded-error.ts';
import type { MigrationStatus } from './migration-status.ts';

/**
 * Throws a {@link NotSucceededError} with the status attached unless the migration is `succeeded`. A wait itself never
 * throws for a failed migration; this is for those who want a throw.
 *
 * @param options.allowPartial Also accept `partially_succeeded`. Default false.
 *
 * @example
 * assertSucceeded(await pollUntilDone(adapter, ref));
 */
export function assertSucceeded(status: MigrationStatus, options: { allowPartial?: boolean } = {}): void {
  if (status.state === 'succeeded') return;
  if (options.allowPartial && status.state === 'partially_succeeded') return;
  throw new NotSucceededError(status);
}
