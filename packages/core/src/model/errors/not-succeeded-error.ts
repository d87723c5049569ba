import type { MigrationStatus } from '../migration-status.ts';
import { kindOf, MigrationStatusError } from './migration-status-error.ts';

/** A migration is in another state than `succeeded`; thrown by `assertSucceeded` only. */
export class NotSucceededError extends MigrationStatusError {
  override readonly name = 'NotSucceededError';
  readonly status: MigrationStatus;

  constructor(status: MigrationStatus) {
    const reason = status.issues?.find((issue) => issue.severity === 'error')?.message ?? status.message;
    super({
      kind: 'not_succeeded',
      code: 'not_succeeded',
      provider: status.provider,
      message: `${status.key} is ${status.state}${reason ? `: ${reason}` : ''}`,
    });
    this.status = status;
  }

  static override isInstance(value: unknown): value is NotSucceededError {
    return kindOf(value) === 'not_succeeded';
  }
}
