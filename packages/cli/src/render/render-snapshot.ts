import {
  describeSummary,
  type MigrationHistory,
  type MigrationRow,
  migrationStates,
  type StatusSnapshot,
} from '@migration-status/core';
import { chooseColumns, type Extent, gap } from './choose-columns.ts';
import type { CellContext, Column } from './columns.ts';
import { toStateWord, unreadWord } from './describe-row.ts';
import { cutText, padText, toWidth } from './fit-text.ts';
import { type Look, shadeText } from './look.ts';

/** What a snapshot is drawn for. */
export interface SnapshotLook extends Look {
  /** Width of the terminal; infinite where nothing is to be cut. */
  readonly columns: number;
  /** Height of the terminal, of which all but two lines are used; infinite where everything is to be shown. */
  readonly rows: number;
  /** Epoch milliseconds, for ages. */
  readonly now: number;
  /** Which rows are shown; the summary counts the others too. Default: all. */
  readonly filter?: ((row: MigrationRow) => boolean) | undefined;
  /** Whether it is drawn again and again: then a dot moves where work is done and nobody says how much. Default false. */
  readonly isLive?: boolean | undefined;
  /** What is known of the past of a row, for how long it has been going on: `getHistory` of a view. */
  readonly historyOf?: ((key: string) => MigrationHistory | undefined) | undefined;
}

/**
 * A snapshot as a table with a line of summary below it. Pure: the same snapshot and look give the same text. No line is wider
 * than the terminal, but for the summary where everything is shown, and two lines of the terminal stay free. Where not all rows
 * fit, the last line but one says what is left out.
 *
 * @example
 * const look = { columns: 80, rows: 24, isColored: false, isUnicode: true, now: Date.now() };
 * console.log(renderSnapshot(view.getSnapshot(), look));
 */
export function renderSnapshot(snapshot: StatusSnapshot, look: SnapshotLook): string {
  const { rows: height, filter = () => true } = look;
  const described = describeSummary(snapshot, look.now);
  const summary = Number.isFinite(height) ? cutText(described, look.columns, look.isUnicode) : described;
  const room = Math.max(1, height - 2) - 1;
  const rows = [...snapshot.rows].filter(filter);
  if (rows.length === 0 || room < 2) return summary;
  const isCut = rows.length + 1 > room;
  const shown = isCut ? rows.slice(0, Math.max(0, room - 2)) : rows;
  const rest = rows.slice(shown.length);
  const table = shown.length > 0 ? renderTable(shown, look) : [];
  return [...table, ...(rest.length > 0 ? [renderRest(rest, look)] : []), summary].join('\n');
}

/** The rows as lines of a table, below a line of heads. */
function renderTable(rows: readonly MigrationRow[], look: SnapshotLook): readonly string[] {
  const context: CellContext = { ...look, historyOf: look.historyOf ?? (() => undefined) };
  const texts = new Map<Column, readonly (readonly string[])[]>();
  const toTexts = (column: Column) => {
    const known = texts.get(column) ?? rows.map((row) => column.toTexts(row, context));
    texts.set(column, known);
    return known;
  };
  const placed = chooseColumns(look.columns, (column) => toExtent(column, toTexts(column)));
  const head = placed.map(({ column, width }) => padText(cutText(column.head, width, look.isUnicode), width));
  const lines = rows.map((row, index) =>
    placed
      .map(({ column, width }) => {
        const text = chooseText(column, toTexts(column)[index] ?? [], width, look);
        return renderCell(column, row, padText(text, width), look);
      })
      .join(gap),
  );
  return [shadeText(head.join(gap).trimEnd(), 'dim', look), ...lines.map(trimLine)];
}

function toExtent({ leastWidth }: Column, texts: readonly (readonly string[])[]): Extent {
  let most = 0;
  let least = 0;
  for (const [whole = '', ...shorter] of texts) {
    const width = toWidth(whole);
    const isLegibleCut = leastWidth !== undefined && shorter.length === 0;
    most = Math.max(most, width);
    least = Math.max(least, isLegibleCut ? Math.min(width, leastWidth) : toWidth(shorter.at(-1) ?? whole));
  }
  return { most, least };
}

/** What may be cut is cut at its end; anything else gives way to a shorter form of itself. */
function chooseText(
  { leastWidth, cutsAt }: Column,
  [whole = '', ...shorter]: readonly string[],
  width: number,
  { isUnicode }: Look,
): string {
  const fitting = [whole, ...shorter].find((text) => toWidth(text) <= width);
  const isCut = leastWidth !== undefined || fitting === undefined;
  return isCut ? cutText(whole, width, isUnicode, cutsAt) : fitting;
}

/** The spaces after a text stay outside its colour. */
function renderCell({ toShade }: Column, row: MigrationRow, padded: string, look: Look): string {
  const shade = toShade?.(row);
  if (shade === undefined) return padded;
  const text = padded.trimEnd();
  return shadeText(text, shade, look) + padded.slice(text.length);
}

function trimLine(line: string): string {
  return line.trimEnd();
}

/** What did not fit: `… and 12 more running`. */
function renderRest(rows: readonly MigrationRow[], { columns: width, isUnicode }: SnapshotLook): string {
  const numbers = Map.groupBy(rows, toStateWord);
  const counts = [...migrationStates, unreadWord]
    .filter((word) => numbers.has(word))
    .map((word, index) => `${numbers.get(word)?.length}${index === 0 ? ' more' : ''} ${word}`);
  return cutText(`${isUnicode ? '…' : '...'} and ${counts.join(', ')}`, width, isUnicode);
}
