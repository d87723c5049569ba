import type { MigrationStatus } from '../migration-status.ts';
import { type ErrorCode, kindOf, MigrationStatusError } from './migration-status-error.ts';

interface WaitErrorDetails {
  readonly provider: string;
  readonly key: string;
  readonly message: string;
  readonly status?: MigrationStatus | undefined;
  readonly cause?: unknown;
}

/** A wait reached its deadline before the migration came to rest. The migration itself goes on at the provider. */
export class WaitTimeoutError extends MigrationStatusError {
  override readonly name = 'WaitTimeoutError';
  readonly key: string;
  /** The last status known; absent when no read had succeeded. */
  declare readonly status?: MigrationStatus;

  constructor(details: WaitErrorDetails) {
    super({ ...details, kind: 'timeout', code: 'wait_timeout', isRetryable: true });
    this.key = details.key;
    if (details.status) this.status = details.status;
  }

  static override isInstance(value: unknown): value is WaitTimeoutError {
    return kindOf(value) === 'timeout';
  }
}

/** Why an outcome could not be found out. */
export type NotFoundOutCode = Extract<
  ErrorCode,
  'aborted' | 'access_refused' | 'request_refused' | 'released' | 'closed'
>;

/**
 * A wait ended because the outcome could not be found out, which says nothing about the migration. The code tells why:
 * `aborted`, `access_refused` (the provider keeps refusing the credentials), `request_refused` (it keeps rejecting what is
 * asked), `released` or `closed`.
 */
export class NotFoundOutError extends MigrationStatusError {
  override readonly name = 'NotFoundOutError';
  readonly key: string;
  /** The last status known; absent when no read had succeeded. */
  declare readonly status?: MigrationStatus;

  constructor(details: WaitErrorDetails & { readonly code: NotFoundOutCode }) {
    super({ ...details, kind: 'not_found_out' });
    this.key = details.key;
    if (details.status) this.status = details.status;
  }

  static override isInstance(value: unknown): value is NotFoundOutError {
    return kindOf(value) === 'not_found_out';
  }
}
