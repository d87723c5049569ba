import { isTerminalState } from '../model/migration-state.ts';
import type { MigrationReading } from '../model/migration-status.ts';
import { toPercent } from '../model/to-percent.ts';
import { isSameNews, isSameProgress } from './is-same-news.ts';
import { type PacedRow, type StepMoment, toRegularGap } from './regular-gap.ts';
import type { Row } from './row.ts';
import type { StepPolicy } from './step-policy.ts';

/** What is to be known of a row that is well: followed, without conditions, memo, or an empty answer. */
export interface WellRow extends PacedRow, Pick<Row, 'reading'> {
  readonly readAt: number;
}

/**
 * A short cut through `step` for what nearly all reads bring: nothing new, of a row that is well. Says when to read next,
 * or gives undefined where it is anything else, and `step` has to look.
 *
 * Where it answers, `step` gives the same time, a row that else differs only in `reading`, `observedAt`, `readAt`, and one
 * more in `reads` and `stillReads`, and nothing to tell. So the engine can write these down without a row being made.
 */
export function toRepeatDueAt(
  row: WellRow,
  reading: MigrationReading,
  moment: StepMoment,
  policy: StepPolicy,
): number | undefined {
  const known = row.reading;
  if (known === undefined || reading.memo !== undefined || isTerminalState(reading.state)) return undefined;
  if (reading !== known && !isRepeated(known, reading, row.progressFrom)) return undefined;
  // It may be time to say that it stands still.
  const isLongStill = moment.now - row.stillSince >= policy.stalledAfterMs;
  if (isLongStill && reading.progress !== undefined) return undefined;
  return moment.now + toRegularGap(row, reading, moment, policy, reading.retryAfterMs);
}

function isRepeated(known: MigrationReading, reading: MigrationReading, progressFrom: number): boolean {
  return (
    isSameNews(known, reading) &&
    isSameProgress(known, reading) &&
    Math.fround(toPercent(reading.progress) ?? 0) >= progressFrom
  );
}
