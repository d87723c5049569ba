import { setTimeout as delay } from 'node:timers/promises';
import {
  createTracker,
  type EnginePolicy,
  type ExportedLane,
  type ExportedRow,
  type MigrationAdapter,
  type StoreEntry,
  type Tracker,
} from '@migration-status/core';
import { toRestAt } from '../store/lane-part.ts';
import type { ClaimedShard, Member } from '../store/shard.ts';
import type { ShardStore } from '../store/shard-store.ts';
import { guardReads } from './guard-reads.ts';
import { createRowWriter } from './row-writer.ts';
import { createShardMail } from './shard-mail.ts';
import { createShardMembers } from './shard-members.ts';
import { createShardPacker } from './shard-packer.ts';
import { isDivisible, toSharePolicy } from './share-policy.ts';

/** What {@link createShardRun} is made of. */
export interface ShardRunOptions {
  readonly store: ShardStore;
  readonly shard: ClaimedShard;
  readonly adapters: readonly MigrationAdapter[];
  readonly policy?: Partial<EnginePolicy> | undefined;
  /** How often all that is known is written in one piece, in milliseconds. */
  readonly packMs: number;
  /** How long a shard may be empty before it is given up, in milliseconds. */
  readonly idleMs: number;
  /** Above how many rows a shard is cut in two. */
  readonly splitAbove: number;
  /** Whether what providers said is written too. */
  readonly storeNative: boolean;
  /** Whether the claim is still known to hold; asked before each read. */
  readonly isHeld: () => boolean;
  readonly onError: (error: unknown) => void;
}

/**
 * Why a run is over: `idle`, nothing is left to follow; `unserved`, nothing of it can be followed here; `stopped`, somebody
 * asked for it; `lost`, somebody else has the shard; `changed`, the shard has to be claimed anew, as other rows belong to it or
 * its share is another one.
 */
export type RunEnd = 'idle' | 'unserved' | 'stopped' | 'lost' | 'changed';

/** A tracker at work on the rows of one shard. */
export interface ShardRun {
  readonly shardId: string;
  readonly size: number;
  /** How overdue its most overdue read was when it was last packed, in milliseconds. */
  readonly lagMs: number;
  readonly ended: Promise<RunEnd>;
  /** Does what the inbox asks for. */
  takeMail(): Promise<void>;
  /** Stops reading at once, and writes what it can in a moment; the rest whoever has the shard next finds again. */
  stop(): void;
  /** Stops at once and writes nothing: somebody else may be at it. */
  lose(): void;
}

/** How long transitions are still recorded after somebody has asked to stop. */
const lastWritesMs = 300;

/** How long a shard that is to be merged may stand still until its part of the lane is at rest. */
const longestRestMs = 1_000;

/** How much before its time, by the wall clock, a timer may ring. */
const timerGrainMs = 2;

/** How many rows go with one write when a shard is merged. */
const mostMerged = 500;

export function createShardRun(options: ShardRunOptions): ShardRun {
  const { store, shard, policy, packMs, idleMs, splitAbove, storeNative, isHeld, onError } = options;
  const ending = Promise.withResolvers<RunEnd>();
  /** Is aborted when whoever asked to stop has waited long enough. */
  const patience = new AbortController();
  const patienceEnd = Promise.withResolvers<void>();
  patience.signal.addEventListener('abort', () => patienceEnd.resolve());
  let end: RunEnd | undefined;
  let isOver = false;
  let lastWrites: NodeJS.Timeout | undefined;
  let beating: Promise<void> | undefined;
  let emptySince: number | undefined;
  let told = shard.unserved;

  const claim = { store, claim: shard, onLost: lose, onError };
  const guard = { share: shard.share, isHeld, onLost: lose, onRead: () => packer.noteChange() };
  const guards = new Map(options.adapters.map((adapter) => [adapter, guardReads(adapter, guard)]));
  const members = createShardMembers(shard, guards);
  for (const { key } of shard.unreadable) onError(new Error(`${key}: its stored row cannot be read`));
  const writer = createRowWriter({
    ...claim,
    patience: patience.signal,
    find: members.find,
    isHeld,
    onWritten(member) {
      if (member.row.stopped === 'settled') drop(member);
    },
  });
  const tracker = openTracker();
  const packer = createShardPacker({ ...claim, members, tracker, writer, storeNative, packMs });
  const mail = createShardMail({
    ...claim,
    members,
    tracker,
    writer,
    rewrite: (member) => noteAnew(member),
    forget: drop,
    isEnding: () => end !== undefined,
    onChanged: () => finish('changed'),
  });
  tracker.on('condition', packer.noteChange);
  tracker.on('anomaly', ({ row: { key }, kind, message }) => {
    const telling = writer.flush().then(() => store.tellAnomaly({ key, kind, message }));
    telling.catch(onError);
  });
  const timer = setInterval(beat, packMs);
  void mail.take();

  function openTracker(): Tracker {
    return createTracker({
      adapters: [...guards.values()],
      policy: toSharePolicy(policy, shard.share),
      resume: {
        format: 'migration-status/tracker',
        version: 1,
        exportedAt: new Date().toISOString(),
        lanes: shard.lanes,
        rows: members.rows(),
      },
      store: {
        load: async () => undefined,
        save: async () => {},
        append: async (entry) => take(entry),
      },
      onListenerError: onError,
    });
  }

  /** News of the tracker: what it says of a row is written at once, together with all that comes meanwhile. */
  function take(entry: StoreEntry): void {
    if (isOver) return;
    if (entry.type === 'lane') void packer.pack();
    if (entry.type !== 'row') return;
    const member = members.find(entry.row.key);
    if (member === undefined) return;
    if (entry.to !== undefined) {
      member.sequence += 1;
      const { id, key, sequence } = member;
      writer.record({ migrationId: id, key, sequence, from: entry.from, to: entry.to, at: entry.at });
    }
    noteAnew(member, storeNative ? undefined : entry.row);
  }

  /** Has the row written as it is. */
  function noteAnew(member: Member, row = exportRow(member.key)): void {
    packer.noteChange();
    member.row = row ?? member.row;
    member.revision += 1;
    writer.write(member);
  }

  function exportRow(key: string): ExportedRow | undefined {
    return tracker.export({ native: storeNative, keys: [key] }).rows[0];
  }

  function exportLanes(): readonly ExportedLane[] {
    return tracker.export({ keys: [] }).lanes;
  }

  function drop(member: Member): void {
    if (!members.has(member)) return;
    members.remove(member);
    writer.forget(member);
    if (end === undefined) tracker.forget(member.key);
  }

  function beat(): Promise<void> {
    beating ??= work()
      .catch(onError)
      .finally(() => {
        beating = undefined;
      });
    return beating;
  }

  async function work(): Promise<void> {
    if (end !== undefined) return;
    await tellStrangers();
    void writer.flush();
    if (members.size > splitAbove && isDivisible(policy, shard.share)) {
      await finish('changed', () => store.split(shard));
      return;
    }
    if (await isToBeMerged()) {
      await finish('changed', merge);
      return;
    }
    if (members.size > 0) {
      emptySince = undefined;
      await packer.packInTime();
      return;
    }
    emptySince ??= performance.now();
    if (performance.now() - emptySince < idleMs) return;
    await mail.take();
    if (members.size === 0) await leave();
  }

  /** Gives up a shard with nothing in it that could be followed here. */
  async function leave(): Promise<void> {
    if (members.strangers.length + members.unreadable.size > 0) await finish('unserved');
    else if (shard.share >= 1) await finish('idle', () => store.leave(shard, toRestAt(exportLanes())));
    else if (toRestAt(exportLanes()) <= Date.now()) await finish('changed', () => store.merge(shard));
  }

  /**
   * Whether the rest of a part goes into the first part of its lane: when both together leave room in that, so that it is not cut
   * again at once.
   */
  async function isToBeMerged(): Promise<boolean> {
    const size = members.size + members.strangers.length + members.unreadable.size;
    if (shard.share >= 1 || size === 0 || size > splitAbove / 4) return false;
    if (toRestAt(exportLanes()) > Date.now() + longestRestMs) return false;
    const room = Math.floor(splitAbove * 0.75) - size;
    const first = await store.countFirst(shard, room + 1);
    return first !== undefined && first <= room && end === undefined;
  }

  /** The rows go with all that is known of them, once nothing that was sent counts against the rate any more. */
  async function merge(): Promise<boolean> {
    const { lanes, rows } = tracker.export({ native: storeNative });
    const restMs = Math.min(Math.max(0, toRestAt(lanes) - Date.now()) + timerGrainMs, 2 * longestRestMs);
    await Promise.race([delay(restMs), patienceEnd.promise]);
    const known = packer.toRecorded(rows).map(({ member, row }) => ({
      ...member,
      revision: member.revision + 1,
      row,
    }));
    for (let from = 0; from < known.length; from += mostMerged) {
      const batch = { rows: known.slice(from, from + mostMerged), transitions: [] };
      if (!(await store.write(shard, batch))) return false;
    }
    return toRestAt(lanes) > Date.now() ? true : store.merge(shard);
  }

  /** Says why some rows are not followed here, or that all of them are, unless it was said before. */
  async function tellStrangers(): Promise<void> {
    const providers = [...new Set(members.strangers.map(({ row }) => row.provider))].sort();
    if (String(told?.providers ?? []) === String(providers)) return;
    const reason = providers.length > 0 ? { providers, since: new Date().toISOString() } : undefined;
    try {
      if (await store.setUnserved(shard, reason)) told = reason;
      else lose();
    } catch (error) {
      onError(error);
    }
  }

  function stop(): void {
    if (!isOver) lastWrites ??= setTimeout(() => patience.abort(), lastWritesMs);
    finish('stopped').catch(onError);
  }

  /** Stops reading at once, writes what is known, and hands the shard back. */
  async function finish(reason: RunEnd, atLast?: () => Promise<boolean>): Promise<void> {
    if (end !== undefined) return;
    end = reason;
    clearInterval(timer);
    tracker.close().catch(onError);
    await Promise.race([writer.flushAll(), patienceEnd.promise]);
    // Whoever is next has to know what the lane has sent, and so waits for this.
    await packer.settled();
    if (!isOver) await packer.pack();
    const isAtLast = atLast !== undefined && !writer.isAtEnd;
    if (!isAtLast || (await atLast().catch(reportAndGoOn))) close(reason);
    else lose();
  }

  /** What could not be done at last, the next run will do. */
  function reportAndGoOn(error: unknown): true {
    onError(error);
    return true;
  }

  function close(reason: RunEnd): void {
    isOver = true;
    writer.close();
    end ??= reason;
    clearTimeout(lastWrites);
    ending.resolve(reason);
  }

  function lose(): void {
    if (isOver) return;
    close('lost');
    clearInterval(timer);
    tracker.close().catch(onError);
  }

  return {
    shardId: shard.shardId,
    get size() {
      return members.size;
    },
    get lagMs() {
      return packer.lagMs;
    },
    ended: ending.promise,
    takeMail: mail.take,
    stop,
    lose,
  };
}
