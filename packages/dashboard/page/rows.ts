import {
  type ConditionKind,
  isTerminalState,
  type RowJson,
  toMigrationName,
  toPercent,
  toRemark,
} from '@migration-status/core';
import type { Grouping } from './grouping.ts';
import { type ShownState, shownStates } from './states.ts';

/** What rows can be sorted by. */
export type SortColumn = 'state' | 'migration' | 'provider' | 'progress' | 'news' | 'detail';

/** What somebody wants to see. */
export interface Wish {
  readonly search: string;
  /** Empty for all. */
  readonly states: ReadonlySet<ShownState>;
  readonly isOnlyTrouble: boolean;
  readonly groupBy: Grouping;
  /** Groups of which only the heading is shown. */
  readonly folded: ReadonlySet<string>;
  /** Left out, rows stand as the server has them. */
  readonly sort?: { readonly column: SortColumn; readonly isDown: boolean } | undefined;
}

/** A line of the table: a row, or the heading of a group. */
export type Line = RowLine | GroupLine;

export interface RowLine {
  readonly type: 'row';
  readonly row: RowJson;
}

export interface GroupLine {
  readonly type: 'group';
  readonly name: string;
  readonly numbers: GroupNumbers;
  readonly isFolded: boolean;
}

/** How many rows of a group there are, and are in each state and condition; those that there are none of are left out. */
export interface GroupNumbers {
  readonly total: number;
  readonly done: number;
  readonly states: ReadonlyMap<ShownState, number>;
  readonly conditions: ReadonlyMap<ConditionKind, number>;
}

/** What there is to show. */
export interface ShownLines {
  readonly lines: readonly Line[];
  /** How many rows, those of folded groups included. */
  readonly rowCount: number;
}

/** The lines to show, out of all rows. */
export function toLines(rows: Iterable<RowJson>, wish: Wish): ShownLines {
  const shown = sortRows([...rows].filter(toFilter(wish)), wish.sort);
  const rowCount = shown.length;
  if (wish.groupBy === 'none') return { lines: shown.map(toRowLine), rowCount };
  const { groupBy } = wish;
  const groups = Map.groupBy(shown, (row) => (groupBy === 'provider' ? row.provider : (row.group ?? '')));
  const lines = [...groups].sort(compareNames).flatMap(([name, members]): Line[] => {
    const isFolded = wish.folded.has(name);
    const heading: GroupLine = { type: 'group', name, numbers: toNumbers(members), isFolded };
    return isFolded ? [heading] : [heading, ...members.map(toRowLine)];
  });
  return { lines, rowCount };
}

/** What belongs to no group comes last. */
function compareNames([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a === '' ? 1 : b === '' ? -1 : a.localeCompare(b);
}

function toNumbers(rows: readonly RowJson[]): GroupNumbers {
  const states = new Map<ShownState, number>();
  const conditions = new Map<ConditionKind, number>();
  let done = 0;
  for (const { status, conditions: own } of rows) {
    const state = status?.state ?? 'unread';
    states.set(state, (states.get(state) ?? 0) + 1);
    for (const { kind } of own) conditions.set(kind, (conditions.get(kind) ?? 0) + 1);
    if (state !== 'unread' && isTerminalState(state)) done += 1;
  }
  return { total: rows.length, done, states, conditions };
}

/** What is wrong, in one line; empty where nothing is. */
export function toDetail(row: RowJson): string {
  const [condition] = row.conditions;
  return condition ? condition.message : toRemark(row);
}

function toRowLine(row: RowJson): RowLine {
  return { type: 'row', row };
}

function toFilter({ search, states, isOnlyTrouble }: Wish): (row: RowJson) => boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return (row) => {
    if (states.size > 0 && !states.has(row.status?.state ?? 'unread')) return false;
    if (isOnlyTrouble && !hasTrouble(row)) return false;
    if (words.length === 0) return true;
    const text = toSearchText(row);
    return words.every((word) => text.includes(word));
  };
}

function hasTrouble({ status, conditions }: RowJson): boolean {
  const isBad = status && ['failed', 'not_found', 'unknown', 'partially_succeeded'].includes(status.state);
  return conditions.length > 0 || isBad === true;
}

function toSearchText(row: RowJson): string {
  const { key, group = '', status } = row;
  return [key, toMigrationName(row), group, status?.state ?? '', status?.nativeState ?? '', toDetail(row)]
    .join('\n')
    .toLowerCase();
}

function sortRows(rows: readonly RowJson[], sort: Wish['sort']): readonly RowJson[] {
  if (sort === undefined) return rows;
  const toValue = sortValues[sort.column];
  const direction = sort.isDown ? -1 : 1;
  return rows
    .map((row) => ({ row, value: toValue(row) }))
    .sort((a, b) => direction * compare(a.value, b.value))
    .map(({ row }) => row);
}

const sortValues: Readonly<Record<SortColumn, (row: RowJson) => string | number>> = {
  state: ({ status }) => shownStates.indexOf(status?.state ?? 'unread'),
  migration: (row) => toMigrationName(row).toLowerCase(),
  provider: ({ provider }) => provider,
  progress: ({ status }) => toPercent(status?.progress) ?? -1,
  news: ({ status }) => status?.observedAt ?? '',
  detail: (row) => toDetail(row).toLowerCase() || '\uffff',
};

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
