import {
  type Condition,
  type ExportedLane,
  type ExportedRow,
  type MigrationRow,
  readExportedRow,
  type TrackerEvents,
} from '@migration-status/core';
import { toUnservedCondition, type Unserved } from '../store/unserved.ts';
import type { News, StoredMigration } from './news-feed.ts';

/** Tells of one event. */
export type Emit = <Name extends keyof TrackerEvents>(name: Name, event: TrackerEvents[Name]) => void;

/** All migrations as this process has last seen them, whoever follows them. */
export interface Mirror {
  readonly size: number;
  get(key: string): MigrationRow | undefined;
  rows(): readonly MigrationRow[];
  /** The rows as they are stored, and what their lanes have learnt. */
  export(): { readonly lanes: readonly ExportedLane[]; readonly rows: readonly ExportedRow[] };
  /** Of two rows of a key the one with the greater number is later; undefined where there is none. */
  revisionOf(key: string): number | undefined;
  /** Shows a migration that is on its way to the database; does nothing for one that is there. */
  expect(exported: ExportedRow, name: string | undefined): void;
  /** Takes back what is only expected. */
  unexpect(key: string): void;
  /** Takes news in, and tells of what they change. */
  take(news: News): void;
  /** Shows a row anew, after its `meta` has changed. */
  relabel(key: string): void;
}

/** Rows are made when somebody looks, so that each is kept once. */
interface Mirrored extends Omit<StoredMigration, 'row'> {
  readonly exported: ExportedRow;
}

/** The id of what is expected. */
const expected = '';

/** The revision of what is expected: anything that is stored is later. */
const expectedRevision = -1;

/**
 * @param onTouched Is told of every row that was written, also when it says the same (`isNews` is false then), and of every
 * one that is gone.
 */
export function createMirror(
  metaOf: (key: string) => unknown,
  emit: Emit,
  onTouched: (key: string, isNews: boolean) => void,
): Mirror {
  const entries = new Map<string, Mirrored>();
  const keyOf = new Map<string, string>();
  const unserved = new Map<string, Unserved>();
  /** Of a lane that is cut into shards each knows a part; whoever resumes it begins with the latest of them. */
  const lanes = new Map<string, ExportedLane>();
  /** Words that most rows share are kept once. */
  const words = new Map<string, string>();

  function toWord(text: string): string {
    const known = words.get(text);
    if (known === undefined) words.set(text, text);
    return known ?? text;
  }

  function toRow({ exported, name, shardId }: Mirrored): MigrationRow {
    const { key, provider, lane, conditions = [] } = exported;
    const reason = exported.stopped === 'settled' ? undefined : unserved.get(shardId);
    const extra = reason?.providers.includes(provider) && toUnservedCondition(reason, provider, lane);
    const shown = extra ? { ...exported, conditions: [...conditions, extra] } : exported;
    return readExportedRow(shown, { name, meta: metaOf(key) });
  }

  function put(given: Mirrored): void {
    const { provider, lane, key } = given.exported;
    const exported = { ...given.exported, provider: toWord(provider), lane: toWord(lane) };
    const entry = { ...given, exported };
    const before = entries.get(key);
    const isKnown = before?.id === entry.id || before?.id === expected;
    const previous = before && isKnown ? toRow(before) : undefined;
    if (before !== undefined && !isKnown) remove(before.id);
    entries.set(key, entry);
    if (entry.id !== expected) keyOf.set(entry.id, key);
    const row = toRow(entry);
    onTouched(key, previous === undefined ? tellFirst(row) : tell(previous, row));
  }

  function tellFirst(row: MigrationRow): boolean {
    emit('tracked', { row });
    for (const condition of row.conditions) emit('condition', { row, condition, isActive: true });
    if (row.status) emit('change', { row, transition: { to: row.status.state } });
    if (row.stopped === 'settled') emit('settled', { row });
    return true;
  }

  /** Tells what is new of a row, and whether there was anything but its address and labels. */
  function tell(before: MigrationRow, row: MigrationRow): boolean {
    const isSameAddress =
      before.group === row.group && before.name === row.name && isSame(before.ref, row.ref);
    if (!isSameAddress) emit('tracked', { row });
    const cleared = without(before.conditions, row.conditions);
    const raised = without(row.conditions, before.conditions);
    for (const condition of cleared) emit('condition', { row, condition, isActive: false });
    for (const condition of raised) emit('condition', { row, condition, isActive: true });
    const hasChanged = row.status !== undefined && !isSameStatus(before, row);
    if (hasChanged && row.status) {
      const from = before.status?.state;
      const to = row.status.state;
      emit('change', {
        row,
        ...(before.status && { previous: before.status }),
        ...(from !== to && { transition: { ...(from && { from }), to } }),
      });
    }
    const isEnding = row.stopped === 'settled' && before.stopped !== 'settled';
    if (isEnding) emit('settled', { row });
    return cleared.length > 0 || raised.length > 0 || hasChanged || row.stopped !== before.stopped;
  }

  function remove(id: string): void {
    const key = keyOf.get(id);
    const entry = key === undefined ? undefined : entries.get(key);
    keyOf.delete(id);
    if (entry?.id === id) drop(entry);
  }

  function drop(entry: Mirrored): void {
    const row = toRow(entry);
    entries.delete(row.key);
    emit('forgotten', { row });
    onTouched(row.key, true);
  }

  function setUnserved(shardId: string, reason: Unserved | undefined): void {
    if (isSame(unserved.get(shardId), reason)) return;
    const touched = [...entries.values()].filter((entry) => entry.shardId === shardId);
    const before = touched.map(toRow);
    if (reason === undefined) unserved.delete(shardId);
    else unserved.set(shardId, reason);
    for (const [index, entry] of touched.entries()) {
      const row = toRow(entry);
      onTouched(row.key, tell(before[index] ?? row, row));
    }
  }

  return {
    get size() {
      return entries.size;
    },
    get(key) {
      const entry = entries.get(key);
      return entry && toRow(entry);
    },
    rows: () => Array.from(entries.values(), toRow),
    export: () => ({
      lanes: [...lanes.values()],
      rows: Array.from(entries.values(), ({ exported }) => exported),
    }),
    revisionOf: (key) => entries.get(key)?.revision,

    expect(exported, name) {
      const { key } = exported;
      if (entries.has(key)) return;
      put({ id: expected, revision: expectedRevision, shardId: '', name, exported });
    },

    unexpect(key) {
      const entry = entries.get(key);
      if (entry?.id === expected) drop(entry);
    },

    take({ migrations, shards, forgotten }) {
      const gone = new Set(forgotten.map(({ id }) => id));
      for (const { id } of forgotten) remove(id);
      for (const { row, ...migration } of migrations) {
        const known = entries.get(row.key);
        const isOld = known?.id === migration.id && known.revision >= migration.revision;
        const isMoved = known?.shardId !== migration.shardId || known.name !== migration.name;
        if (gone.has(migration.id) || (isOld && !isMoved)) continue;
        put({
          ...migration,
          ...(isOld ? { revision: known.revision, exported: known.exported } : { exported: row }),
        });
      }
      for (const shard of shards) {
        for (const lane of shard.lanes) lanes.set(lane.name, lane);
        for (const { id, revision, row } of shard.rows) {
          const known = entries.get(keyOf.get(id) ?? '');
          const isLater = known?.id === id && revision >= known.revision;
          if (!isLater || known.exported.stopped === 'settled') continue;
          if (revision > known.revision || !isUntouched(known.exported, row))
            put({ ...known, revision, exported: row });
        }
        setUnserved(shard.id, shard.unserved);
      }
    },

    relabel(key) {
      const entry = entries.get(key);
      if (entry !== undefined) emit('tracked', { row: toRow(entry) });
    },
  };
}

/** Whether nothing has happened to a row between two packings: most are not read in that time. */
function isUntouched(before: ExportedRow, row: ExportedRow): boolean {
  return (
    before.reads === row.reads &&
    before.observedAt === row.observedAt &&
    before.dueAt === row.dueAt &&
    before.stopped === row.stopped &&
    isSame(before.conditions, row.conditions)
  );
}

function isSame(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}

/** Whether two rows say the same of their migration. A sign of life does not count, nor does what else the provider sent. */
function isSameStatus({ status: left }: MigrationRow, { status: right }: MigrationRow): boolean {
  const aside = { observedAt: '', updatedAt: '', ref: null, native: null };
  return isSame({ ...left, ...aside }, { ...right, ...aside });
}

/** The conditions of a list that are not in another, or are there with another cause. */
function without(list: readonly Condition[], other: readonly Condition[]): readonly Condition[] {
  return list.filter(({ kind, since, code, stopsReading }) => {
    const same = other.find((candidate) => candidate.kind === kind && candidate.since === since);
    return same === undefined || same.code !== code || same.stopsReading !== stopsReading;
  });
}
