import type { MigrationAdapter } from '../adapter/contract.ts';
import type { LaneQueue } from './lane-queue.ts';
import type { RowId } from './row-table.ts';

/** One request that is out. */
export interface OngoingRead {
  readonly adapter: MigrationAdapter;
  readonly lane: LaneQueue;
  /** The rows that it is about; undefined where one has been taken out of it. */
  readonly ids: (RowId | undefined)[];
  /** How many are left. */
  left: number;
  readonly giveUpAt: number;
  /** Whether its answer has been taken, or is not wanted any more. */
  isOver: boolean;
  readonly controller: AbortController;
  /** The requests that went out before and after it. Kept by {@link OngoingReads}. */
  previous: OngoingRead | undefined;
  next: OngoingRead | undefined;
}

/** The requests that are out. */
export interface OngoingReads {
  /** The one that has been out the longest; the others follow by their `next`. */
  oldest(): OngoingRead | undefined;
  add(read: OngoingRead): void;
  /** Does nothing when it is not among them. */
  remove(read: OngoingRead): void;
}

/**
 * A list through the reads themselves. A `Set` would say the same, but the tables that it leaves behind as it fills and
 * empties point at reads that are over, and keep them until the next full collection.
 */
export function createOngoingReads(): OngoingReads {
  let oldest: OngoingRead | undefined;
  let latest: OngoingRead | undefined;
  return {
    oldest: () => oldest,
    add(read) {
      read.previous = latest;
      if (latest === undefined) oldest = read;
      else latest.next = read;
      latest = read;
    },
    remove(read) {
      const { previous, next } = read;
      if (previous === undefined && oldest !== read) return;
      if (previous === undefined) oldest = next;
      else previous.next = next;
      if (next === undefined) latest = previous;
      else next.previous = previous;
      read.previous = undefined;
      read.next = undefined;
    },
  };
}
