import {
  type Condition,
  describeCount,
  type MigrationRow,
  stateWords,
  toMigrationName,
  toPercent,
  toRemark,
} from '@migration-status/core';
import { formatAge } from './format-duration.ts';
import { toPlainText } from './plain-text.ts';

/** What a migration is called where its provider stands beside it: `handbook`, or else `org_1 / mig_7`, as on the page. */
export function toShortName(row: MigrationRow): string {
  return toPlainText(toMigrationName(row));
}

/**
 * What a migration is called in a sentence: the name that it was given with the provider in front of it, `velt/handbook`, or
 * else its key, `velt/org_1/mig_7`, which is one word and its address.
 */
export function toFullName({ name, key, provider }: Pick<MigrationRow, 'name' | 'key' | 'provider'>): string {
  return toPlainText(name ? `${provider}/${name}` : key);
}

/** What is said in the place of a state while nothing has been read. */
export const unreadWord = stateWords.unread;

/** The word of the state; that nothing has been read is no state. */
export function toStateWord({ status }: MigrationRow): string {
  return status?.state ?? unreadWord;
}

/**
 * How far it is, in the provider's own numbers, from the whole of it to the least: `37% 1,204/3,250 items`, `37%`. Empty where
 * the provider does not say.
 */
export function describeProgress({ status }: MigrationRow): readonly string[] {
  const { completed, total, unit } = status?.progress ?? {};
  const percent = toPercent(status?.progress);
  const share = percent === undefined ? undefined : `${Math.floor(percent)}%`;
  const counts = toCounts(completed, total);
  const full = [share, counts, counts && unit && toPlainText(unit)].filter(Boolean).join(' ');
  return [full, share ?? counts ?? ''];
}

function toCounts(completed: number | undefined, total: number | undefined): string | undefined {
  if (completed === undefined) return undefined;
  return total === undefined
    ? describeCount(completed)
    : `${describeCount(completed)}/${describeCount(total)}`;
}

/** How long it will still take if it goes on as it does; nothing where that would be a guess. */
export function describeRemainder({ estimatedEndAt }: MigrationRow, now: number): string {
  return estimatedEndAt === undefined ? '' : `~${formatAge(Date.parse(estimatedEndAt) - now)}`;
}

/** What is wrong with our looking, and for how long: `unreachable 4m`. Empty when all is well. */
export function describeTrouble({ conditions }: MigrationRow, now: number): string {
  return conditions.map(({ kind, since }) => `${kind} ${formatAge(now - Date.parse(since))}`).join(', ');
}

/** What there is to say beyond state and progress: trouble in looking comes first, then what the provider says. */
export function describeDetail(row: MigrationRow, now: number): string {
  const [condition] = row.conditions;
  return condition
    ? `${describeTrouble(row, now)}: ${describeCondition(condition)}`
    : describeMessage(row) || describePhase(row);
}

/** The cause of a condition, in the words of whoever met it. */
export function describeCondition({ message }: Condition): string {
  return toPlainText(message);
}

/** What the provider says about the migration itself. */
export function describeMessage({ status }: MigrationRow): string {
  if (status === undefined) return '';
  const { state, nativeState } = status;
  if (state === 'unknown') return `says "${toPlainText(nativeState)}"`;
  return toPlainText(toRemark({ status })) || (state === 'awaiting_input' ? 'a person has to act' : '');
}

function describePhase({ status }: MigrationRow): string {
  return status?.phase === undefined ? '' : toPlainText(status.phase);
}
