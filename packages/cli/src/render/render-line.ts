import type { MigrationRow } from '@migration-status/core';
import {
  describeCondition,
  describeMessage,
  describeProgress,
  toFullName,
  toStateWord,
} from './describe-row.ts';
import { formatClock } from './format-clock.ts';
import { type Look, shadeText } from './look.ts';
import { toPlainText } from './plain-text.ts';
import { toShade } from './state-look.ts';

/** What a line says besides the row itself. */
export interface LineContext extends Look {
  /** When it happened, epoch milliseconds. */
  readonly at: number;
  /** The word of the state before, where there was another. */
  readonly previousWord?: string | undefined;
  /** Whether the state is news, so that the provider's own word for it is told too. Default true. */
  readonly isNewState?: boolean | undefined;
}

/**
 * A migration in one line, for output that is kept: the time, its name, what is known of it, and what is wrong:
 * `12:03:07Z velt/mig_42 running → failed: disk full (native "ERROR")`.
 */
export function renderLine(
  row: MigrationRow,
  { at, previousWord, isNewState = true, ...look }: LineContext,
): string {
  const { status, conditions } = row;
  const arrow = look.isUnicode ? '→' : '->';
  const [progress = ''] = describeProgress(row);
  const state = shadeText(toStateWord(row), toShade(status?.state), look);
  const known = [previousWord && `${previousWord} ${arrow}`, state, progress].filter(Boolean).join(' ');
  const message = status?.state === 'unknown' ? '' : describeMessage(row);
  const native = isNewState && isTold(row) ? ` (native "${toPlainText(status?.nativeState ?? '')}")` : '';
  const trouble = conditions.map((condition) => ` (${condition.kind}: ${describeCondition(condition)})`);
  return `${formatClock(at, look)} ${toFullName(row)} ${known}${message ? `: ${message}` : ''}${native}${trouble.join('')}`;
}

/** The provider's own word, where it says more than the state. */
function isTold({ status }: MigrationRow): boolean {
  return (
    status !== undefined && status.nativeState !== '' && status.nativeState.toLowerCase() !== status.state
  );
}
