import type { MigrationState } from '../model/migration-state.ts';
import { byUrgency } from '../model/summarize.ts';
import type { ConditionKind } from '../step/row.ts';
import { describeCount } from './describe-count.ts';
import { describeDuration } from './describe-duration.ts';
import type { OldestConditions } from './oldest-conditions.ts';
import { conditionWords, stateWords } from './row-words.ts';
import type { RowSummary } from './tally.ts';

/** What is described: the numbers of a snapshot or of a group. */
export type DescribedSummary = RowSummary & { readonly oldestConditions?: OldestConditions };

/**
 * The numbers of a snapshot or a group in one line for people, the most urgent first. Our own trouble in looking comes last
 * and by itself, because it is nobody's state.
 *
 * @param now Epoch milliseconds; with it, and where it is known, the line says for how long there has been trouble.
 *
 * @example
 * const view = createStatusView(tracker);
 * describeSummary(view.getSnapshot(), Date.now()); // '7 of 10 done, 1 failed, 2 running, 1 unreachable for 40 s'
 */
export function describeSummary(summary: DescribedSummary, now?: number): string {
  const { total, done, counts, unread, conditions, oldestConditions = {} } = summary;
  if (total === 0) return 'no migrations';
  const told = (state: MigrationState) => state !== 'succeeded' && counts[state] > 0;
  const states = byUrgency
    .filter(told)
    .map((state) => `${describeCount(counts[state])} ${stateWords[state]}`);
  const troubles = Object.keys(conditionWords)
    .filter(isConditionKind)
    .filter((kind) => conditions[kind] > 0)
    .map(
      (kind) =>
        `${describeCount(conditions[kind])} ${conditionWords[kind]}${toFor(oldestConditions[kind], now)}`,
    );
  return [
    `${describeCount(done)} of ${describeCount(total)} done`,
    ...states,
    ...(unread > 0 ? [`${describeCount(unread)} ${stateWords.unread}`] : []),
    ...troubles,
  ].join(', ');
}

function toFor(since: string | undefined, now: number | undefined): string {
  return since === undefined || now === undefined ? '' : ` for ${describeDuration(now - Date.parse(since))}`;
}

function isConditionKind(word: string): word is ConditionKind {
  return Object.hasOwn(conditionWords, word);
}
