import { type ErrorCode, kindOf, MigrationStatusError } from './migration-status-error.ts';

/** Why a message that was pushed is not believed. */
export type PushRefusedCode = Extract<ErrorCode, 'invalid_signature' | 'stale_message' | 'repeated_message'>;

/**
 * A message that somebody pushed cannot be trusted, and says nothing about any migration. The code tells why:
 * `invalid_signature` (also none at all), `stale_message` (signed too long ago, or in the future), `repeated_message` (taken
 * before). The message itself is not kept.
 */
export class PushRefusedError extends MigrationStatusError {
  override readonly name = 'PushRefusedError';
  declare readonly code: PushRefusedCode;

  constructor(details: { provider: string; code: PushRefusedCode; message: string; cause?: unknown }) {
    super({ ...details, kind: 'push' });
  }

  static override isInstance(value: unknown): value is PushRefusedError {
    return kindOf(value) === 'push';
  }
}
