import type { MigrationState } from '@migration-status/core';
import { createColors } from 'picocolors';

type Color = 'dim' | 'blue' | 'green' | 'yellow' | 'red' | 'magenta';

/** Per state: a symbol, its stand-in where only ASCII is safe, and a colour. The word is always shown too. */
const looks: Readonly<Record<MigrationState, readonly [symbol: string, ascii: string, color: Color]>> = {
  pending: ['○', '.', 'dim'],
  running: ['●', '>', 'blue'],
  awaiting_input: ['⚑', '!', 'yellow'],
  paused: ['‖', '=', 'yellow'],
  succeeded: ['✔', '+', 'green'],
  partially_succeeded: ['◐', '~', 'yellow'],
  failed: ['✖', 'x', 'red'],
  canceled: ['⊘', '-', 'dim'],
  not_found: ['∅', '0', 'magenta'],
  unknown: ['?', '?', 'magenta'],
};

/** A state as symbol and word, coloured where that is wanted. */
export function formatState(
  state: MigrationState,
  { color, unicode }: { color: boolean; unicode: boolean },
): string {
  const [symbol, ascii, shade] = looks[state];
  const text = `${unicode ? symbol : ascii} ${state}`;
  return createColors(color)[shade](text);
}
