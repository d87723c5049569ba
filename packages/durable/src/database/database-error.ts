import { type ErrorCode, MigrationStatusError } from '@migration-status/core';

/** What can be wrong with a database. */
export type DatabaseErrorCode = Extract<
  ErrorCode,
  'database_unreachable' | 'database_refused' | 'database_read_only' | 'database_unsupported'
>;

/**
 * A database could not be used. No credential is in it. The code tells why:
 *
 * - `database_unreachable`: nobody answers there, or the connection broke; retryable
 * - `database_refused`: the name, the password, the database or the rights are not accepted
 * - `database_read_only`: it takes no writes, as a replica does
 * - `database_unsupported`: its schema is missing, or of a later version than this one can work with
 *
 * @example
 * try {
 *   await createDurableTracker({ connectionString, adapters });
 * } catch (error) {
 *   if (DatabaseError.isInstance(error)) console.error(error.code, error.message);
 *   throw error;
 * }
 */
export class DatabaseError extends MigrationStatusError {
  override readonly name = 'DatabaseError';

  constructor(details: {
    readonly code: DatabaseErrorCode;
    readonly message: string;
    readonly cause?: unknown;
  }) {
    super({ ...details, kind: 'database', isRetryable: details.code === 'database_unreachable' });
  }

  static override isInstance(value: unknown): value is DatabaseError {
    return MigrationStatusError.isInstance(value) && value.kind === 'database';
  }
}

const systemCodes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
];

/** What drivers say in words only when a connection ends or is not there in time. */
const connectionWords =
  /connection terminated|connection timeout|timeout exceeded when trying to connect|query read timeout|client (?:has encountered|was closed)|not queryable/i;

/** What drivers say in words only when the two sides cannot agree on how to speak, or on who is who. */
const refusalWords =
  /^SASL|client password must be|does not support SSL|self.signed certificate|verify the first certificate|certificate has expired/i;

/** What a driver failed with, as a {@link DatabaseError} where it is about the database and not about a statement. */
export function toDatabaseError(error: unknown, place: string): unknown {
  if (!(error instanceof Error) || MigrationStatusError.isInstance(error)) return error;
  const code = codeOf(error);
  if (
    systemCodes.includes(code) ||
    /^(?:08|57P|53|25P03)/.test(code) ||
    connectionWords.test(error.message)
  ) {
    const message = `The database at ${place} cannot be reached: ${describe(error, code)}`;
    return new DatabaseError({ code: 'database_unreachable', message, cause: toCause(error, code) });
  }
  if (/^28/.test(code) || ['3D000', '42501'].includes(code) || refusalWords.test(error.message)) {
    const message = `The database at ${place} refuses us: ${error.message}`;
    return new DatabaseError({ code: 'database_refused', message, cause: toCause(error, code) });
  }
  if (code === '25006') {
    const message = `The database at ${place} takes no writes, as a replica does: ${error.message}`;
    return new DatabaseError({ code: 'database_read_only', message, cause: toCause(error, code) });
  }
  return error;
}

/** What drivers hang on to their errors, as connections with all their settings, stays with them. */
function toCause(error: Error, code: string): Error {
  return Object.assign(new Error(error.message), code === '' ? {} : { code });
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** An error of several addresses that were tried has no words of its own. */
function describe(error: Error, code: string): string {
  return error.message === '' ? code : error.message;
}
