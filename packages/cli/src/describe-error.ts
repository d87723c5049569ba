import { ConfigurationError, MigrationStatusError, StoreError } from '@migration-status/core';
import { exitCodes } from './exit-codes.ts';
import { toPlainText } from './render/plain-text.ts';

/** What an error amounts to: a line for people, and an exit code. */
export interface ToldError {
  readonly message: string;
  readonly exitCode: number;
}

/** What goes wrong with a provider is not the fault of the command line; what is nobody's is told with where it happened. */
export function describeError(error: unknown): ToldError {
  if (ConfigurationError.isInstance(error) || StoreError.isInstance(error))
    return { message: toPlainText(error.message), exitCode: exitCodes.usage };
  if (MigrationStatusError.isInstance(error))
    return { message: toPlainText(error.message), exitCode: exitCodes.notFoundOut };
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: told, exitCode: exitCodes.notFoundOut };
}
