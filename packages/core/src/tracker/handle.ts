import type { Engine } from '../engine/engine.ts';
import type { Entry } from '../engine/entry.ts';
import type { MigrationStatus } from '../model/migration-status.ts';
import { hasNews } from '../step/step.ts';
import { awaitEntry, toNotFoundOut } from './await-entry.ts';
import { checkOptions } from './check-options.ts';
import { type MigrationRow, type OwnLabels, toMigrationRow } from './migration-row.ts';
import * as optionRules from './option-rules.ts';
import { createRowStream } from './row-stream.ts';
import { type WaitOptions, waitFor, waitRules } from './wait.ts';

/** What a handle needs of its tracker. */
export interface HandleHost {
  readonly engine: Engine;
  labelsOf(entry: Entry): OwnLabels | undefined;
  /** Why nothing of this migration goes on any more; undefined while it does. */
  endOf(entry: Entry): unknown;
  /** Tells a handle that has begun something when its migration is let go of or the tracker is closed; gives a function that ends that. */
  onEnd(entry: Entry, end: (reason: unknown) => void): () => void;
  /** One hold less. */
  release(entry: Entry): void;
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

/** What a refresh waits for: also news that were pushed, and that no read is made because the whole lane is refused. */
const news: readonly string[] = ['read', 'read_failed', 'pushed', 'refused'];

/** Makes one more handle on a tracked migration. */
export function createHandle<Native, Ref>(host: HandleHost, entry: Entry): MigrationHandle<Native, Ref> {
  const { engine } = host;
  let lifetime: AbortController | undefined;
  let endListening: (() => void) | undefined;
  let released: MigrationRow<Native, Ref> | undefined;

  const toRow = () => released ?? toMigrationRow<Native, Ref>(entry, host.labelsOf(entry));

  /** Aborted with the error that ends whatever this handle has begun. Many handles never begin anything. */
  function toLifetime(): AbortSignal {
    if (lifetime === undefined) {
      const controller = new AbortController();
      lifetime = controller;
      const reason = host.endOf(entry);
      if (reason !== undefined) controller.abort(reason);
      else endListening = host.onEnd(entry, (end) => controller.abort(end));
    }
    return lifetime.signal;
  }

  function iterate(): AsyncIterableIterator<MigrationRow<Native, Ref>, undefined> {
    const signal = toLifetime();
    const stream = createRowStream<Native, Ref>(stop);
    const endObserving = entry.observe((_event, result) => {
      const { stopped } = result.row;
      if (stopped || hasNews(result)) stream.push(toRow());
      if (stopped) end();
    });

    function stop(): void {
      endObserving();
      signal.removeEventListener('abort', end);
    }

    function end(): void {
      stop();
      stream.end();
    }

    signal.addEventListener('abort', end, { once: true });
    stream.push(toRow());
    if (entry.row.stopped || signal.aborted) end();
    return stream;
  }

  function release(): void {
    if (released !== undefined) return;
    const row = toRow();
    const isEnded = host.endOf(entry) !== undefined;
    const reason = toNotFoundOut(entry, 'released', 'the handle was released');
    released = row;
    endListening?.();
    lifetime ??= new AbortController();
    lifetime.abort(reason);
    if (!isEnded) host.release(entry);
  }

  return {
    key: entry.key,
    get row() {
      return toRow();
    },
    async settled(options = {}) {
      checkOptions('settled', options, waitRules);
      return waitFor<Native, Ref>(engine, entry, options, toLifetime());
    },
    async refresh(options = {}) {
      checkOptions('refresh', options, { signal: optionRules.signal });
      const { signal } = options;
      if (entry.row.stopped === 'settled') return toRow();
      const own = toLifetime();
      const read = awaitEntry(engine, entry, {
        signal,
        lifetime: own,
        decide: (event) => (event !== undefined && news.includes(event.type) ? toRow() : undefined),
      });
      if (!signal?.aborted && !own.aborted) engine.refresh(entry.id);
      return read;
    },
    release,
    [Symbol.dispose]: release,
    [Symbol.asyncIterator]: iterate,
  };
}
