import { setTimeout as delay } from 'node:timers/promises';
import { EffectError } from '../store/effect-error.ts';
import type { Claim, Member, RecordedTransition } from '../store/shard.ts';
import type { ShardStore } from '../store/shard-store.ts';

/** What {@link createRowWriter} is made of. */
export interface RowWriterOptions {
  readonly store: ShardStore;
  readonly claim: Claim;
  /** Whoever asked to stop has waited long enough: nothing more is written. */
  readonly patience: AbortSignal;
  /** The one of that key that is followed. */
  readonly find: (key: string) => Member | undefined;
  /** Whether the claim is still known to hold; asked after a write that failed. */
  readonly isHeld: () => boolean;
  /** Somebody else has the shard; nothing more is written. */
  readonly onLost: () => void;
  /** All that is known of a migration is written. */
  readonly onWritten: (member: Member) => void;
  readonly onError: (error: unknown) => void;
}

/** Writes what happens to the rows of a shard, at once, and together what happens while it writes. */
export interface RowWriter {
  /** Has the row written as it is, together with the transitions that led to it. */
  write(member: Member): void;
  /** Has a transition recorded with the next write of its row. */
  record(transition: RecordedTransition): void;
  /**
   * Writes all that is pending now, and says whether that is done, but for what has to wait after its effect has failed. What
   * comes while it is written is left to the next call, so that it never goes on for ever.
   */
  flush(): Promise<boolean>;
  /** Until nothing is left to write, but for what has to wait, or nothing more is to be written. */
  flushAll(): Promise<void>;
  /** Whether nothing more is to be written. */
  readonly isAtEnd: boolean;
  /** The keys of those with transitions that are not recorded yet. */
  unrecorded(): ReadonlySet<string>;
  /** The ids of those whose last transition cannot be recorded for now. */
  held(): ReadonlySet<string>;
  /** Drops what is still to be written of one. */
  forget(member: Member): void;
  /** Writes nothing more. */
  close(): void;
}

/** How long a write that failed waits until it is tried again. */
const retryMs = 200;

/** How long a transition whose effect failed waits until it is tried again: at first, and at most. */
const firstHoldMs = 1_000;
const longestHoldMs = 60_000;

/** A migration whose last transition cannot be recorded for now; nothing of it is written meanwhile. */
interface Hold {
  readonly until: number;
  readonly delayMs: number;
}

export function createRowWriter(options: RowWriterOptions): RowWriter {
  const { store, claim, patience, find, isHeld, onLost, onWritten, onError } = options;
  const pending = new Set<Member>();
  const holds = new Map<Member, Hold>();
  let happened: RecordedTransition[] = [];
  let writing: Promise<boolean> | undefined;
  let writingNext: Promise<boolean> | undefined;
  let isClosed = false;

  const isAtEnd = () => isClosed || patience.aborted;

  /** What is to be written, but for what has to wait after its effect has failed. */
  function toWritable(): readonly Member[] {
    const now = performance.now();
    return [...pending].filter((member) => (holds.get(member)?.until ?? 0) <= now);
  }

  function flush(): Promise<boolean> {
    if (writingNext !== undefined) return writingNext;
    if (writing === undefined) return start();
    writingNext = writing.then(goOn, goOn);
    return writingNext;

    function goOn(): Promise<boolean> {
      writingNext = undefined;
      return start();
    }
  }

  function start(): Promise<boolean> {
    writing = writePending().finally(() => {
      writing = undefined;
      if (writingNext === undefined && !isAtEnd() && toWritable().length > 0) void flush();
    });
    return writing;
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
      if (!(await store.write(claim, { rows, transitions }, patience))) {
        onLost();
        return false;
      }
      happened = happened.filter((transition) => !isWritten.has(transition));
      for (const member of written) holds.delete(member);
      for (const member of written) if (!pending.has(member)) onWritten(member);
      return true;
    } catch (error) {
      for (const member of written) if (find(member.key) === member) pending.add(member);
      if (error === patience.reason) return false;
      onError(error);
      if (EffectError.isInstance(error)) hold(find(error.key));
      else await delay(retryMs);
      if (!isHeld()) onLost();
      return false;
    }
  }

  /** Keeps one migration from holding up the others. */
  function hold(member: Member | undefined): void {
    if (member === undefined) return;
    const delayMs = Math.min((holds.get(member)?.delayMs ?? firstHoldMs / 2) * 2, longestHoldMs);
    holds.set(member, { until: performance.now() + delayMs, delayMs });
  }

  return {
    write(member) {
      pending.add(member);
      void flush();
    },
    record: (transition) => void happened.push(transition),
    flush,
    async flushAll() {
      while ((writing !== undefined || toWritable().length > 0) && !isAtEnd()) await flush();
    },
    get isAtEnd() {
      return isAtEnd();
    },
    unrecorded: () => new Set(happened.map(({ key }) => key)),
    held: () => new Set(Array.from(holds.keys(), ({ id }) => id)),
    forget(member) {
      pending.delete(member);
      holds.delete(member);
      happened = happened.filter(({ migrationId }) => migrationId !== member.id);
    },
    close() {
      isClosed = true;
    },
  };
}
