import type { MigrationState } from '../model/migration-state.ts';
import type { MigrationProgress, MigrationStatus } from '../model/migration-status.ts';
import type { ConditionKind } from '../step/row.ts';
import { describeCount } from './describe-count.ts';
import { describeDuration } from './describe-duration.ts';

/** What each state is called in English; `unread` is a row of which nothing is known yet. */
export const stateWords: Readonly<Record<MigrationState | 'unread', string>> = {
  pending: 'pending',
  running: 'running',
  awaiting_input: 'awaiting input',
  paused: 'paused',
  succeeded: 'succeeded',
  partially_succeeded: 'partially succeeded',
  failed: 'failed',
  canceled: 'canceled',
  not_found: 'not found',
  unknown: 'unknown',
  unread: 'not read yet',
};

/** What each condition is called in English, the most urgent first. */
export const conditionWords: Readonly<Record<ConditionKind, string>> = {
  unauthorized: 'unauthorized',
  unreachable: 'unreachable',
  throttled: 'throttled',
  stalled: 'stalled',
};

/**
 * The state of a row in words. A word that nobody knows stands in quotes, as the provider said it, with whatever signs are in it.
 *
 * @param words Others in the place of the English ones.
 *
 * @example
 * for (const row of tracker.rows()) console.log(row.key, describeState(row.status)); // 'awaiting input', '“rolling_back”'
 */
export function describeState(
  status: Pick<MigrationStatus, 'state' | 'nativeState'> | undefined,
  words: Readonly<Record<MigrationState | 'unread', string>> = stateWords,
): string {
  if (status === undefined) return words.unread;
  return status.state === 'unknown' ? `“${status.nativeState}”` : words[status.state];
}

/**
 * Progress in words, by what the provider says; empty where it says nothing. A share never says more than there is: 99.6 is 99 %.
 *
 * @example
 * describeProgress({ completed: 1_204, total: 3_250, unit: 'users' }); // '1,204 of 3,250 users'
 * describeProgress({ percent: 37.4, failed: 2 }); // '37 %, 2 failed'
 */
export function describeProgress({
  percent,
  completed,
  total,
  failed,
  unit,
}: MigrationProgress = {}): string {
  const known = [completed, total].filter((count) => count !== undefined).map(describeCount);
  const counted = known.length > 0 ? [known.join(' of '), unit].filter(Boolean).join(' ') : undefined;
  const share = percent === undefined ? undefined : `${Math.floor(percent)} %`;
  const missed = failed ? `${describeCount(failed)} failed` : undefined;
  return [share, counted, missed].filter(Boolean).join(', ');
}

/**
 * How long ago something was: `just now`, `40 s ago`, `3 min ago`.
 *
 * @example
 * describeAge(192_000); // '3 min ago'
 */
export function describeAge(ageMs: number): string {
  return ageMs < 5_000 ? 'just now' : `${describeDuration(ageMs, 1)} ago`;
}

/** What is called a bar without a value, whose row is `running` at a provider that does not say how far. */
export const unknownProgressWords = 'running, progress not reported';
