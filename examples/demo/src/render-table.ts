import type { MigrationRow } from '@migration-status/core';
import Table from 'cli-table3';
import { describeProgress, describeTrouble } from './describe-row.ts';
import { formatState } from './state-symbol.ts';

/** One line of the table. */
export interface TableLine {
  readonly name: string;
  readonly row: MigrationRow;
  /** How long it has been followed, until it ended. */
  readonly elapsedMs: number;
}

/** What the table is drawn for. */
export interface TableLook {
  /** Width of the terminal. */
  readonly columns: number;
  readonly color: boolean;
  readonly unicode: boolean;
}

interface Column {
  readonly head: string;
  readonly width: number;
  readonly toText: (line: TableLine, look: TableLook) => string;
}

const columns: readonly Column[] = [
  { head: 'PROVIDER', width: 19, toText: ({ row }) => row.provider },
  { head: 'MIGRATION', width: 12, toText: ({ name }) => name },
  {
    head: 'STATE',
    width: 22,
    toText: ({ row }, look) => (row.status ? formatState(row.status.state, look) : ''),
  },
  { head: 'DONE', width: 6, toText: ({ row }) => describeProgress(row) },
  { head: 'ELAPSED', width: 8, toText: ({ elapsedMs }) => `${Math.floor(elapsedMs / 1000)}s` },
];

const narrowest = 80;

/** The table as text, cut to the width of the terminal; on a narrow one only with the migration and its state. */
export function renderTable(lines: readonly TableLine[], look: TableLook): string {
  const shown = look.columns < narrowest ? columns.slice(1, 3) : columns;
  const taken = shown.reduce((sum, { width }) => sum + width, 0);
  const trouble: Column = {
    head: 'TROUBLE',
    width: look.columns - taken,
    toText: ({ row }) => describeTrouble(row),
  };
  const drawn = trouble.width >= 5 ? [...shown, trouble] : shown;
  const table = new Table({
    head: drawn.map(({ head }) => head),
    colWidths: drawn.map(({ width }) => width),
    truncate: look.unicode ? '…' : '~',
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 1 },
    chars: noLines,
  });
  for (const line of lines) table.push(drawn.map(({ toText }) => toText(line, look)));
  return table
    .toString()
    .split('\n')
    .map((text) => text.trimEnd())
    .join('\n');
}

const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
