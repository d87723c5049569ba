import { migrationStates } from '../model/migration-state.ts';
import { createStateCounts, type MigrationSummary, toCountedState, toSummary } from '../model/summarize.ts';
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
 * What a row adds to the numbers, as one whole number: the index of its state, and a bit for each kind of condition. It is
 * kept for each row, so that nobody has to look at the row as it was.
 */
export type Share = number;

/** The share of a row that is not counted. */
export const noShare: Share = -1;

/** The running numbers of a set of rows. */
export interface Tally {
  rows: number;
  /** Per index of a state, with that of unread rows after the last. */
  readonly states: number[];
  /** Per bit of a kind of condition. */
  readonly conditions: number[];
}

const conditionBits: Readonly<Record<ConditionKind, number>> = {
  unreachable: 0,
  throttled: 1,
  unauthorized: 2,
  stalled: 3,
};

const bitsOfConditions = Object.keys(conditionBits).length;
const unreadIndex = migrationStates.length;
const indexOfState = new Map(migrationStates.map((state, index) => [state, index]));

/** What a row adds to the numbers. */
export function toShare({ status, conditions }: MigrationRow): Share {
  let bits = 0;
  for (const { kind } of conditions) bits |= 1 << conditionBits[kind];
  const state = status && indexOfState.get(toCountedState(status.state));
  return ((state ?? unreadIndex) << bitsOfConditions) | bits;
}

/** The numbers of no rows. */
export function createTally(): Tally {
  return {
    rows: 0,
    states: Array.from({ length: unreadIndex + 1 }, () => 0),
    conditions: Array.from({ length: bitsOfConditions }, () => 0),
  };
}

/** Counts a row out, or in, or otherwise than before. Tells whether a number has become another. */
export function recount(tally: Tally, before: Share, after: Share): boolean {
  if (before === after) return false;
  count(tally, before, -1);
  count(tally, after, 1);
  return true;
}

function count(tally: Tally, share: Share, by: 1 | -1): void {
  if (share === noShare) return;
  const { states, conditions } = tally;
  const state = share >> bitsOfConditions;
  tally.rows += by;
  states[state] = (states[state] ?? 0) + by;
  for (let bit = 0; bit < bitsOfConditions; bit += 1) {
    if (share & (1 << bit)) conditions[bit] = (conditions[bit] ?? 0) + by;
  }
}

/** The numbers as they are, and what follows from them. */
export function toRowSummary({ states, conditions }: Tally): RowSummary {
  const counts = createStateCounts();
  for (const [index, state] of migrationStates.entries()) counts[state] = states[index] ?? 0;
  const unread = states[unreadIndex] ?? 0;
  const [unreachable = 0, throttled = 0, unauthorized = 0, stalled = 0] = conditions;
  return Object.freeze({
    ...toSummary(Object.freeze(counts), unread),
    unread,
    conditions: Object.freeze({ unreachable, throttled, unauthorized, stalled }),
  });
}
