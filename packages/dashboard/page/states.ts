import { type MigrationState, statesByUrgency } from '@migration-status/core';

/** What a row is shown as: its state, or that it has not been read yet. */
export type ShownState = MigrationState | 'unread';

/** The most urgent first. What has not been read is no state, and comes last. */
export const shownStates: readonly ShownState[] = [...statesByUrgency, 'unread'];

/** The shape of each state, so that none is told by its colour alone. */
export const symbols: Readonly<Record<ShownState, string>> = {
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
