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
}
