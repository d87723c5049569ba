import type { Entry } from '../engine/entry.ts';
import { deepFreeze } from '../model/deep-freeze.ts';
import type { MigrationStatus } from '../model/migration-status.ts';
import type { Condition } from '../step/row.ts';

/** What a caller says about a migration that it tracks; handed back with every row. */
export interface TrackLabels {
  /** Migrations that belong together: a customer, a wave. */
  readonly group?: string | undefined;
  /** Anything, for the caller's own use; kept by reference and never sent anywhere. */
  readonly meta?: unknown;
}

/** One migration as it is known at this moment: the last good status, and how our looking goes. Frozen. */
export interface MigrationRow<Native = unknown, Ref = unknown> extends TrackLabels {
  readonly provider: string;
  readonly key: string;
  readonly ref: Ref;
  /** The last good status; absent until a read has succeeded. Its age is `observedAt`. */
  readonly status?: MigrationStatus<Native, Ref>;
  /** What is true about our looking; empty when all is well. */
  readonly conditions: readonly Condition[];
  /** `settled`: it has ended and is not read again. `refused`: the provider keeps refusing us; `refresh()` tries again. */
  readonly stopped?: 'settled' | 'refused';
  /** Reads so far, good and failed. */
  readonly reads: number;
}

/** The public side of an entry. The engine knows no types of refs and natives; whoever added the entry does. */
export function toMigrationRow<Native, Ref>(
  entry: Entry,
  labels: TrackLabels = {},
): MigrationRow<Native, Ref> {
  const { key, ref, adapter, row } = entry;
  const { status, conditions, stopped, reads } = row;
  const { group, meta } = labels;
  deepFreeze(conditions);
  return Object.freeze({
    provider: adapter.provider,
    key,
    ref: ref as Ref,
    ...(status && { status: status as MigrationStatus<Native, Ref> }),
    conditions,
    ...(stopped && { stopped }),
    reads,
    ...(group !== undefined && { group }),
    ...(meta !== undefined && { meta }),
  });
}
