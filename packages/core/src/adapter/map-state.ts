import type { MigrationState } from '../model/migration-state.ts';
import type { StateTable } from './contract.ts';

/**
 * Looks a provider's word up in its state table. A word that is not an own property of the table is `unknown`, so that
 * `constructor` or `__proto__` are words like any other and nothing is ever guessed.
 *
 * @example
 * mapState({ DONE: 'succeeded' }, 'DONE'); // 'succeeded'
 * mapState({ DONE: 'succeeded' }, 'toString'); // 'unknown'
 */
export function mapState(states: StateTable, nativeState: string): MigrationState {
  return Object.hasOwn(states, nativeState) ? (states[nativeState] ?? 'unknown') : 'unknown';
}
