import { ConfigurationError } from '@migration-status/core';
import type { Look } from '../render/look.ts';
import type { Environment } from './output-mode.ts';

/** The words that `--color` takes. */
export const colorWords = ['auto', 'always', 'never'] as const;

/** What the look of one stream follows from. */
export interface LookRequest {
  /** What `--color` says. */
  readonly color?: string | undefined;
  /** What `--time` says. */
  readonly time?: string | undefined;
  readonly environment: Environment;
  /** Whether this stream is a terminal. */
  readonly isTerminal: boolean;
}

/**
 * Whether colours and symbols go into a stream. The flag beats the environment: `NO_COLOR` that is not empty, `FORCE_COLOR`,
 * `TERM=dumb`; without any of them a terminal gets colours. Symbols beyond ASCII are for every terminal but the Linux console,
 * unless the locale names another encoding.
 */
export function toStreamLook({ color = 'auto', time, environment, isTerminal }: LookRequest): Look {
  const word = colorWords.find((each) => each === color);
  if (word === undefined) {
    const message = `--color must be one of ${colorWords.join(', ')}, got "${color}"`;
    throw new ConfigurationError({ option: '--color', message });
  }
  const isColored = word === 'auto' ? wantsColor(environment, isTerminal) : word === 'always';
  return { isColored, isUnicode: knowsUnicode(environment), isLocalTime: time === 'local' };
}

function wantsColor(environment: Environment, isTerminal: boolean): boolean {
  if (environment.NO_COLOR) return false;
  const forced = environment.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTerminal && environment.TERM !== 'dumb';
}

function knowsUnicode(environment: Environment): boolean {
  if (environment.TERM === 'linux') return false;
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG;
  return !locale || /utf-?8/i.test(locale);
}
