import Table from 'cli-table3';
import { driverNames } from './drivers/load-driver.ts';
import { type Cell, type Column, type Goal, isFigure, type Unit } from './harness/measurement.ts';
import type { Report, ReportRow } from './harness/report.ts';
import { peerNames } from './peers/load-peer.ts';

const heads: Readonly<Record<Column, string>> = {
  bare: 'bare',
  'p-wait-for': 'p-wait',
  waiter: 'waiter',
  'p-retry': 'p-retry',
  query: 'query',
  'core-lro': 'lro',
  bullmq: 'BullMQ',
  'pg-boss': 'pg-boss',
  ours: 'ours',
};

const width = 80;

/** Which columns stand side by side. */
interface Layout {
  readonly columns: readonly Column[];
  /** Of the label, which may go over several lines, of each column, and of ratio, goal and whether it is met. */
  readonly widths: readonly number[];
}

const pollers: Layout = {
  columns: [...peerNames, 'ours'],
  widths: [15, 7, 7, 7, 8, 6, 7, 7, 6, 6, 4],
};
const queues: Layout = { columns: driverNames, widths: [25, 11, 11, 11, 8, 8, 5] };

function toLayout(rows: readonly ReportRow[]): Layout {
  const used = new Set(rows.flatMap(({ cells }) => Object.keys(cells)));
  return used.has('bullmq') || used.has('pg-boss') ? queues : pollers;
}

/** The report as text of 80 columns, without colour. */
export function renderReport(report: Report): string {
  const { machine, peers, measuredAt, seconds, share } = report;
  const gigabytes = Math.round(machine.memoryBytes / 2 ** 30);
  const versions = Object.entries(peers).map(([column, version]) => `${column}: ${version}`);
  return [
    `${machine.cpu}, ${machine.cores} cores, ${gigabytes} GiB`,
    `Node ${machine.node}, ${machine.os}`,
    `${measuredAt}, ${Math.round(seconds)} s${share < 1 ? `, at ${share} of the full size` : ''}`,
    ...versions,
    '',
    renderTable(report.rows),
  ].join('\n');
}

/** The lines, under the title of their measurement. */
export function renderTable(rows: readonly ReportRow[]): string {
  const layout = toLayout(rows);
  const head = ['', ...layout.columns.map((column) => heads[column]), 'ratio', 'goal', 'met'];
  const titles = [...new Set(rows.map(({ title }) => title))];
  const groups = titles.map((title) => {
    const group = rows.filter((row) => row.title === title);
    const notes = new Set(group.flatMap(toNotes));
    const lines = group.map((row) => toLine(row, layout));
    return [title, drawLines(lines, layout), ...[...notes].map((note) => cut(`  ${note}`))].join('\n');
  });
  return [drawLines([head], layout), ...groups].join('\n\n');
}

function drawLines(lines: readonly (readonly string[])[], { widths }: Layout): string {
  const table = new Table({
    colWidths: [...widths],
    colAligns: widths.map((_width, index) => (index === 0 ? 'left' : 'right')),
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 1 },
    chars: noLines,
    wordWrap: true,
  });
  for (const line of lines) table.push([...line]);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** A reason can be long; the JSON has all of it. */
function cut(line: string): string {
  return line.length > width ? `${line.slice(0, width - 1)}…` : line;
}

function toLine(
  { label, unit, cells, ratio, goal, isMet }: ReportRow,
  { columns }: Layout,
): readonly string[] {
  return [
    label,
    ...columns.map((column) => formatCell(cells[column], unit)),
    ratio ? formatRatio(ratio.value) : '',
    goal ? formatGoal(goal, unit) : '',
    isMet === null ? '' : isMet ? 'yes' : 'no',
  ];
}

/** What the line needs to be said besides, and why numbers are missing. */
function toNotes({ cells, note }: ReportRow): readonly string[] {
  const reasons = Object.entries(heads).flatMap(([column, head]) => {
    const cell = new Map(Object.entries(cells)).get(column);
    return cell === undefined || isFigure(cell) ? [] : `${head} failed: ${cell.failed}`;
  });
  return note === null ? reasons : [note, ...reasons];
}

function formatCell(cell: Cell | undefined, unit: Unit): string {
  if (cell === undefined) return '';
  return isFigure(cell) ? formatNumber(cell.value, unit) : 'failed';
}

function formatGoal({ of, atMost, atLeast }: Goal, unit: Unit): string {
  if (atMost === 0) return '0';
  const format = (value: number) => (of === 'ratio' ? formatRatio(value) : formatNumber(value, unit));
  return atMost === undefined ? `≥${format(atLeast)}` : `≤${format(atMost)}`;
}

function formatRatio(value: number): string {
  return `×${(value < 10 ? toHundredths : toThreeDigits).format(value)}`;
}

const toHundredths = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const toThreeDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, useGrouping: false });
const toPercent = new Intl.NumberFormat('en', {
  style: 'percent',
  maximumSignificantDigits: 2,
  useGrouping: false,
});
const toCompact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

/** At most six characters. */
export function formatNumber(value: number, unit: Unit): string {
  if (unit === 'share') return toPercent.format(value);
  if (Math.abs(value) >= 100_000) return toCompact.format(value);
  const isWhole = unit === 'bytes' || Math.abs(value) >= 100;
  return isWhole ? String(Math.round(value)) : toThreeDigits.format(value);
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
