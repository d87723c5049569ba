/**
 * Every state a migration can be in, in the order of a normal life. The list is closed: a provider's own word is kept in
 * `nativeState`, and a word that nobody has mapped becomes `unknown`.
 */
export const migrationStates = [
  'pending',
  'running',
  'awaiting_input',
  'paused',
  'succeeded',
  'partially_succeeded',
  'failed',
  'canceled',
  'not_found',
  'unknown',
] as const;

/** One word of the closed list {@link migrationStates}. */
export type MigrationState = (typeof migrationStates)[number];

const knownStates: ReadonlySet<unknown> = new Set(migrationStates);

const terminalStates: ReadonlySet<MigrationState> = new Set([
  'succeeded',
  'partially_succeeded',
  'failed',
  'canceled',
  'not_found',
]);

/**
 * Whether a migration in this state has ended.
 *
 * `not_found` counts as ended. A tracker gives it a grace before it ends a wait on it, because a provider may not know a
 * migration *yet* right after its start. `awaiting_input` and `paused` stand still without having ended, and `unknown` is
 * never an end.
 *
 * @example
 * isTerminalState('partially_succeeded'); // true
 * isTerminalState('awaiting_input'); // false
 */
export function isTerminalState(state: MigrationState): boolean {
  return terminalStates.has(state);
}

/**
 * Whether a wait stops in this state unless it is told otherwise: the migration has ended, or stands still until a person
 * acts.
 *
 * @example
 * isRestingState('awaiting_input'); // true
 * isRestingState('paused'); // false
 */
export function isRestingState(state: MigrationState): boolean {
  return state === 'awaiting_input' || isTerminalState(state);
}

/**
 * Whether a value is one of {@link migrationStates}.
 *
 * @example
 * isMigrationState('running'); // true
 * isMigrationState('RUNNING'); // false
 */
export function isMigrationState(value: unknown): value is MigrationState {
  return knownStates.has(value);
}
