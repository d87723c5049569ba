import type { MigrationAdapter } from '../adapter/contract.ts';
import type { Lane } from '../lane/lane.ts';
import type { Row } from '../step/row.ts';
import type { StepEvent, StepResult } from '../step/step.ts';
import type { Appointment } from './agenda.ts';

/** Is told of every event of one migration, after the fact. */
export type EntryObserver = (event: StepEvent, result: StepResult) => void;

/**
 * One migration that the engine follows: its address, its row, and where it stands. It waits for its time in the agenda,
 * or for its turn in its lane, or is being read; never two of these at once.
 */
export interface Entry {
  readonly type: 'entry';
  readonly key: string;
  ref: unknown;
  readonly adapter: MigrationAdapter;
  readonly lane: LaneQueue;
  readonly observers: Set<EntryObserver>;
  row: Row;
  appointment?: Appointment<Subject> | undefined;
  read?: OngoingRead | undefined;
  /** Whether it is to be read by itself, because a request for several failed as a whole. */
  isAlone: boolean;
  isRemoved: boolean;
}

/** A lane, and the migrations whose time has come and that wait for their turn in it, in order. */
export interface LaneQueue {
  readonly type: 'lane';
  state: Lane;
  readonly waiting: Set<Entry>;
  /** When it opens again, while it is parked. */
  appointment?: Appointment<Subject> | undefined;
}

/** One request that is out. */
export interface OngoingRead {
  readonly type: 'read';
  readonly entries: Set<Entry>;
  readonly controller: AbortController;
  /** When it is given up. */
  appointment?: Appointment<Subject> | undefined;
}

/** A deadline of somebody who waits. */
export interface Alarm {
  readonly type: 'alarm';
  readonly ring: () => void;
}

/** All that can be in the agenda of the engine. */
export type Subject = Entry | LaneQueue | OngoingRead | Alarm;
