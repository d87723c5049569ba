import type { ExportedRow, Tracker } from '@migration-status/core';
import { toPacked } from '../store/packed-rows.ts';
import type { Claim, Member } from '../store/shard.ts';
import type { ShardStore } from '../store/shard-store.ts';
import type { RowWriter } from './row-writer.ts';
import type { ShardMembers } from './shard-members.ts';

/** What {@link createShardPacker} is made of. */
export interface ShardPackerOptions {
  readonly store: ShardStore;
  readonly claim: Claim;
  readonly members: ShardMembers;
  readonly tracker: Tracker;
  readonly writer: RowWriter;
  /** Whether what providers said is written too. */
  readonly storeNative: boolean;
  /** How often all that is known is written, in milliseconds. */
  readonly packMs: number;
  /** Somebody else has the shard. */
  readonly onLost: () => void;
  readonly onError: (error: unknown) => void;
}

/** Writes all that is known of a shard in one piece, so that whoever has it next reads nothing twice. */
export interface ShardPacker {
  /** How overdue the most overdue read was when it was last packed, in milliseconds. */
  readonly lagMs: number;
  /** Something may be another than when it was packed. */
  noteChange(): void;
  /** Packs if something has changed; joins a packing that is under way. Never rejects. */
  pack(): Promise<void>;
  /** The same, unless writing would then take too much of the time. */
  packInTime(): Promise<void>;
  /** Until a packing that is under way is over. */
  settled(): Promise<void>;
  /** Rows that are not ahead of the transitions that are recorded; of the others what was written last counts. */
  toRecorded(rows: readonly ExportedRow[]): readonly { readonly member: Member; readonly row: ExportedRow }[];
}

/**
 * How long all that is known is not written again, as a multiple of how long writing it has taken, and at most as a multiple
 * of `packMs`.
 */
const restAfterPack = 4;
const mostRest = 10;

export function createShardPacker(options: ShardPackerOptions): ShardPacker {
  const { store, claim, members, tracker, writer, storeNative, packMs, onLost, onError } = options;
  let packing: Promise<void> | undefined;
  let isDirty = true;
  let firstDueAt = Number.POSITIVE_INFINITY;
  let lagMs = 0;
  let packAgainAt = Number.NEGATIVE_INFINITY;

  async function packOnce(): Promise<void> {
    lagMs = Math.max(0, Date.now() - firstDueAt);
    if (!isDirty) return;
    isDirty = false;
    try {
      const { lanes, rows } = tracker.export({ native: storeNative });
      firstDueAt = toFirstDueAt(rows);
      lagMs = Math.max(0, Date.now() - firstDueAt);
      const packed = toRecorded(rows).map(({ member, row }) => ({ ...toNumbers(member), row }));
      for (const member of members.strangers) packed.push({ ...toNumbers(member), row: member.row });
      if (!(await store.pack(claim, toPacked({ lanes, rows: packed })))) onLost();
    } catch (error) {
      isDirty = true;
      throw error;
    }
  }

  function toRecorded(rows: readonly ExportedRow[]) {
    const unrecorded = writer.unrecorded();
    return rows.flatMap((row) => {
      const member = members.find(row.key);
      return member && !unrecorded.has(row.key) ? [{ member, row }] : [];
    });
  }

  function pack(): Promise<void> {
    packing ??= packOnce()
      .catch(onError)
      .finally(() => {
        packing = undefined;
      });
    return packing;
  }

  return {
    get lagMs() {
      return lagMs;
    },
    noteChange() {
      isDirty = true;
    },
    pack,
    async packInTime() {
      const startedAt = performance.now();
      if (packing !== undefined || startedAt < packAgainAt) return;
      await pack();
      const now = performance.now();
      packAgainAt = now + Math.min(restAfterPack * (now - startedAt), mostRest * packMs);
    },
    async settled() {
      await packing;
    },
    toRecorded,
  };
}

function toFirstDueAt(rows: readonly ExportedRow[]): number {
  return rows.reduce((first, { dueAt = first }) => Math.min(first, dueAt), Number.POSITIVE_INFINITY);
}

function toNumbers({ id, revision }: Member) {
  return { id, revision };
}
