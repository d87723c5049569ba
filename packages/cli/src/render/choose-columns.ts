import { type Column, type ColumnName, columns, stateWithTrouble } from './columns.ts';

/** How wide a column has to be for all of its texts, and for the least that must be legible of each. */
export interface Extent {
  readonly most: number;
  readonly least: number;
}

/** A column and the width that it gets. */
export interface PlacedColumn {
  readonly column: Column;
  readonly width: number;
}

/** Between two columns. */
export const gap = '  ';

/** What is left out first when the terminal is too narrow. */
const sacrifices: readonly ColumnName[] = ['elapsed', 'detail', 'progress', 'provider'];

/** Who gets the room that is left over, as far as there is need for it. */
const heirs: readonly ColumnName[] = ['state', 'migration', 'provider', 'detail', 'progress'];

/** Down to which width the last columns give way, in turn. */
const concessions: readonly (readonly [name: ColumnName, least: number])[] = [
  ['state', 24],
  ['migration', 8],
  ['state', 4],
  ['migration', 1],
];

/**
 * The columns that fit into a width, each with a width of its own. What does not fit at its least goes, in a fixed order; the
 * symbol, the migration and its state always stay.
 */
export function chooseColumns(width: number, toExtent: (column: Column) => Extent): readonly PlacedColumn[] {
  const isEmpty = (column: Column) => column.mayBeAbsent === true && toExtent(column).most === 0;
  for (let count = 0; count <= sacrifices.length; count += 1) {
    const shown = withoutColumns(sacrifices.slice(0, count)).filter((column) => !isEmpty(column));
    const extents = shown.map((column) => toRange(column, toExtent(column)));
    const least = sum(extents.map((extent) => extent.least)) + gap.length * (shown.length - 1);
    const isLast = count === sacrifices.length;
    if (least <= width || isLast) return distribute(shown, extents, width - least);
  }
  return [];
}

function withoutColumns(names: readonly ColumnName[]): readonly Column[] {
  const kept = columns.filter(({ name }) => !names.includes(name));
  return kept.map((column) =>
    column.name === 'state' && names.includes('detail') ? stateWithTrouble : column,
  );
}

/** A column is never narrower than its head. */
function toRange({ head }: Column, { most, least }: Extent): Extent {
  return { most: Math.max(most, head.length), least: Math.max(least, head.length) };
}

/** Where there is less than nothing to hand out, the last columns give way. */
function distribute(
  shown: readonly Column[],
  extents: readonly Extent[],
  spare: number,
): readonly PlacedColumn[] {
  const widths = new Map(shown.map(({ name }, index) => [name, extents[index]?.least ?? 0]));
  let left = spare;
  for (const name of heirs) {
    const index = shown.findIndex((column) => column.name === name);
    const { most = 0, least = 0 } = extents[index] ?? {};
    const share = Math.max(0, Math.min(left, most - least));
    if (index >= 0) widths.set(name, least + share);
    left -= share;
  }
  for (const [name, least] of concessions) {
    const width = widths.get(name) ?? 0;
    const cut = Math.min(Math.max(0, -left), Math.max(0, width - least));
    widths.set(name, width - cut);
    left += cut;
  }
  return shown.map((column) => ({ column, width: widths.get(column.name) ?? 0 }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
