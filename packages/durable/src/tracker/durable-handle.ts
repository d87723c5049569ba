import {
  type MigrationHandle,
  type MigrationRow,
  MigrationStatusError,
  type WaitOptions,
} from '@migration-status/core';
import type { Command, Commanded, Registered, Registration } from '../store/migration-store.ts';
import { checkCall, refreshRules, waitRules } from './check-call.ts';
import { iterateRows } from './iterate-rows.ts';
import type { Mirror } from './mirror.ts';
import { type RowWatch, toSettling, waitForRow } from './wait-for-row.ts';

/**
 * One caller's view of a migration that somebody follows. As a tracker's, but for `release()`: it ends what this handle has
 * begun, and the migration goes on being followed until it ends or is forgotten.
 */
export interface DurableHandle<Native = unknown, Ref = unknown> extends MigrationHandle<Native, Ref> {
  /** Resolves once the migration would survive the death of this process; rejects when it could not be stored. */
  readonly stored: Promise<void>;
}

/** What a handle needs of its tracker. */
export interface DurableHandleHost {
  readonly mirror: Pick<Mirror, 'get' | 'revisionOf'>;
  /** Takes in what others have written. */
  look(): Promise<void>;
  watch(key: string, listener: (isNews: boolean) => void): () => void;
  command(key: string, command: Command): Promise<Commanded>;
  /** Aborted when the tracker is closed. */
  readonly lifetime: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/** How long before its deadline a wait asks for a last look: a little longer than whoever follows needs for it. */
const lastLookLeadMs = 1_500;

/** How often somebody who waits for a read asks for it again: whoever was asked may have died. */
const askAgainMs = 10_000;

/** Types of natives and refs are those of the adapter; what is stored does not know them. */
export function createDurableHandle(
  host: DurableHandleHost,
  { provider, key, ref, group, name }: Registration,
  registered: Promise<Registered>,
): DurableHandle {
  const { mirror, lifetime, onError } = host;
  const letGo = new AbortController();
  let revision = Number.NEGATIVE_INFINITY;
  let released: MigrationRow | undefined;
  const stored = registered.then(({ revisions }) => {
    revision = revisions.get(key) ?? revision;
  });
  stored.catch(onError);
  const unread: MigrationRow = Object.freeze({
    provider,
    key,
    ref,
    conditions: Object.freeze([]),
    reads: 0,
    ...(group !== undefined && { group }),
    ...(name !== undefined && { name }),
  });

  /** A row from before this handle says nothing about what it has asked for. */
  function current(): MigrationRow | undefined {
    return Number(mirror.revisionOf(key)) <= revision ? unread : mirror.get(key);
  }

  const target: RowWatch = {
    provider,
    key,
    get: current,
    watch: (listener) => host.watch(key, listener),
    lifetime,
    released: letGo.signal,
  };

  /** Stored, and seen here. */
  async function beSeen(): Promise<void> {
    await stored;
    if (mirror.revisionOf(key) === undefined && !lifetime.aborted) await host.look();
  }

  async function settled(options: WaitOptions = {}) {
    checkCall('settled', options, waitRules);
    const { signal, timeoutMs, until } = options;
    const lookAgain = () => {
      host.command(key, { kind: 'look' }).catch(onError);
    };
    return waitForRow(target, {
      ready: beSeen(),
      decide: toSettling(until),
      signal,
      timeoutMs,
      before: { leadMs: lastLookLeadMs, call: lookAgain },
    });
  }

  async function refresh(options: { readonly signal?: AbortSignal | undefined } = {}) {
    checkCall('refresh', options, refreshRules);
    let asked = Number.POSITIVE_INFINITY;
    let isOver = false;
    async function ask(): Promise<void> {
      const { isFollowed, revision: before } = await host.command(key, { kind: 'refresh' });
      asked = Math.min(asked, before);
      isOver ||= !isFollowed;
      if (isOver) await host.look();
    }
    const asking = setInterval(() => void ask().catch(onError), askAgainMs);
    const row = waitForRow(target, {
      ready: beSeen().then(ask),
      decide: (seen) => (isOver || Number(mirror.revisionOf(key)) > asked ? seen : undefined),
      signal: options.signal,
    });
    return row.finally(() => clearInterval(asking));
  }

  function release(): void {
    released ??= current() ?? unread;
    letGo.abort();
  }

  return {
    key,
    stored,
    get row() {
      return released ?? current() ?? unread;
    },
    settled,
    refresh(options) {
      const row = refresh(options);
      // Whoever only wants the read need not look at what comes of it.
      row.catch((error) => {
        if (isTrouble(error)) onError(error);
      });
      return row;
    },
    release,
    [Symbol.dispose]: release,
    [Symbol.asyncIterator]: () => iterateRows(target, beSeen()),
  };
}

/** Whether an error is about the database, and not about what was asked for. */
function isTrouble(error: unknown): boolean {
  return !MigrationStatusError.isInstance(error) || error.kind === 'database';
}
