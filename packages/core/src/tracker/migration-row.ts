import type { MigrationAdapter } from '../adapter/contract.ts';
import type { Followed } from '../engine/entry.ts';
import { deepFreeze } from '../model/deep-freeze.ts';
import type { MigrationStatus } from '../model/migration-status.ts';
import { toIso } from '../model/to-iso.ts';
import { toKnownStatus } from '../model/to-migration-status.ts';
import { estimateEnd } from '../step/estimate-end.ts';
import type { Condition } from '../step/row.ts';
import type { Sighting } from '../step/step.ts';

/** What a caller says about a migration that it tracks; handed back with every row. */
export interface TrackLabels {
  /** What people call it, where the key says little: every view shows it in the place of the key. Not kept by a store. */
  readonly name?: string | undefined;
  /** Migrations that belong together: a customer, a wave. Groups of one account take turns. */
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
  /**
   * When it will have ended if it goes on as it does: ISO 8601 in UTC. Only there while that is more than a guess: progress has
   * been seen to move for half a minute and over a twentieth of what is left, and nothing keeps us from looking.
   */
  readonly estimatedEndAt?: string;
}

/** The labels that say something about one migration only; the engine has no use for them. */
export type OwnLabels = Pick<TrackLabels, 'name' | 'meta'>;

/** What of an entry is shown to everybody. */
export type Shown = Pick<Followed, 'key' | 'ref' | 'group' | 'row'> & {
  readonly adapter: Pick<MigrationAdapter, 'provider'>;
};

/** The public side of an entry. The engine knows no types of refs and natives; whoever added the entry does. */
export function toMigrationRow<Native, Ref>(entry: Shown, own?: OwnLabels): MigrationRow<Native, Ref> {
  const { key, ref, adapter, row, group } = entry;
  const { reading, observedAt, conditions, stopped, reads } = row;
  const status = reading && toStatus<Native, Ref>(entry, { reading, observedAt });
  const endAt = estimateEnd(row);
  return Object.freeze({
    provider: adapter.provider,
    key,
    ref: ref as Ref,
    ...(status && { status }),
    conditions: deepFreeze(conditions),
    ...(stopped && { stopped }),
    reads,
    ...(endAt !== undefined && { estimatedEndAt: toIso(endAt) }),
    ...(group !== undefined && { group }),
    ...own,
  });
}

/** A reading of an entry with its address. */
export function toStatus<Native, Ref>(
  { key, ref, adapter }: Pick<Shown, 'key' | 'ref' | 'adapter'>,
  { reading, observedAt }: Sighting,
): MigrationStatus<Native, Ref> {
  return toKnownStatus(reading, {
    provider: adapter.provider,
    key,
    ref,
    observedAt: toIso(observedAt),
  }) as MigrationStatus<Native, Ref>;
}

/** The last good status of an entry; undefined until a read has succeeded. */
export function toLastStatus(entry: Followed): MigrationStatus | undefined {
  const { reading, observedAt } = entry.row;
  return reading && toStatus(entry, { reading, observedAt });
}
