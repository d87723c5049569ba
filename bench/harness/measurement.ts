import { driverNames } from '../drivers/load-driver.ts';
import { peerNames } from '../peers/load-peer.ts';
import type { Figure } from './median.ts';

/** The columns that a report can have. */
export const columns = [...peerNames, ...driverNames] as const;

export type Column = (typeof columns)[number];

/** What one process found: numbers by name. */
export interface Findings {
  readonly figures: Readonly<Record<string, number>>;
}

/** What all runs of one case came to. */
export type Outcome = { readonly figures: Readonly<Record<string, Figure>> } | { readonly failed: string };

/** The outcomes of a measurement, by case. */
export type Outcomes = Readonly<Record<string, Outcome>>;

/** A number, or why there is none. */
export type Cell = Figure | { readonly failed: string };

export type Unit = 'bytes' | 'megabytes' | 'microseconds' | 'milliseconds' | 'seconds' | 'count' | 'share';

/** One line of the report, before anything is judged. */
export interface Row {
  /** What distinguishes it within its measurement; short. */
  readonly label: string;
  readonly unit: Unit;
  readonly cells: Readonly<Partial<Record<Column, Cell>>>;
  /** What ours is divided by; left out where a ratio says nothing. */
  readonly baseline?: { readonly name: string; readonly cell: Cell | undefined };
  readonly goal?: Goal;
  /** Default: that of the measurement. */
  readonly title?: string;
  /** A sentence that the numbers need. */
  readonly note?: string;
}

/** The most, or the least, that our number or its ratio to the baseline may be. */
export type Goal = { readonly of: 'ours' | 'ratio' } & (
  | { readonly atMost: number; readonly atLeast?: undefined }
  | { readonly atLeast: number; readonly atMost?: undefined }
);

/** One thing that is measured. */
export interface Measurement {
  /** What `--only` calls it. */
  readonly name: string;
  /** One line: what the numbers are, and what the ratio is to. */
  readonly title: string;
  /** Each runs in processes of its own. */
  readonly cases: readonly string[];
  /** How often each case runs; the report shows medians. */
  readonly repeats: number;
  /** Whether it measures time, so that nothing else may run beside it. */
  readonly needsQuiet: boolean;
  /**
   * Measures one case. Runs in a process of its own.
   *
   * @param share How much of the full size, above 0 and at most 1.
   */
  measure(caseName: string, share: number): Promise<Findings>;
  /** The lines of the report. Pure. */
  toRows(outcomes: Outcomes): readonly Row[];
}

/** One number of one case. */
export function toCell(outcomes: Outcomes, caseName: string, figure: string): Cell | undefined {
  const outcome = outcomes[caseName];
  return outcome && 'figures' in outcome ? outcome.figures[figure] : outcome;
}

/** A number that stands beside ours; nothing where there is none, since ours gives the reason. */
export function toFigureCells(column: Column, cell: Cell | undefined): Partial<Record<Column, Cell>> {
  return isFigure(cell) ? { [column]: cell } : {};
}

/** Whether something was measured. */
export function isFigure(cell: Cell | undefined): cell is Figure {
  return cell !== undefined && 'value' in cell;
}

/** The same number of several cases that are named like their columns. */
export function toCells(
  outcomes: Outcomes,
  columns: readonly Column[],
  figure: string,
): Partial<Record<Column, Cell>> {
  const cells = columns.flatMap((column) => {
    const cell = toCell(outcomes, column, figure);
    return cell ? [[column, cell] as const] : [];
  });
  return Object.fromEntries(cells);
}

/** A part of a population, at least one. */
export function toSize(full: number, share: number): number {
  return Math.max(1, Math.round(full * share));
}
