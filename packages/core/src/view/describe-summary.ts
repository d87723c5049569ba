import type { MigrationState } from '../model/migration-state.ts';
import { byUrgency } from '../model/summarize.ts';
import type { ConditionKind } from '../step/row.ts';
import type { OldestConditions } from './oldest-conditions.ts';
import type { RowSummary } from './tally.ts';

/** What is described: the numbers of a snapshot or of a group. */
export type DescribedSummary = RowSummary & { readonly oldestConditions?: OldestConditions };

const conditionKinds: readonly ConditionKind[] = ['unauthorized', 'unreachable', 'throttled', 'stalled'];

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
  const states = byUrgency.filter(told).map((state) => `${counts[state]} ${toWords(state)}`);
  const troubles = conditionKinds
    .filter((kind) => conditions[kind] > 0)
    .map((kind) => `${conditions[kind]} ${kind}${toFor(oldestConditions[kind], now)}`);
  return [
    `${done} of ${total} done`,
    ...states,
    ...(unread > 0 ? [`${unread} not read yet`] : []),
    ...troubles,
  ].join(', ');
}

/**
 * A duration for people, in its two largest units: `40 s`, `3 min 12 s`, `2 h 5 min`, `4 d 1 h`. Less than a second, and what
 * is no duration, is `0 s`.
 *
 * @example
 * describeDuration(192_000); // '3 min 12 s'
 */
export function describeDuration(durationMs: number): string {
  const seconds = Number.isFinite(durationMs) ? Math.max(0, Math.floor(durationMs / 1000)) : 0;
  const first = units.findIndex(({ inSeconds }) => seconds >= inSeconds);
  if (first < 0) return '0 s';
  let left = seconds;
  const parts = units.slice(first, first + 2).map(({ name, inSeconds }) => {
    const count = Math.floor(left / inSeconds);
    left -= count * inSeconds;
    return { count, name };
  });
  return parts
    .filter(({ count }) => count > 0)
    .map(({ count, name }) => `${count} ${name}`)
    .join(' ');
}

const units = [
  { name: 'd', inSeconds: 86_400 },
  { name: 'h', inSeconds: 3_600 },
  { name: 'min', inSeconds: 60 },
  { name: 's', inSeconds: 1 },
] as const;

function toFor(since: string | undefined, now: number | undefined): string {
  return since === undefined || now === undefined ? '' : ` for ${describeDuration(now - Date.parse(since))}`;
}

function toWords(state: MigrationState): string {
  return state.replaceAll('_', ' ');
}
