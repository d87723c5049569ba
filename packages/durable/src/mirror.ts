import type { Condition, ExportedRow, MigrationRow, TrackerEvents } from '@migration-status/core';
import type { News, StoredMigration } from './news-feed.ts';
import { type OwnLabels, toMigrationRow } from './to-migration-row.ts';
import { toUnservedCondition, type Unserved } from './unserved.ts';

/** Tells of one event. */
export type Emit = <Name extends keyof TrackerEvents>(name: Name, event: TrackerEvents[Name]) => void;

/** All migrations as this process has last seen them, whoever follows them. */
export interface Mirror {
  readonly size: number;
  get(key: string): MigrationRow | undefined;
  rows(): readonly MigrationRow[];
  /** Of two rows of a key the one with the greater number is later; undefined where there is none. */
  revisionOf(key: string): number | undefined;
  /** Takes news in, and tells of what they change. */
  take(news: News): void;
  /** Shows a row anew, after its `name` or `meta` has changed. */
  relabel(key: string): void;
}

interface Mirrored {
  readonly id: string;
  readonly revision: number;
  readonly shardId: string;
  readonly exported: ExportedRow;
  readonly row: MigrationRow;
}

/** @param onTouched Is told of every row that was written, also when it says the same, and of every one that is gone. */
export function createMirror(
  labelsOf: (key: string) => OwnLabels,
  emit: Emit,
  onTouched: (key: string) => void,
): Mirror {
  const entries = new Map<string, Mirrored>();
  const keyOf = new Map<string, string>();
  const unserved = new Map<string, Unserved>();

  function put({ id, shardId, revision, row: exported }: StoredMigration): void {
    const { key, provider, lane } = exported;
    const before = entries.get(key);
    const reason = exported.stopped === 'settled' ? undefined : unserved.get(shardId);
    const extra = reason?.providers.includes(provider)
      ? toUnservedCondition(reason, provider, lane)
      : undefined;
    const row = toMigrationRow(exported, labelsOf(key), extra);
    const isKnown = before?.id === id;
    if (before !== undefined && !isKnown) remove(before.id);
    entries.set(key, { id, revision, shardId, exported, row });
    keyOf.set(id, key);
    if (isKnown) tell(before, row, exported);
    else tellFirst(row);
    onTouched(key);
  }

  function tellFirst(row: MigrationRow): void {
    emit('tracked', { row });
    for (const condition of row.conditions) emit('condition', { row, condition, isActive: true });
    if (row.status) emit('change', { row, transition: { to: row.status.state } });
    if (row.stopped === 'settled') emit('settled', { row });
  }

  function tell({ row: before, exported: known }: Mirrored, row: MigrationRow, exported: ExportedRow): void {
    const isSameAddress = before.group === row.group && isSame(known.ref, exported.ref);
    if (!isSameAddress) emit('tracked', { row });
    for (const condition of without(before.conditions, row.conditions))
      emit('condition', { row, condition, isActive: false });
    for (const condition of without(row.conditions, before.conditions))
      emit('condition', { row, condition, isActive: true });
    if (row.status && !isSame(known.reading, exported.reading)) {
      const from = before.status?.state;
      const to = row.status.state;
      emit('change', {
        row,
        ...(before.status && { previous: before.status }),
        ...(from !== to && { transition: { ...(from && { from }), to } }),
      });
    }
    if (row.stopped === 'settled' && before.stopped !== 'settled') emit('settled', { row });
  }

  function remove(id: string): void {
    const key = keyOf.get(id);
    const entry = key === undefined ? undefined : entries.get(key);
    keyOf.delete(id);
    if (entry?.id !== id) return;
    entries.delete(entry.row.key);
    emit('forgotten', { row: entry.row });
    onTouched(entry.row.key);
  }

  function setUnserved(shardId: string, reason: Unserved | undefined): void {
    if (isSame(unserved.get(shardId), reason)) return;
    if (reason === undefined) unserved.delete(shardId);
    else unserved.set(shardId, reason);
    for (const entry of [...entries.values()].filter((candidate) => candidate.shardId === shardId))
      put({ ...entry, row: entry.exported });
  }

  return {
    get size() {
      return entries.size;
    },
    get: (key) => entries.get(key)?.row,
    rows: () => Array.from(entries.values(), ({ row }) => row),
    revisionOf: (key) => entries.get(key)?.revision,

    take({ migrations, shards, forgotten }) {
      const gone = new Set(forgotten.map(({ id }) => id));
      for (const { id } of forgotten) remove(id);
      for (const migration of migrations) {
        const known = entries.get(migration.row.key);
        const isOld = known?.id === migration.id && known.revision >= migration.revision;
        if (!gone.has(migration.id) && (!isOld || known.shardId !== migration.shardId)) {
          put(isOld ? { ...migration, revision: known.revision, row: known.exported } : migration);
        }
      }
      for (const shard of shards) {
        for (const { id, revision, row } of shard.rows) {
          const key = keyOf.get(id);
          const known = key === undefined ? undefined : entries.get(key);
          const isLater = known?.id === id && revision >= known.revision;
          if (isLater && known.exported.stopped !== 'settled')
            put({ id, shardId: known.shardId, revision, row });
        }
        setUnserved(shard.id, shard.unserved);
      }
    },

    relabel(key) {
      const entry = entries.get(key);
      const { name, meta } = labelsOf(key);
      if (entry === undefined || (entry.row.name === name && entry.row.meta === meta)) return;
      put({ ...entry, row: entry.exported });
      const row = entries.get(key)?.row;
      if (row) emit('tracked', { row });
    },
  };
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** The conditions of a list that are not in another, or are there with another cause. */
function without(list: readonly Condition[], other: readonly Condition[]): readonly Condition[] {
  return list.filter(({ kind, since, code, stopsReading }) => {
    const same = other.find((candidate) => candidate.kind === kind && candidate.since === since);
    return same === undefined || same.code !== code || same.stopsReading !== stopsReading;
  });
}
