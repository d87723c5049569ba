import type { AnomalyEvent, ExportedLane, ExportedRow } from '@migration-status/core';
import type { Database, Querier } from '../database/database.ts';
import type { Unserved } from './unserved.ts';

/** One migration of a shard, as it is known here. */
export interface Member {
  readonly id: string;
  readonly key: string;
  /** How many transitions it has gone through. */
  sequence: number;
  /** How often its row was written; of two rows the one with the greater number counts. */
  revision: number;
  row: ExportedRow;
}

/** A shard that a worker holds until somebody else claims it: the epoch says whose writes count. */
export interface Claim {
  readonly shardId: string;
  readonly epoch: string;
}

/** What a worker goes on from. */
export interface ClaimedShard extends Claim {
  readonly lane: string;
  /** Which part of the lane's rate this shard may use, 0 to 1. */
  readonly share: number;
  readonly lanes: readonly ExportedLane[];
  /** What was said last of rows that nobody follows. */
  readonly unserved: Unserved | undefined;
  readonly members: readonly Member[];
  /** Migrations whose stored row cannot be read. */
  readonly unreadable: readonly Omit<Member, 'row'>[];
}

/** One change of state, as it is recorded. */
export interface RecordedTransition {
  readonly migrationId: string;
  readonly key: string;
  readonly sequence: number;
  readonly from?: string | undefined;
  readonly to: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
}

/** What is written at once. */
export interface WriteBatch {
  /** Of each migration its last row. */
  readonly rows: readonly Member[];
  readonly transitions: readonly RecordedTransition[];
}

/** What somebody wants the holder of a shard to do. */
export interface InboxMessage {
  readonly id: string;
  readonly migrationId: string;
  readonly key: string;
  readonly kind: string;
  readonly body: string;
}

/** A part of an inbox. */
export interface InboxPage {
  /** The id of the message before the first one. Default: from the oldest on. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** What came up in a shard that should not happen, and that changed nothing. */
export type ShardAnomaly = Omit<AnomalyEvent, 'row'> & { readonly key: string };

/** Records the effect of a transition in the transaction in which the transition is recorded. */
export type TransitionEffect = (transition: RecordedTransition, querier: Querier) => Promise<void>;

/** What a `ShardStore` is made of. */
export interface ShardStoreOptions {
  readonly database: Database;
  readonly schema: string;
  readonly workerId: string;
  readonly onTransition?: TransitionEffect | undefined;
  /** How many transitions of a migration are kept. */
  readonly retainTransitions?: number | undefined;
}
