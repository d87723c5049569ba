import type { Engine } from '../engine/engine.ts';
import type { Entry, EntryObserver } from '../engine/entry.ts';
import type { MigrationStatus } from '../model/migration-status.ts';
import { hasNews } from '../step/step.ts';
import { awaitEntry, toNotFoundOut } from './await-entry.ts';
import { checkOptions, optionRules } from './check-options.ts';
import { type MigrationRow, type TrackLabels, toMigrationRow } from './migration-row.ts';
import { createRowStream } from './row-stream.ts';
import { type WaitOptions, waitFor, waitRules } from './wait.ts';

/** One migration of a tracker, and all that hold on to it. */
export interface TrackedMigration {
  readonly entry: Entry;
  labels: TrackLabels;
  /** One per handle that has not been released; aborting it ends what the handle has begun. */
  readonly lifetimes: Set<AbortController>;
  isSettled: boolean;
}

/** One caller's hold on a tracked migration. */
export interface MigrationHandle<Native = unknown, Ref = unknown>
  extends AsyncIterable<MigrationRow<Native, Ref>, undefined>,
    Disposable {
  readonly key: string;
  /** What is known at this moment. */
  readonly row: MigrationRow<Native, Ref>;
  /**
   * Resolves once the migration has ended or waits for a person (or `until` accepts a status), with the status, also a
   * `failed` one. Rejects with the last status attached when that cannot be found out: aborted, deadline, access refused,
   * released, closed. Can be called again, also after a rejection.
   */
  settled(options?: WaitOptions<Native, Ref>): Promise<MigrationStatus<Native, Ref>>;
  /**
   * Reads as soon as the provider's limits allow, or joins a read that is out, and resolves with the row after it, whether
   * the read succeeded or not. A settled migration is not read again. Also resumes reading after refused access.
   */
  refresh(options?: { readonly signal?: AbortSignal | undefined }): Promise<MigrationRow<Native, Ref>>;
  /** Lets go. With the last handle the migration is forgotten and its read aborted; waits of this handle reject. */
  release(): void;
  /** The row as it is, and then each change of status or conditions, until no more reads are planned. */
  [Symbol.asyncIterator](): AsyncIterableIterator<MigrationRow<Native, Ref>, undefined>;
}

/** Makes one more handle on a tracked migration. */
export function createHandle<Native, Ref>(
  engine: Engine,
  migration: TrackedMigration,
  onLastRelease: () => void,
): MigrationHandle<Native, Ref> {
  const { entry, lifetimes } = migration;
  const lifetime = new AbortController();
  lifetimes.add(lifetime);

  const toRow = () => toMigrationRow<Native, Ref>(entry, migration.labels);

  function iterate(): AsyncIterableIterator<MigrationRow<Native, Ref>, undefined> {
    const stream = createRowStream<Native, Ref>(stop);
    const observe: EntryObserver = (_event, result) => {
      const { stopped } = result.row;
      if (stopped || hasNews(result)) stream.push(toRow());
      if (stopped) end();
    };

    function stop(): void {
      entry.observers.delete(observe);
      lifetime.signal.removeEventListener('abort', end);
    }

    function end(): void {
      stop();
      stream.end();
    }

    entry.observers.add(observe);
    lifetime.signal.addEventListener('abort', end, { once: true });
    stream.push(toRow());
    if (entry.row.stopped || lifetime.signal.aborted) end();
    return stream;
  }

  function release(): void {
    if (lifetime.signal.aborted) return;
    lifetimes.delete(lifetime);
    lifetime.abort(toNotFoundOut(entry, 'released', 'the handle was released'));
    if (lifetimes.size === 0) onLastRelease();
  }

  return {
    key: entry.key,
    get row() {
      return toRow();
    },
    async settled(options = {}) {
      checkOptions('settled', options, waitRules);
      return waitFor<Native, Ref>(engine, entry, options, lifetime.signal);
    },
    async refresh(options = {}) {
      checkOptions('refresh', options, { signal: optionRules.signal });
      const { signal } = options;
      if (entry.row.stopped === 'settled') return toRow();
      const read = awaitEntry(engine, entry, {
        signal,
        lifetime: lifetime.signal,
        decide: (event) => (event?.type === 'read' || event?.type === 'read_failed' ? toRow() : undefined),
      });
      if (!signal?.aborted && !lifetime.signal.aborted) engine.refresh(entry);
      return read;
    },
    release,
    [Symbol.dispose]: release,
    [Symbol.asyncIterator]: iterate,
  };
}
