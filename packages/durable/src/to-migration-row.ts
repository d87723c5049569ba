import type { Condition, ExportedRow, MigrationRow } from '@migration-status/core';
import { toMigrationStatus } from '@migration-status/core/adapter';

/** A stored row as everybody sees it. What the provider said is not stored, so `native` is null. */
export function toMigrationRow(exported: ExportedRow, meta: unknown, extra?: Condition): MigrationRow {
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
    ...(meta !== undefined && { meta }),
  });
}
