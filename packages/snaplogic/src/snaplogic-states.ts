import { type MigrationState, mapState } from '@migration-status/core/adapter';

/**
 * SnapLogic's words for the state of a service migration. The page of the status endpoint lists the first four, and
 * `Not Found` as the status of a token that it does not know:
 *
 * @see https://docs.snaplogic.com/public-apis/get-apim-service-migration-status.html
 */
export const snapLogicStates = Object.freeze({
  Started: 'pending',
  Migrating: 'running',
  Completed: 'succeeded',
  Failed: 'failed',
  'Not Found': 'not_found',
} as const);

const statesByPlainWord = Object.fromEntries(
  Object.entries(snapLogicStates).map(([word, state]) => [toPlainWord(word), state]),
);

/** The state that a word stands for, however it is cased and spaced; `unknown` for a word that is not documented. */
export function toState(word: string): MigrationState {
  return mapState(statesByPlainWord, toPlainWord(word));
}

/** A word without case, spaces and underscores: SnapLogic writes `Not Found` in a record and `NOT_FOUND` elsewhere. */
export function toPlainWord(word: string): string {
  return word.toLowerCase().replaceAll(/[\s_]/g, '');
}
