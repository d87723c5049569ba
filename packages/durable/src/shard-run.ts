import {
  type AnomalyEvent,
  createTracker,
  type EnginePolicy,
  type ExportedRow,
  type MigrationAdapter,
  type StoreEntry,
  type Tracker,
} from '@migration-status/core';
import { toPacked } from './packed-rows.ts';
import type { ClaimedShard, InboxMessage, Member, RecordedTransition, ShardStore } from './shard-store.ts';
import { isDivisible, toSharePolicy } from './share-policy.ts';
import { wrapReads } from './wrap-reads.ts';

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
  /** Whether the claim is still known to hold; asked before each read. */
  readonly isHeld: () => boolean;
  readonly onAnomaly?: ((event: AnomalyEvent) => void) | undefined;
  readonly onError: (error: unknown) => void;
}

/**
 * Why a run is over: `idle`, nothing is left to follow; `unserved`, nothing of it can be followed here; `stopped`, somebody asked for it; `lost`, somebody else has the
 * shard; `changed`, the shard has to be claimed anew, as other rows belong to it.
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
  /** Stops reading at once, and writes what is known. */
  stop(): void;
  /** Stops at once and writes nothing: somebody else may be at it. */
  lose(): void;
}

/** How long a write that failed waits until it is tried again. */
const retryMs = 200;

const mailSize = 500;

export function createShardRun(options: ShardRunOptions): ShardRun {
  const { store, shard, adapters, policy, packMs, idleMs, splitAbove, isHeld, onAnomaly, onError } = options;
  const guarded = new Map(adapters.map((adapter) => [adapter, guardReads(adapter)]));
  const members = new Map<string, Member>();
  const adapterOf = new Map<string, MigrationAdapter>();
  /** Rows that no adapter here can read: they stay as they are, for somebody who can. */
  const strangers: Member[] = [];
  for (const member of shard.members) admit(member);

  const pending = new Set<Member>();
  const happened: RecordedTransition[] = [];
  const ending = Promise.withResolvers<RunEnd>();
  let end: RunEnd | undefined;
  let isOver = false;
  let flushing: Promise<void> | undefined;
  let packing: Promise<void> | undefined;
  let mailing: Promise<void> | undefined;
  let isMailWaiting = false;
  let emptySince: number | undefined;
  let isReasonKnown = false;
  let lagMs = 0;
  const tracker = openTracker();
  if (onAnomaly) tracker.on('anomaly', onAnomaly);
  const timer = setInterval(beat, packMs);
  void takeMail();

  function openTracker(): Tracker {
    return createTracker({
      adapters: [...guarded.values()],
      policy: toSharePolicy(policy, shard.share),
      resume: {
        format: 'migration-status/tracker',
        version: 1,
        exportedAt: new Date().toISOString(),
        lanes: shard.lanes,
        rows: [...members.values()].map(({ row }) => row),
      },
      store: {
        load: async () => undefined,
        save: async () => {},
        append: async (entry) => take(entry),
      },
      onListenerError: onError,
    });
  }

  /** An adapter that asks whether the shard is still ours before it sends anything: this process may have slept. */
  function guardReads(adapter: MigrationAdapter): MigrationAdapter {
    return wrapReads(adapter, async (_question, read) => {
      if (isHeld()) return read();
      lose();
      throw new Error('the shard is no longer held');
    });
  }

  function findAdapter({ provider, lane, ref }: Pick<ExportedRow, 'provider' | 'lane' | 'ref'>) {
    return adapters.find((adapter) => {
      if (adapter.provider !== provider) return false;
      try {
        return adapter.lane(adapter.parseRef(ref)) === lane;
      } catch {
        return false;
      }
    });
  }

  function admit(member: Member): void {
    const adapter = findAdapter(member.row);
    const guard = adapter && guarded.get(adapter);
    if (guard === undefined) {
      strangers.push(member);
      return;
    }
    members.set(member.key, member);
    adapterOf.set(member.key, guard);
  }

  /** News of the tracker: what it says of a row is written at once, together with all that comes meanwhile. */
  function take(entry: StoreEntry): void {
    if (isOver) return;
    if (entry.type === 'lane') void pack();
    if (entry.type !== 'row') return;
    const member = members.get(entry.row.key);
    if (member === undefined) return;
    member.row = entry.row;
    noteAnew(member);
    if (entry.to !== undefined) {
      member.sequence += 1;
      const { id, key, sequence } = member;
      happened.push({ migrationId: id, key, sequence, from: entry.from, to: entry.to, at: entry.at });
    }
  }

  function noteAnew(member: Member): void {
    member.revision += 1;
    pending.add(member);
    void flush();
  }

  function flush(): Promise<void> {
    flushing ??= writePending().finally(() => {
      flushing = undefined;
    });
    return flushing;
  }

  async function writePending(): Promise<void> {
    // What happens in one go is written in one go.
    await Promise.resolve();
    while ((pending.size > 0 || happened.length > 0) && !isOver) {
      const written = [...pending];
      const rows = written.map((member) => ({ ...member }));
      const transitions = [...happened];
      pending.clear();
      try {
        if (!(await store.write(shard, { rows, transitions }))) {
          lose();
          return;
        }
        happened.splice(0, transitions.length);
        for (const member of written) letGoOfEnded(member);
      } catch (error) {
        for (const member of written) if (members.get(member.key) === member) pending.add(member);
        onError(error);
        await delay(retryMs);
        if (!isHeld()) lose();
      }
    }
  }

  function letGoOfEnded(member: Member): void {
    if (member.row.stopped !== 'settled' || pending.has(member)) return;
    drop(member);
  }

  function drop(member: Member): void {
    if (members.get(member.key) !== member) return;
    members.delete(member.key);
    adapterOf.delete(member.key);
    pending.delete(member);
    if (end === undefined) tracker.forget(member.key);
  }

  function pack(): Promise<void> {
    packing ??= packOnce()
      .catch(onError)
      .finally(() => {
        packing = undefined;
      });
    return packing;
  }

  async function packOnce(): Promise<void> {
    // A packed row must not be ahead of the transitions that are recorded.
    while ((pending.size > 0 || flushing) && !isOver) await flush();
    if (isOver) return;
    const { lanes, rows } = tracker.export();
    lagMs = toLag(rows);
    const packed = rows.flatMap((row) => {
      const member = members.get(row.key);
      return member ? [{ id: member.id, revision: member.revision, row }] : [];
    });
    for (const { id, revision, row } of strangers) packed.push({ id, revision, row });
    if (!(await store.pack(shard, toPacked({ lanes, rows: packed })))) lose();
  }

  async function beat(): Promise<void> {
    if (end !== undefined) return;
    await tellStrangers();
    if (members.size > splitAbove && isDivisible(policy, shard.share)) {
      await finish('changed', () => store.split(shard));
      return;
    }
    if (members.size > 0) {
      emptySince = undefined;
      await pack();
      return;
    }
    emptySince ??= performance.now();
    if (performance.now() - emptySince < idleMs) return;
    await takeMail();
    if (members.size === 0) await finish(strangers.length === 0 ? 'idle' : 'unserved');
  }

  /** Says once why some rows are not followed here, or that all of them are. */
  async function tellStrangers(): Promise<void> {
    if (isReasonKnown) return;
    const providers = [...new Set(strangers.map(({ row }) => row.provider))];
    const reason = providers.length > 0 ? { providers, since: new Date().toISOString() } : undefined;
    try {
      if (!(await store.setUnserved(shard, reason))) lose();
      isReasonKnown = true;
    } catch (error) {
      onError(error);
    }
  }

  function takeMail(): Promise<void> {
    isMailWaiting = true;
    mailing ??= takeAllMail()
      .catch(onError)
      .finally(() => {
        mailing = undefined;
      });
    return mailing;
  }

  async function takeAllMail(): Promise<void> {
    while (isMailWaiting && end === undefined) {
      isMailWaiting = false;
      const messages = await store.readInbox(shard, mailSize);
      if (messages.length === 0 || end !== undefined) continue;
      const returning: string[] = [];
      for (const message of messages) apply(message, returning);
      if (returning.length > 0 && !(await store.reopen(shard, returning))) return lose();
      // What a message leads to is recorded before the message goes.
      while (pending.size > 0 && !isOver) await flush();
      if (isOver) return;
      if (returning.length === 0) {
        const ids = messages.map(({ id }) => id);
        if (!(await store.clearInbox(shard, ids))) return lose();
        isMailWaiting ||= messages.length === mailSize;
      } else {
        // They are messages to the next run, which has the rows that have come back.
        await finish('changed');
      }
    }
  }

  function apply(message: InboxMessage, returning: string[]): void {
    try {
      const { kind, key, migrationId } = message;
      const known = members.get(key);
      const member = known?.id === migrationId ? known : undefined;
      const adapter = adapterOf.get(key);
      if (kind === 'follow') follow(message, member, returning);
      else if (member === undefined || adapter === undefined) return;
      else if (kind === 'forget') drop(member);
      else if (kind === 'push') tracker.push(JSON.parse(message.body));
      else if (kind === 'refresh') {
        const handle = tracker.track(adapter, member.row.ref);
        handle.refresh().catch(() => {});
        handle.release();
      }
    } catch (error) {
      onError(error);
    }
  }

  function follow(message: InboxMessage, member: Member | undefined, returning: string[]): void {
    const { migrationId: id, key, body } = message;
    const { row, isNew }: { readonly row: ExportedRow; readonly isNew: boolean } = JSON.parse(body);
    const labels = row.group === undefined ? {} : { group: row.group };
    const adapter = adapterOf.get(key);
    if (member !== undefined && adapter !== undefined) {
      tracker.track(adapter, row.ref, labels);
      // Whoever asked waits for a row that is later than the one he knew, also when it says the same.
      if (!isNew) noteAnew(member);
      return;
    }
    if (strangers.some((stranger) => stranger.id === id)) return;
    if (!isNew) {
      returning.push(id);
      return;
    }
    const previous = members.get(key);
    if (previous !== undefined) drop(previous);
    const added: Member = { id, key, sequence: 0, revision: 0, row };
    admit(added);
    const own = adapterOf.get(key);
    if (own === undefined) isReasonKnown = false;
    else tracker.track(own, row.ref, labels);
  }

  /** Stops reading at once, writes what is known, and hands the shard back. */
  async function finish(reason: RunEnd, atLast?: () => Promise<boolean>): Promise<void> {
    if (end !== undefined) return;
    end = reason;
    clearInterval(timer);
    tracker.close().catch(onError);
    await packing;
    await pack();
    if (!isOver && atLast !== undefined) await atLast().catch(onError);
    close(reason);
  }

  function close(reason: RunEnd): void {
    isOver = true;
    end ??= reason;
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
      return lagMs;
    },
    ended: ending.promise,
    takeMail,
    stop() {
      finish('stopped').catch(onError);
    },
    lose,
  };
}

function toLag(rows: readonly ExportedRow[]): number {
  const now = Date.now();
  return rows.reduce((most, { dueAt = now }) => Math.max(most, now - dueAt), 0);
}

function delay(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
