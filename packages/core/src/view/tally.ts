import { isTerminalState, type MigrationState, migrationStates } from '../model/migration-state.ts';
import { byUrgency, type MigrationSummary, toCountedState } from '../model/summarize.ts';
import type { ConditionKind } from '../step/row.ts';
import type { MigrationRow } from '../tracker/migration-row.ts';

/** How a set of rows stands. `total` counts all of them, read or not. Frozen. */
export interface RowSummary extends MigrationSummary {
  /** How many have not been read yet, and so are in no state. */
  readonly unread: number;
  /** How many have each condition; every kind is listed, also with 0. */
  readonly conditions: Readonly<Record<ConditionKind, number>>;
}

/**
 * What a row adds to the numbers, as one whole number: the column of its state, and a bit for each kind of condition. It is
 * kept for each row, so that nobody has to look at the row as it was.
 */
export type Share = number;

/** The share of a row that is not counted. */
export const noShare: Share = -1;

/**
 * The running numbers of sets of rows, by the number of the set, from 0. Those of one set lie together, 64 bytes of them,
 * so that a change of one among many sets has one place to look at.
 */
export interface Tallies {
  /** How many rows are in a set. */
  rowsOf(set: number): number;
  /** Counts a row out, or in, or otherwise than before. Tells whether a number has become another. */
  recount(set: number, before: Share, after: Share): boolean;
  /** The numbers of a set as they are, and what follows from them. */
  toSummary(set: number): RowSummary;
}

/** Where the numbers of a set are. */
const columns = {
  pending: 0,
  running: 1,
  awaiting_input: 2,
  paused: 3,
  succeeded: 4,
  partially_succeeded: 5,
  failed: 6,
  canceled: 7,
  not_found: 8,
  unknown: 9,
  unread: 10,
  rows: 11,
  unreachable: 12,
  throttled: 13,
  unauthorized: 14,
  stalled: 15,
} as const satisfies Record<MigrationState | ConditionKind | 'unread' | 'rows', number>;

const columnCount = 16;
const firstCondition = columns.unreachable;
const bitsOfConditions = columnCount - firstCondition;
const conditionMask = (1 << bitsOfConditions) - 1;
const columnOfState = new Map(migrationStates.map((state) => [state, columns[state]]));
const endColumns = migrationStates.filter(isTerminalState).map((state) => columns[state]);

/** What a row adds to the numbers. */
export function toShare({ status, conditions }: MigrationRow): Share {
  let bits = 0;
  for (const { kind } of conditions) bits |= 1 << (columns[kind] - firstCondition);
  const state = status && columnOfState.get(toCountedState(status.state));
  return ((state ?? columns.unread) << bitsOfConditions) | bits;
}

/** Nothing is counted yet, in whatever set. */
export function createTallies(): Tallies {
  let numbers = new Int32Array(columnCount);

  function count(set: number, share: Share, by: 1 | -1): void {
    if (share === noShare) return;
    const start = set * columnCount;
    add(start + columns.rows, by);
    add(start + (share >> bitsOfConditions), by);
    let column = start + firstCondition;
    for (let bits = share & conditionMask; bits !== 0; bits >>= 1, column += 1) {
      if (bits & 1) add(column, by);
    }
  }

  function add(index: number, by: 1 | -1): void {
    numbers[index] = (numbers[index] ?? 0) + by;
  }

  function reserve(set: number): void {
    const needed = (set + 1) * columnCount;
    if (needed <= numbers.length) return;
    const longer = new Int32Array(2 * needed);
    longer.set(numbers);
    numbers = longer;
  }

  return {
    rowsOf: (set) => numbers[set * columnCount + columns.rows] ?? 0,
    recount(set, before, after) {
      if (before === after) return false;
      reserve(set);
      count(set, before, -1);
      count(set, after, 1);
      return true;
    },
    toSummary: (set) => toRowSummary(numbers, set * columnCount),
  };
}

/** Field by field, because two of them are made at every change. */
function toRowSummary(numbers: Int32Array, start: number): RowSummary {
  const at = (column: number) => numbers[start + column] ?? 0;
  const total = at(columns.rows);
  const unread = at(columns.unread);
  let done = 0;
  for (const column of endColumns) done += at(column);
  const counts = Object.freeze({
    pending: at(columns.pending),
    running: at(columns.running),
    awaiting_input: at(columns.awaiting_input),
    paused: at(columns.paused),
    succeeded: at(columns.succeeded),
    partially_succeeded: at(columns.partially_succeeded),
    failed: at(columns.failed),
    canceled: at(columns.canceled),
    not_found: at(columns.not_found),
    unknown: at(columns.unknown),
  });
  const conditions = Object.freeze({
    unreachable: at(columns.unreachable),
    throttled: at(columns.throttled),
    unauthorized: at(columns.unauthorized),
    stalled: at(columns.stalled),
  });
  const mostUrgent = byUrgency.find((state) => at(columns[state]) > 0);
  if (mostUrgent === undefined)
    return Object.freeze({ total, done, counts, hasSucceeded: false, unread, conditions });
  const hasSucceeded = at(columns.succeeded) === total;
  return Object.freeze({ total, done, counts, mostUrgent, hasSucceeded, unread, conditions });
}
