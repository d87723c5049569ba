import type { MigrationState } from '@migration-status/core';
import type { Look, Shade } from './look.ts';

interface StateLook {
  readonly symbol: string;
  /** Its stand-in where only ASCII is safe. */
  readonly ascii: string;
  readonly shade: Shade;
}

/** Per state a symbol and a colour; the word is always shown too. */
const looks: Readonly<Record<MigrationState, StateLook>> = {
  pending: { symbol: '○', ascii: '.', shade: 'dim' },
  running: { symbol: '●', ascii: '>', shade: 'blue' },
  awaiting_input: { symbol: '⚑', ascii: '!', shade: 'yellow' },
  paused: { symbol: '‖', ascii: '=', shade: 'yellow' },
  succeeded: { symbol: '✔', ascii: '+', shade: 'green' },
  partially_succeeded: { symbol: '◐', ascii: '~', shade: 'yellow' },
  failed: { symbol: '✖', ascii: 'x', shade: 'red' },
  canceled: { symbol: '⊘', ascii: '-', shade: 'dim' },
  not_found: { symbol: '∅', ascii: '0', shade: 'magenta' },
  unknown: { symbol: '?', ascii: '?', shade: 'magenta' },
};

const unread: StateLook = { symbol: '·', ascii: ' ', shade: 'dim' };

/** The symbol of a state; of none, as long as nothing has been read. */
export function toSymbol(state: MigrationState | undefined, { isUnicode }: Pick<Look, 'isUnicode'>): string {
  const look = state === undefined ? unread : looks[state];
  return isUnicode ? look.symbol : look.ascii;
}

/** The colour of a state. */
export function toShade(state: MigrationState | undefined): Shade {
  return state === undefined ? unread.shade : looks[state].shade;
}
