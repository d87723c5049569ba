import { inspect } from 'node:util';

/** A broken promise as an error for a test runner. */
export function toFailure({
  reason,
  evidence,
}: {
  readonly reason: string;
  readonly evidence?: unknown;
}): Error {
  const seen = evidence === undefined ? '' : `\n${inspect(evidence, { depth: 5 })}`;
  const failure = new Error(`${reason}${seen}`);
  // Where it was made says nothing about the adapter.
  failure.stack = `${failure.name}: ${failure.message}`;
  return failure;
}
