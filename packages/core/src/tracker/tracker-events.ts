import type { MigrationState } from '../model/migration-state.ts';
import type { MigrationStatus } from '../model/migration-status.ts';
import type { Condition } from '../step/row.ts';
import type { Anomaly } from '../step/step.ts';
import type { MigrationRow } from './migration-row.ts';

/** A status says something else than before. */
export interface ChangeEvent {
  readonly row: MigrationRow;
  readonly previous?: MigrationStatus;
  /** Present when the state is another one; `from` is absent for the first status. */
  readonly transition?: { readonly from?: MigrationState; readonly to: MigrationState };
}

/** A migration has ended and is not read again. */
export interface SettledEvent {
  readonly row: MigrationRow;
}

/** A condition begins, changes its cause, or ends. */
export interface ConditionEvent {
  readonly row: MigrationRow;
  readonly condition: Condition;
  /** False when the condition has ended. */
  readonly isActive: boolean;
}

/** Something that should not happen, and that changed nothing. */
export interface AnomalyEvent extends Anomaly {
  readonly row: MigrationRow;
}

/** A migration is followed from here on, under other labels or another ref, or is let go of; the row is what is known of it. */
export interface FollowEvent {
  readonly row: MigrationRow;
}

/** The events of a tracker, with what their listeners are handed. */
export interface TrackerEvents {
  readonly change: ChangeEvent;
  readonly settled: SettledEvent;
  readonly condition: ConditionEvent;
  readonly anomaly: AnomalyEvent;
  readonly tracked: FollowEvent;
  readonly forgotten: FollowEvent;
}
