import {
  createTracker,
  type EnginePolicy,
  type ExportedRow,
  type MigrationAdapter,
  type MigrationHandle,
  type RateLimit,
  type StoreEntry,
  type Tracker,
} from '@migration-status/core';
import { EffectError } from './effect-error.ts';
import { toRestAt } from './lane-part.ts';
import { toPacked } from './packed-rows.ts';
import type { ClaimedShard, InboxMessage, Member, RecordedTransition, ShardStore } from './shard-store.ts';
import { isDivisible, toSharePolicy } from './share-policy.ts';
import { type ReadQuestion, wrapReads } from './wrap-reads.ts';

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

/** How long a write that failed waits until it is tried again. */
const retryMs = 200;

/** How long transitions are still recorded after somebody has asked to stop. */
const lastWritesMs = 300;

const mailSize = 500;

/** How long a transition whose effect failed waits until it is tried again: at first, and at most. */
const firstHoldMs = 1_000;
const longestHoldMs = 60_000;

/** How long a shard that is to be merged may stand still until its part of the lane is at rest. */
const longestRestMs = 1_000;

/** How long a wait for a last look lasts: it comes a second before the end. */
const lookForMs = 1_050;

/** A transition whose effect failed. */
interface Hold {
  readonly until: number;
  readonly delayMs: number;
}

/**
 * How long all that is known is not written again, as a multiple of how long writing it has taken, and at most as a multiple
 * of `packMs`.
 */
const restAfterPack = 4;
const mostRest = 10;

export function createShardRun(options: ShardRunOptions): ShardRun {
  const { store, shard, adapters, policy, packMs, idleMs, splitAbove, storeNative, isHeld, onError } =
    options;
  const guarded = new Map(adapters.map((adapter) => [adapter, guardReads(adapter)]));
  const members = new Map<string, Member>();
  const adapterOf = new Map<string, MigrationAdapter>();
  /** Rows that no adapter here can read: they stay as they are, for somebody who can. */
  const strangers: Member[] = [];
  for (const member of shard.members) admit(member);
  /** Migrations without a row to go on from, until they are tracked anew. */
  const unreadable = new Map(shard.unreadable.map((entry) => [entry.id, entry]));
  for (const { key } of shard.unreadable) onError(new Error(`${key}: its stored row cannot be read`));

  const pending = new Set<Member>();
  let happened: RecordedTransition[] = [];
  /** Those whose last transition cannot be recorded for now; nothing of them is written meanwhile. */
  const holds = new Map<Member, Hold>();
  const ending = Promise.withResolvers<RunEnd>();
  /** Is aborted when whoever asked to stop has waited long enough. */
  const patience = new AbortController();
  const patienceEnd = Promise.withResolvers<void>();
  patience.signal.addEventListener('abort', () => patienceEnd.resolve());
  let end: RunEnd | undefined;
  let isOver = false;
  let lastWrites: NodeJS.Timeout | undefined;
  let writing: Promise<boolean> | undefined;
  let writingNext: Promise<boolean> | undefined;
  let packing: Promise<void> | undefined;
  let mailing: Promise<void> | undefined;
  let beating: Promise<void> | undefined;
  let isMailWaiting = false;
  let emptySince: number | undefined;
  let isReasonKnown = strangers.length === 0 && shard.unserved === undefined;
  /** Whether anything may be another than when it was packed. */
  let isDirty = true;
  /** When the first of the packed rows is to be read. */
  let firstDueAt = Number.POSITIVE_INFINITY;
  let lagMs = 0;
  let told = shard.unserved;
  let packAgainAt = Number.NEGATIVE_INFINITY;
  const tracker = openTracker();
  tracker.on('condition', () => {
    isDirty = true;
  });
  tracker.on('anomaly', ({ row: { key }, kind, message }) => {
    const telling = flush().then(() => store.tellAnomaly({ key, kind, message }));
    telling.catch(onError);
  });
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
    return wrapReads(adapter, askIfHeld, shard.share < 1 ? toOwnPart : undefined);

    async function askIfHeld<Answer>(_question: ReadQuestion, read: () => Promise<Answer>): Promise<Answer> {
      isDirty = true;
      if (!isHeld()) {
        lose();
        throw new Error('the shard is no longer held');
      }
      const answer = await read();
      isDirty = true;
      return answer;
    }
  }

  /** What the provider leaves the whole lane, this shard may use its share of. */
  function toOwnPart<Answer>(answer: Answer): Answer {
    if (!hasRateLimit(answer)) return answer;
    const { rateLimit } = answer;
    const remaining = Math.floor(rateLimit.remaining * shard.share);
    return { ...answer, rateLimit: { ...rateLimit, remaining } };
  }

  function findAdapter({ provider, key, lane, ref }: Pick<ExportedRow, 'provider' | 'key' | 'lane' | 'ref'>) {
    return adapters.find((adapter) => {
      if (adapter.provider !== provider) return false;
      try {
        const parsed = adapter.parseRef(ref);
        return adapter.lane(parsed) === lane && adapter.key(parsed) === key;
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
    noteAnew(member, storeNative ? undefined : entry.row);
    if (entry.to !== undefined) {
      member.sequence += 1;
      const { id, key, sequence } = member;
      happened.push({ migrationId: id, key, sequence, from: entry.from, to: entry.to, at: entry.at });
    }
  }

  /** Has the row written as it is. */
  function noteAnew(member: Member, row = exportRow(member.key)): void {
    isDirty = true;
    member.row = row ?? member.row;
    member.revision += 1;
    pending.add(member);
    void flush();
  }

  function exportRow(key: string): ExportedRow | undefined {
    return tracker.export({ native: storeNative, keys: [key] }).rows[0];
  }

  /**
   * Writes all that is pending now, and says whether that is done, but for what has to wait after its effect has failed. What
   * comes while it is written is left to the next call, so that it never goes on for ever.
   */
  function flush(): Promise<boolean> {
    if (writingNext !== undefined) return writingNext;
    if (writing === undefined) return startWriting();
    writingNext = writing.then(goOn, goOn);
    return writingNext;

    function goOn(): Promise<boolean> {
      writingNext = undefined;
      return startWriting();
    }
  }

  function startWriting(): Promise<boolean> {
    writing = writePending().finally(() => {
      writing = undefined;
      if (writingNext === undefined && !isAtEnd() && toWritable().length > 0) void flush();
    });
    return writing;
  }

  /** Whether nothing more is to be written. */
  function isAtEnd(): boolean {
    return isOver || patience.signal.aborted;
  }

  /** What is to be written, but for what has to wait after its effect has failed. */
  function toWritable(): readonly Member[] {
    const now = performance.now();
    return [...pending].filter((member) => (holds.get(member)?.until ?? 0) <= now);
  }

  async function writePending(): Promise<boolean> {
    // What happens in one go is written in one go.
    await Promise.resolve();
    const written = toWritable();
    if (isAtEnd() || written.length === 0) return !isAtEnd();
    const ids = new Set(written.map(({ id }) => id));
    const rows = written.map((member) => ({ ...member }));
    const transitions = happened.filter(({ migrationId }) => ids.has(migrationId));
    const isWritten = new Set(transitions);
    for (const member of written) pending.delete(member);
    try {
      if (!(await store.write(shard, { rows, transitions }, patience.signal))) {
        lose();
        return false;
      }
      happened = happened.filter((transition) => !isWritten.has(transition));
      for (const member of written) holds.delete(member);
      for (const member of written) letGoOfEnded(member);
      return true;
    } catch (error) {
      for (const member of written) if (members.get(member.key) === member) pending.add(member);
      if (error === patience.signal.reason) return false;
      onError(error);
      if (EffectError.isInstance(error)) hold(members.get(error.key));
      else await delay(retryMs);
      if (!isHeld()) lose();
      return false;
    }
  }

  /** Keeps one migration from holding up the others. */
  function hold(member: Member | undefined): void {
    if (member === undefined) return;
    const delayMs = Math.min((holds.get(member)?.delayMs ?? firstHoldMs / 2) * 2, longestHoldMs);
    holds.set(member, { until: performance.now() + delayMs, delayMs });
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
    holds.delete(member);
    happened = happened.filter(({ migrationId }) => migrationId !== member.id);
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
    if (isOver) return;
    lagMs = Math.max(0, Date.now() - firstDueAt);
    if (!isDirty) return;
    isDirty = false;
    try {
      const { lanes, rows } = tracker.export({ native: storeNative });
      firstDueAt = toFirstDueAt(rows);
      lagMs = Math.max(0, Date.now() - firstDueAt);
      const packed = toRecorded(rows).map(({ member, row }) => ({ ...toNumbers(member), row }));
      for (const member of strangers) packed.push({ ...toNumbers(member), row: member.row });
      if (!(await store.pack(shard, toPacked({ lanes, rows: packed })))) lose();
    } catch (error) {
      isDirty = true;
      throw error;
    }
  }

  /** Rows that are not ahead of the transitions that are recorded; of the others what was written last counts. */
  function toRecorded(rows: readonly ExportedRow[]) {
    const unrecorded = new Set(happened.map(({ key }) => key));
    return rows.flatMap((row) => {
      const member = members.get(row.key);
      return member && !unrecorded.has(row.key) ? [{ member, row }] : [];
    });
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
    void flush();
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
      await packInTime();
      return;
    }
    emptySince ??= performance.now();
    if (performance.now() - emptySince < idleMs) return;
    await takeMail();
    if (members.size > 0) return;
    if (strangers.length + unreadable.size > 0) await finish('unserved');
    else if (shard.share >= 1) await finish('idle', () => store.leave(shard, toRestAt(exportLanes())));
    else if (toRestAt(exportLanes()) <= Date.now()) await finish('changed', () => store.merge(shard));
  }

  function exportLanes() {
    return tracker.export({ keys: [] }).lanes;
  }

  /**
   * Whether the rest of a part goes into the first part of its lane: when both together leave room in that, so that it is not cut
   * again at once.
   */
  async function isToBeMerged(): Promise<boolean> {
    const size = members.size + strangers.length + unreadable.size;
    if (shard.share >= 1 || size === 0 || size > splitAbove / 4) return false;
    if (toRestAt(exportLanes()) > Date.now() + longestRestMs) return false;
    const room = Math.floor(splitAbove * 0.75) - size;
    const first = await store.countFirst(shard, room + 1);
    return first !== undefined && first <= room && end === undefined;
  }

  /** The rows go with all that is known of them, once nothing that was sent counts against the rate any more. */
  async function merge(): Promise<boolean> {
    const { lanes, rows } = tracker.export({ native: storeNative });
    const restMs = Math.min(Math.max(0, toRestAt(lanes) - Date.now()), 2 * longestRestMs);
    await Promise.race([delay(restMs), patienceEnd.promise]);
    const known = toRecorded(rows).map(({ member, row }) => ({
      ...member,
      revision: member.revision + 1,
      row,
    }));
    for (let from = 0; from < known.length; from += mailSize) {
      const batch = { rows: known.slice(from, from + mailSize), transitions: [] };
      if (!(await store.write(shard, batch))) return false;
    }
    return toRestAt(lanes) > Date.now() ? true : store.merge(shard);
  }

  /** Where there is more than can be written in the time, writing must not take all of it. */
  async function packInTime(): Promise<void> {
    const startedAt = performance.now();
    if (packing !== undefined || startedAt < packAgainAt) return;
    await pack();
    const now = performance.now();
    packAgainAt = now + Math.min(restAfterPack * (now - startedAt), mostRest * packMs);
  }

  /** Says once why some rows are not followed here, or that all of them are, unless it was said before. */
  async function tellStrangers(): Promise<void> {
    if (isReasonKnown) return;
    const providers = [...new Set(strangers.map(({ row }) => row.provider))].sort();
    const reason = providers.length > 0 ? { providers, since: new Date().toISOString() } : undefined;
    try {
      const isSaid = String(told?.providers ?? []) === String(providers);
      if (!isSaid && !(await store.setUnserved(shard, reason))) lose();
      if (!isSaid) told = reason;
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
      while (!(await flush())) if (isAtEnd()) return;
      if (isOver) return;
      const isReclaimed = messages.some(({ kind }) => kind === 'reclaim');
      if (returning.length === 0) {
        const held = new Set(Array.from(holds.keys(), ({ id }) => id));
        const isDone = (message: InboxMessage) =>
          !held.has(message.migrationId) && !isForSomebodyElse(message);
        const ids = messages.filter(isDone).map(({ id }) => id);
        if (!(await store.clearInbox(shard, ids))) return lose();
        isMailWaiting ||= messages.length === mailSize && ids.length > 0;
      }
      // What has come back is there for the next run, and so are the messages about it.
      if (returning.length > 0 || isReclaimed) await finish('changed');
    }
  }

  /** Whether it says what only a worker with another adapter can take in. Whoever waits for a read asks again. */
  function isForSomebodyElse({ kind, migrationId, body }: InboxMessage): boolean {
    if (kind !== 'push' && kind !== 'follow') return false;
    if (!strangers.some(({ id }) => id === migrationId)) return false;
    return kind === 'push' || JSON.parse(body).isNew !== true;
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
      else if (kind === 'refresh') read(member, adapter, (handle) => handle.refresh());
      else if (kind === 'look')
        read(member, adapter, (handle) => handle.settled({ timeoutMs: lookForMs, until: () => false }));
    } catch (error) {
      onError(error);
    }
  }

  /** Does what leads to a read, and has the row written after it, whatever it says. */
  function read(
    member: Member,
    adapter: MigrationAdapter,
    work: (handle: MigrationHandle) => Promise<unknown>,
  ): void {
    const handle = tracker.track(adapter, member.row.ref);
    const note = () => {
      handle.release();
      if (end === undefined && members.get(member.key) === member) noteAnew(member);
    };
    work(handle).then(note, note);
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
    const mended = unreadable.get(id);
    if (!isNew && mended === undefined) {
      returning.push(id);
      return;
    }
    const previous = members.get(key);
    if (previous !== undefined) drop(previous);
    const added: Member = { id, key, sequence: 0, revision: 0, ...mended, row };
    unreadable.delete(id);
    admit(added);
    const own = adapterOf.get(key);
    if (own === undefined) isReasonKnown = false;
    else tracker.track(own, row.ref, labels);
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
    await Promise.race([flushAll(), patienceEnd.promise]);
    // Whoever is next has to know what the lane has sent, and so waits for this.
    await packing;
    await pack();
    const isAtLast = atLast !== undefined && !isAtEnd();
    if (!isAtLast || (await atLast().catch(reportAndGoOn))) close(reason);
    else lose();
  }

  async function flushAll(): Promise<void> {
    while ((writing !== undefined || toWritable().length > 0) && !isAtEnd()) await flush();
  }

  /** What could not be done at last, the next run will do. */
  function reportAndGoOn(error: unknown): true {
    onError(error);
    return true;
  }

  function close(reason: RunEnd): void {
    isOver = true;
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
      return lagMs;
    },
    ended: ending.promise,
    takeMail,
    stop,
    lose,
  };
}

function toFirstDueAt(rows: readonly ExportedRow[]): number {
  return rows.reduce((first, { dueAt = first }) => Math.min(first, dueAt), Number.POSITIVE_INFINITY);
}

function toNumbers({ id, revision }: Member) {
  return { id, revision };
}

function hasRateLimit(answer: unknown): answer is { readonly rateLimit: RateLimit } {
  return (
    typeof answer === 'object' && answer !== null && 'rateLimit' in answer && answer.rateLimit !== undefined
  );
}

function delay(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
