import type { ConditionKind, MigrationState } from '@migration-status/core';

/** How a state is shown: never by its colour alone. */
interface StateLook {
  readonly word: string;
  readonly symbol: string;
}

/** From "somebody must act" to "nothing to do": the order of urgency. */
export const looks: Readonly<Record<MigrationState, StateLook>> = {
  failed: { word: 'failed', symbol: '✖' },
  not_found: { word: 'not found', symbol: '∅' },
  awaiting_input: { word: 'awaiting input', symbol: '⚑' },
  unknown: { word: 'unknown', symbol: '?' },
  partially_succeeded: { word: 'partially succeeded', symbol: '◐' },
  canceled: { word: 'canceled', symbol: '⊘' },
  paused: { word: 'paused', symbol: '‖' },
  running: { word: 'running', symbol: '▶' },
  pending: { word: 'pending', symbol: '○' },
  succeeded: { word: 'succeeded', symbol: '✔' },
};

/** All states, the most urgent first. */
export const statesByUrgency = Object.keys(looks).filter(isState);

/** The place of a state among all, the most urgent first; what has not been read comes last. */
export function urgencyOf(state: MigrationState | undefined): number {
  const place = state === undefined ? -1 : statesByUrgency.indexOf(state);
  return place < 0 ? statesByUrgency.length : place;
}

/** What a condition means for somebody who looks. */
export const conditionWords: Readonly<Record<ConditionKind, string>> = {
  unreachable: 'unreachable',
  throttled: 'throttled',
  unauthorized: 'access refused',
  stalled: 'no progress',
};

function isState(word: string): word is MigrationState {
  return Object.hasOwn(looks, word);
}
