import type { Condition, ExportedRow, MigrationRow, TrackLabels } from '@migration-status/core';
import { toMigrationStatus } from '@migration-status/core/adapter';

/** What is known of a migration to this process only. */
export type OwnLabels = Pick<TrackLabels, 'name' | 'meta'>;

/** A stored row as everybody sees it. What the provider said is not stored, so `native` is null. */
export function toMigrationRow(
  exported: ExportedRow,
  { name, meta }: OwnLabels,
  extra?: Condition,
): MigrationRow {
  const { provider, key, ref, reading, observedAt = 0, stopped, reads = 0, group } = exported;
  const conditions = [...(exported.conditions ?? []), ...(extra ? [extra] : [])];
  const status =
    reading &&
    toMigrationStatus(
      { native: null, ...reading },
      { provider, key, ref, observedAt: new Date(observedAt).toISOString() },
    );
  return Object.freeze({
    provider,
    key,
    ref,
    ...(status && { status }),
    conditions: Object.freeze(conditions),
    ...(stopped && { stopped }),
    reads,
    ...(group !== undefined && { group }),
    ...(name !== undefined && { name }),
    ...(meta !== undefined && { meta }),
  });
}
