import { ConfigurationError } from '@migration-status/core';

/** The words that `--output` takes. */
export const outputWords = ['auto', 'live', 'table', 'plain', 'json', 'ndjson', 'quiet'] as const;

/** How what is found out is shown. */
export type OutputMode = Exclude<(typeof outputWords)[number], 'auto'>;

/** Names the variable that says what `--output` is where the flag is not given. */
export const outputVariable = 'MIGRATION_STATUS_OUTPUT';

/** What the decision follows from. */
export interface OutputRequest {
  /** What `--output` says. */
  readonly flag?: string | undefined;
  readonly environment: Environment;
  /** Whether the standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Whether something is followed over time, or looked at once. */
  readonly isFollowing: boolean;
}

/** `process.env`, or what stands in for it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * How to show it: what the flag says, or else the variable, or else what suits. A cursor is moved only on a terminal that can
 * do that, and never in a build. Throws a `ConfigurationError` for a word that is none, and for `live` without a terminal.
 */
export function toOutputMode({ flag, environment, isTerminal, isFollowing }: OutputRequest): OutputMode {
  const said = flag ?? (environment[outputVariable] || 'auto');
  const source = flag === undefined ? outputVariable : '--output';
  const word = outputWords.find((each) => each === said);
  if (word === undefined) throw toError(source, `must be one of ${outputWords.join(', ')}, got "${said}"`);
  const canMoveCursor = isTerminal && environment.TERM !== 'dumb';
  if (word === 'live' && !canMoveCursor)
    throw toError(source, 'cannot be live: the output is no terminal that can move its cursor');
  if (word === 'auto') {
    if (!isFollowing) return 'table';
    return canMoveCursor && !environment.CI ? 'live' : 'plain';
  }
  return word === 'live' && !isFollowing ? 'table' : word;
}

function toError(option: string, complaint: string): ConfigurationError {
  return new ConfigurationError({ option, message: `${option} ${complaint}` });
}
