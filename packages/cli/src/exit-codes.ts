import { isTerminalState, type MigrationRow, type MigrationState } from '@migration-status/core';

/** What the process ends with. */
export const exitCodes = {
  /** Everything that was asked about succeeded. */
  succeeded: 0,
  /** At least one failed, was canceled, succeeded in part only, or is not known to its provider. */
  failed: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** It could not be found out: no answer, refused credentials, an answer that makes no sense. */
  notFoundOut: 3,
  /** Still under way: of `get --exit-status`, and of `wait` where a person has to act. */
  underWay: 8,
  /** `--timeout` has passed. */
  timedOut: 124,
} as const;

/** By the convention of shells, 128 and the number of the signal. */
export const signalExitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** The signals that end a command in an orderly way. */
export type EndingSignal = keyof typeof signalExitCodes;

/** How what was asked about is judged. */
export interface Verdict {
  /** The state that was asked for. Default `succeeded`. */
  readonly goal?: MigrationState | undefined;
  /** Whether `partially_succeeded` will do. */
  readonly allowPartial?: boolean | undefined;
  /** What those that are still under way amount to. Default {@link exitCodes.underWay}. */
  readonly underWay?: number | undefined;
}

/**
 * The exit code that a set of rows amounts to. A failure outweighs what could not be found out, and that outweighs what is
 * still under way. A condition of a row that has a status says nothing about the migration, unless it has ended the reading.
 */
export function toExitCode(rows: Iterable<MigrationRow>, verdict: Verdict = {}): number {
  const codes = new Set(Array.from(rows, (row) => toRowCode(row, verdict)));
  const { underWay = exitCodes.underWay } = verdict;
  const byWeight = [exitCodes.failed, exitCodes.notFoundOut, underWay];
  return byWeight.find((code) => codes.has(code)) ?? exitCodes.succeeded;
}

function toRowCode({ status, stopped }: MigrationRow, verdict: Verdict): number {
  const { goal = 'succeeded', allowPartial = false, underWay = exitCodes.underWay } = verdict;
  if (status === undefined) return exitCodes.notFoundOut;
  const { state } = status;
  if (state === goal || (state === 'partially_succeeded' && allowPartial)) return exitCodes.succeeded;
  // Who asked for less than the end may have missed it: it passed too fast to be seen.
  if (state === 'succeeded' && !isTerminalState(goal)) return exitCodes.succeeded;
  if (isTerminalState(state)) return exitCodes.failed;
  return stopped === 'refused' ? exitCodes.notFoundOut : underWay;
}
