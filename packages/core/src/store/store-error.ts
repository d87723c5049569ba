import { type ErrorCode, kindOf, MigrationStatusError } from '../model/errors/migration-status-error.ts';

/** What can be wrong with a store. */
export type StoreErrorCode = Extract<
  ErrorCode,
  'store_in_use' | 'store_damaged' | 'store_unsupported' | 'store_failed' | 'closed'
>;

/**
 * A store could not be read or written. Nothing that was acknowledged was changed. The code tells why:
 *
 * - `store_in_use`: another opener holds it; retryable, as that one may close it
 * - `store_damaged`: what stands there is not what was written; `line` says where
 * - `store_unsupported`: it is no store, or a later version wrote it
 * - `store_failed`: the operating system refused; `cause` is its error
 * - `closed`: it was closed before the call
 *
 * @example
 * try {
 *   await store.load();
 * } catch (error) {
 *   if (StoreError.isInstance(error) && error.code === 'store_damaged') console.error(error.file, error.line);
 *   throw error;
 * }
 */
export class StoreError extends MigrationStatusError {
  override readonly name = 'StoreError';
  /** The file concerned, as an absolute path. */
  readonly file: string;
  /** The line at fault, counted from 1; absent where the error is about no line. */
  declare readonly line?: number;

  constructor(details: {
    readonly code: StoreErrorCode;
    readonly file: string;
    readonly message: string;
    readonly line?: number;
    readonly cause?: unknown;
  }) {
    super({ ...details, kind: 'store', isRetryable: details.code === 'store_in_use' });
    this.file = details.file;
    if (details.line !== undefined) this.line = details.line;
  }

  static override isInstance(value: unknown): value is StoreError {
    return kindOf(value) === 'store';
  }
}

/** What an operation on a file failed with, as a {@link StoreError} where the operating system refused. */
export function toStoreError(error: unknown, file: string): unknown {
  const isSystemError = error instanceof Error && 'syscall' in error && 'code' in error;
  if (!isSystemError) return error;
  const message = `The store ${file} cannot be used: ${error.message}`;
  return new StoreError({ code: 'store_failed', file, message, cause: error });
}
