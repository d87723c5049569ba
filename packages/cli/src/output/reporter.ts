import type { StatusSnapshot, StatusView, Tracker } from '@migration-status/core';
import type { SnapshotLook } from '../render/render-snapshot.ts';

/** What is followed. */
export interface Watched {
  readonly tracker: Pick<Tracker, 'on'>;
  readonly view: StatusView;
}

/** How it ended. */
export interface Outcome {
  readonly snapshot: StatusSnapshot;
  readonly exitCode: number;
  readonly historyOf?: SnapshotLook['historyOf'];
}

/** Shows what is found out, in one of the modes of `--output`. */
export interface Reporter {
  /** Begins to tell about what is followed. A single look needs no beginning. */
  start(watched: Watched): void;
  /** Says something to the person in front of it that is no data. */
  note(message: string): void;
  /** Tells how it all ended, and lets go of everything. */
  finish(outcome: Outcome): void;
}

/** How long nothing may be said while something is followed. */
export const heartbeatMs = 30_000;
