import type { MigrationHandle, MigrationState } from '../../src/index.ts';
import type { LaneBook } from './lane-book.ts';
import {
  type BookedCondition,
  type BookedStatus,
  type Expected,
  type RowBook,
  toNewsText,
} from './row-book.ts';

/** How late a thing may happen that is due at a time, in milliseconds, and how early by the rounding of fractions. */
export const tickMs = 1;
export const roundingMs = 1e-6;

/** So long before its deadline a wait takes a last look. */
export const lastLookMs = 1_000;

/** A promise of the core that was broken. */
export interface Violation {
  /** Which promise. */
  readonly invariant: string;
  readonly details: string;
}

/** A promise that the core gave to a caller, and how it has to end. */
export interface WaitBook {
  readonly what: string;
  /** The end that follows from the books, if one does; asked at the start and after each read. */
  readonly judge: (followed: Followed, isAfterNews: boolean) => string | undefined;
  /** When it has to be given up; infinite without a limit. */
  readonly deadline: number;
  /** The deadline, or when the machine woke up after it. */
  latestEnd: number;
  readonly signal: AbortSignal | undefined;
  expectation?: string | undefined;
  settlement?: string | undefined;
}

/** An iteration: the states that it has to hand out, and those that it has handed out; repetitions do not count. */
export interface StreamBook {
  readonly expected: MigrationState[];
  readonly got: MigrationState[];
  hasToEnd: boolean;
  hasEnded: boolean;
  isPulling: boolean;
  readonly iterator: AsyncIterator<unknown>;
}

/** A caller's handle. */
export interface HandleBook {
  readonly name: string;
  readonly followed: Followed;
  readonly handle: MigrationHandle;
  readonly waits: Set<WaitBook>;
  readonly streams: Set<StreamBook>;
}

/** A migration that the tracker has to follow. */
export interface Followed {
  readonly key: string;
  readonly row: RowBook;
  readonly lane: LaneBook;
  readonly isBatched: boolean;
  ref: object;
  group: string | undefined;
  /** When it joined the others of its group. */
  joinedAt: number;
  readonly handles: Set<HandleBook>;
  /** Whether it is followed without anybody's handle. */
  isKept: boolean;
  request: RequestBook | undefined;
  /** When somebody who waits for it may want a last look. */
  lastLooks: number[];
  /** What the tracker has to tell and has not told yet. */
  readonly expected: Expected[];
  /** The last good status as it was before the present event. */
  shown: BookedStatus | undefined;
  /** The conditions by the events alone. */
  readonly active: Map<string, BookedCondition>;
  /** Whether it waits in a part of a request that failed as a whole. */
  isParted: boolean;
}

/** A request that is out. */
export interface RequestBook {
  readonly name: string;
  readonly lane: LaneBook;
  readonly startedAt: number;
  readonly size: number;
  readonly signal: AbortSignal | undefined;
  /** Those whose read it still is. */
  readonly alive: Set<Followed>;
  /** When it has to be given up at the latest. */
  latestEnd: number;
  /** Whether the process that had asked is dead. */
  isOrphan: boolean;
}

/** How a promise is rejected, as text: the code, and the last status. */
export function toRejection(code: string, status: BookedStatus | undefined): string {
  return `rejected ${code} ${status ? toNewsText(status) : 'never read'}`;
}
