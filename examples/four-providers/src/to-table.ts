import { type MigrationRow, toMigrationName } from '@migration-status/core';

const columns: readonly (readonly [head: string, toText: (row: MigrationRow) => string])[] = [
  ['PROVIDER', ({ provider }) => provider],
  ['MIGRATION', (row) => toMigrationName(row)],
  ['STATE', ({ status }) => status?.state ?? 'not read yet'],
  ['PROGRESS', ({ status }) => toPercent(status?.progress?.percent)],
  ['TROUBLE', ({ conditions }) => conditions.map(({ kind }) => kind).join(', ')],
];

/** Rows as text: a line each, columns as wide as what stands in them, no colour and no control codes. */
export function toTable(rows: Iterable<MigrationRow>): string {
  const heads = columns.map(([head]) => head);
  const lines = [heads, ...Array.from(rows, (row) => columns.map(([, toText]) => toText(row)))];
  const widths = heads.map((_head, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function toPercent(percent: number | undefined): string {
  return percent === undefined ? '' : `${Math.round(percent)} %`;
}
