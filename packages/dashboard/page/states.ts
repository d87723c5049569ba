import type { MigrationState } from '@migration-status/core';

/** The shape of each state, so that none is told by its colour alone. */
export const symbols: Readonly<Record<MigrationState | 'unread', string>> = {
  failed: '✖',
  not_found: '∅',
  awaiting_input: '⚑',
  unknown: '?',
  partially_succeeded: '◐',
  canceled: '⊘',
  paused: '‖',
  running: '▶',
  pending: '○',
  succeeded: '✔',
  unread: '…',
};
