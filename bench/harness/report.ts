import type { Machine } from './machine.ts';
import {
  type Cell,
  type Column,
  type Goal,
  isFigure,
  type Measurement,
  type Outcomes,
  type Row,
  type Unit,
} from './measurement.ts';

/** What a run found: the shape of `results/latest.json`. A field is only ever added within one version. */
export interface Report {
  readonly format: 'migration-status/bench';
  readonly version: 1;
  /** ISO 8601 in UTC. */
  readonly measuredAt: string;
  readonly seconds: number;
  /** How much of the full size was measured; 1 for all of it. */
  readonly share: number;
  readonly machine: Machine;
  /** Column → package and version. */
  readonly peers: Readonly<Record<string, string>>;
  readonly rows: readonly ReportRow[];
}

/** One line of the report. */
export interface ReportRow {
  /** What `--only` calls it. */
  readonly measurement: string;
  readonly title: string;
  readonly label: string;
  readonly unit: Unit;
  /** Column → what was measured there, or why nothing was. */
  readonly cells: Readonly<Partial<Record<Column, Cell>>>;
  /** Ours divided by the baseline; null where one of the two is no number, or the baseline is 0. */
  readonly ratio: { readonly to: string; readonly value: number } | null;
  readonly goal: Goal | null;
  /** Null where there is no goal. A goal that could not be measured is not met. */
  readonly isMet: boolean | null;
  /** A sentence that the numbers need. */
  readonly note: string | null;
}

/** Judges the lines of all measurements. */
export function toReportRows(
  measurements: readonly Measurement[],
  outcomes: ReadonlyMap<string, Outcomes>,
): readonly ReportRow[] {
  return measurements.flatMap((measurement) =>
    measurement.toRows(outcomes.get(measurement.name) ?? {}).map((row) => toReportRow(measurement, row)),
  );
}

function toReportRow(measurement: Measurement, row: Row): ReportRow {
  const { title = measurement.title, label, unit, cells, goal = null, note = null } = row;
  const ratio = toRatio(row);
  const ours = cells.ours;
  const judged = goal?.of === 'ratio' ? ratio?.value : isFigure(ours) ? ours.value : undefined;
  const isMet = goal && judged !== undefined && isWithin(judged, goal);
  return { measurement: measurement.name, title, label, unit, cells, ratio, goal, isMet, note };
}

function isWithin(value: number, { atMost = value, atLeast = value }: Goal): boolean {
  return value <= atMost && value >= atLeast;
}

/** Ours divided by the baseline. */
export function toRatio({ cells, baseline }: Row): ReportRow['ratio'] {
  if (!baseline || !isFigure(cells.ours) || !isFigure(baseline.cell) || baseline.cell.value === 0)
    return null;
  return { to: baseline.name, value: cells.ours.value / baseline.cell.value };
}
