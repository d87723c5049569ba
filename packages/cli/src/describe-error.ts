import { ConfigurationError, MigrationStatusError, StoreError } from '@migration-status/core';
import { exitCodes } from './exit-codes.ts';
import { toPlainText } from './render/plain-text.ts';

/** What an error amounts to: a line for people, and an exit code. */
export interface ToldError {
  readonly message: string;
  readonly exitCode: number;
}

/** At most so many causes are told, and of each as much. */
const mostCauses = 4;
const mostCharacters = 1_000;

/**
 * What goes wrong with a provider is not the fault of the command line. An error of this library says itself what it is about;
 * of any other the causes are told too, because a message such as `fetch failed` says nothing without them. It is always one
 * line, without control codes and without where in the code it happened.
 */
export function describeError(error: unknown): ToldError {
  if (ConfigurationError.isInstance(error) || StoreError.isInstance(error))
    return { message: toPlainText(error.message), exitCode: exitCodes.usage };
  // A schema that does not fit stays so until somebody does something about it.
  if (MigrationStatusError.isInstance(error) && error.code === 'database_unsupported')
    return { message: toPlainText(error.message), exitCode: exitCodes.usage };
  if (MigrationStatusError.isInstance(error))
    return { message: toPlainText(error.message), exitCode: exitCodes.notFoundOut };
  const told = listCauses(error).map(toSentence).filter(Boolean);
  return {
    message: [...new Set(told)].join(': ') || 'something went wrong and does not say what',
    exitCode: exitCodes.notFoundOut,
  };
}

/** An error and what lies behind it; of several at once the first stands for all. */
function listCauses(error: unknown): readonly unknown[] {
  const causes: unknown[] = [];
  for (let cause = error; cause !== undefined && causes.length < mostCauses; ) {
    causes.push(cause);
    if (cause instanceof AggregateError && cause.errors.length > 0) cause = cause.errors[0];
    else cause = cause instanceof Error ? cause.cause : undefined;
  }
  return causes;
}

function toSentence(cause: unknown): string {
  const text = cause instanceof Error ? cause.message || cause.name : String(cause);
  const plain = toPlainText(text);
  return plain.length > mostCharacters ? `${plain.slice(0, mostCharacters)}…` : plain;
}
