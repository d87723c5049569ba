import type { MigrationHistory, MigrationRow } from '@migration-status/core';
import {
  describeDetail,
  describeProgress,
  describeRemainder,
  describeTrouble,
  toShortName,
  toStateWord,
} from './describe-row.ts';
import { toElapsedMs } from './elapsed.ts';
import { formatDuration } from './format-duration.ts';
import type { Look, Shade } from './look.ts';
import { toShade, toSymbol } from './state-look.ts';

/** What a cell follows from, besides its row. */
export interface CellContext extends Look {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly historyOf: (key: string) => MigrationHistory | undefined;
  /** Whether the picture is drawn again and again, so that something can move in it. */
  readonly isLive?: boolean | undefined;
}

/** One column of the table. */
export interface Column {
  readonly name: ColumnName;
  readonly head: string;
  /** What the cell says, from the whole of it to the least that must be legible. */
  readonly toTexts: (row: MigrationRow, context: CellContext) => readonly string[];
  readonly toShade?: (row: MigrationRow) => Shade | undefined;
  /** The least that the column can do with, where its texts may be cut: a text that has no shorter form is. */
  readonly leastWidth?: number;
  /** Ids differ at their ends, so that they are cut in the middle. Default: at the end. */
  readonly cutsAt?: 'end' | 'middle';
  /** Whether it is left out where no row has anything to say in it. */
  readonly mayBeAbsent?: boolean;
}

/** The columns, in their order. */
export type ColumnName = 'symbol' | 'provider' | 'migration' | 'state' | 'progress' | 'elapsed' | 'detail';

/** Every column there is; which of them are shown depends on the width. */
export const columns: readonly Column[] = [
  {
    name: 'symbol',
    head: ' ',
    toTexts: ({ status }, look) => [toSymbol(status?.state, look)],
    toShade: ({ status }) => toShade(status?.state),
  },
  { name: 'provider', head: 'PROVIDER', toTexts: ({ provider }) => [provider], leastWidth: 10 },
  {
    name: 'migration',
    head: 'MIGRATION',
    toTexts: (row) => [toShortName(row)],
    leastWidth: 11,
    cutsAt: 'middle',
  },
  {
    name: 'state',
    head: 'STATE',
    toTexts: (row) => [toStateWord(row)],
    toShade: ({ status }) => toShade(status?.state),
  },
  {
    name: 'progress',
    head: 'PROGRESS',
    mayBeAbsent: true,
    toTexts: (row, context) => {
      const texts = describeProgress(row);
      if (texts[0] === '') return [toMovingDot(row, context)];
      const remainder = describeRemainder(row, context.now);
      const withRemainder = texts.map((text) => `${text} ${remainder}`.trim());
      return [...withRemainder, texts.at(-1) ?? ''];
    },
  },
  {
    name: 'elapsed',
    head: 'ELAPSED',
    mayBeAbsent: true,
    toTexts: (row, { now, historyOf }) => {
      const elapsedMs = toElapsedMs(row, historyOf(row.key), now);
      return [elapsedMs === undefined ? '' : formatDuration(elapsedMs)];
    },
  },
  {
    name: 'detail',
    head: 'DETAIL',
    mayBeAbsent: true,
    toTexts: (row, { now }) => {
      const detail = describeDetail(row, now);
      return row.conditions.length > 0 ? [detail, describeTrouble(row, now)] : [detail];
    },
    toShade: ({ conditions }) => (conditions.length > 0 ? 'yellow' : undefined),
    leastWidth: 12,
  },
];

/** Work is done and nobody says how much: a dot that goes to and fro, and no number. It stands still while we cannot look. */
function toMovingDot({ status, conditions }: MigrationRow, { isLive, isUnicode, now }: CellContext): string {
  if (!isLive || status?.state !== 'running' || conditions.length > 0) return '';
  const places = [0, 1, 2, 1];
  return ' '.repeat(places[Math.floor(now / 1_000) % places.length] ?? 0) + (isUnicode ? '·' : '.');
}

/** The state where no column is left for details: what is wrong with our looking stands beside it. */
export const stateWithTrouble: Column = {
  name: 'state',
  head: 'STATE',
  toTexts: (row, { now }) => {
    const trouble = describeTrouble(row, now);
    return [trouble ? `${toStateWord(row)} (${trouble})` : toStateWord(row)];
  },
  toShade: ({ status }) => toShade(status?.state),
};
