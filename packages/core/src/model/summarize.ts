import {
  isMigrationState,
  isTerminalState,
  type MigrationState,
  migrationStates,
} from './migration-state.ts';

/** What {@link summarize} tells about a set of migrations. */
export interface MigrationSummary {
  readonly total: number;
  /** How many have ended, in whatever way. */
  readonly done: number;
  /** How many are in each state; every state is listed, also with 0. */
  readonly counts: Readonly<Record<MigrationState, number>>;
  /** The state among them that most needs somebody to look; absent for an empty set. */
  readonly mostUrgent?: MigrationState;
  /** Whether there is at least one migration and all of them are `succeeded`. */
  readonly hasSucceeded: boolean;
}

/** From "somebody must act" to "nothing to do". */
export const byUrgency: readonly MigrationState[] = [
  'failed',
  'not_found',
  'awaiting_input',
  'unknown',
  'partially_succeeded',
  'canceled',
  'paused',
  'running',
  'pending',
  'succeeded',
];

/**
 * Counts a set of statuses per state and names the most urgent one. An empty set is not a success: nothing has been done,
 * and nothing is known. A state that this version does not know counts as `unknown`.
 *
 * @example
 * const summary = summarize([{ state: 'succeeded' }, { state: 'running' }]);
 * summary.done; // 1
 * summary.mostUrgent; // 'running'
 */
export function summarize(statuses: Iterable<{ readonly state: MigrationState }>): MigrationSummary {
  const counts = createStateCounts();
  for (const { state } of statuses) counts[toCountedState(state)] += 1;
  return toSummary(counts);
}

/** Nothing counted yet; every state is listed. */
export function createStateCounts(): Record<MigrationState, number> {
  return {
    pending: 0,
    running: 0,
    awaiting_input: 0,
    paused: 0,
    succeeded: 0,
    partially_succeeded: 0,
    failed: 0,
    canceled: 0,
    not_found: 0,
    unknown: 0,
  };
}

/** What a state counts as: itself, or `unknown` when this version does not know it. */
export function toCountedState(state: MigrationState): MigrationState {
  return isMigrationState(state) ? state : 'unknown';
}

/** What follows from the numbers per state, and from how many there are besides of which no state is known. */
export function toSummary(counts: Readonly<Record<MigrationState, number>>, unread = 0): MigrationSummary {
  let total = unread;
  let done = 0;
  for (const state of migrationStates) {
    total += counts[state];
    if (isTerminalState(state)) done += counts[state];
  }
  const mostUrgent = byUrgency.find((state) => counts[state] > 0);
  return {
    total,
    done,
    counts,
    ...(mostUrgent && { mostUrgent }),
    hasSucceeded: total > 0 && counts.succeeded === total,
  };
}
