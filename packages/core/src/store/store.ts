import type { MigrationState } from '../model/migration-state.ts';
import type { ExportedLane, ExportedRow, TrackerExport } from './tracker-export.ts';

/**
 * The port through which a tracker remembers: what it follows is found again after the process has died. Two stores come
 * with this package, `createMemoryStore` and, in `@migration-status/core/file-store`, `createFileStore`; anything that keeps
 * these promises will do.
 *
 * - **Order.** Appends and saves take effect in the order in which they were called, whether or not the caller waits for one
 *   before calling the next, and a load sees all that was called before it.
 * - **Copies.** A store keeps what was handed in as it was at the call of `append`, and what it hands out belongs to the
 *   caller. A snapshot must stay unchanged until `save` has resolved.
 * - **JSON.** Only what survives `JSON.stringify` is kept; a field that is `undefined` is left out.
 * - **Failure.** A call that rejects has harmed nothing that was acknowledged before it. Calls after it are tried
 *   by themselves. An entry whose `append` was rejected may or may not be found later.
 *
 * @example
 * const store: Store = createMemoryStore();
 * const row: ExportedRow = {
 *   provider: 'velt',
 *   key: 'velt/org_1/mig_7',
 *   lane: 'https://api.velt.dev',
 *   ref: { organizationId: 'org_1', migrationId: 'mig_7' },
 *   trackedAt: Date.now(),
 * };
 * await store.append({ type: 'row', at: new Date().toISOString(), row });
 * (await store.load())?.rows.length; // 1
 */
export interface Store {
  /**
   * The last save and all appends since, put together: of each key the last row, in the order in which the keys first
   * appeared, without those forgotten. A key that comes back after that stands at the end. Undefined when nothing was ever
   * stored. Rejects when it cannot be read, or when what is stored is damaged: a store never gives a part for the whole.
   */
  load(): Promise<TrackerExport | undefined>;
  /**
   * Replaces everything that was stored before the call. Appends that are called meanwhile come after it. Until it has
   * resolved, what was stored before holds; when it rejects, that goes on to hold.
   */
  save(snapshot: TrackerExport): Promise<void>;
  /** Adds one entry. Resolves once the entry would survive the death of the process; rejects when it could not be kept. */
  append(entry: StoreEntry): Promise<void>;
}

/** One piece of news for a store. */
export type StoreEntry = RowEntry | LaneEntry | ForgottenEntry;

/** A migration is tracked, or has gone over to another state; the row replaces what was known under its key. */
export interface RowEntry {
  readonly type: 'row';
  /** When it happened, ISO 8601 UTC. */
  readonly at: string;
  /** The state before; absent at the first row, and where no state was known. */
  readonly from?: MigrationState;
  /** The state after; absent where none is known yet. */
  readonly to?: MigrationState;
  readonly row: ExportedRow;
}

/** A lane was parked: nothing of it may be asked before its time, by nobody who goes on from here. */
export interface LaneEntry {
  readonly type: 'lane';
  /** When it happened, ISO 8601 UTC. */
  readonly at: string;
  readonly lane: ExportedLane;
}

/** A migration was let go of. */
export interface ForgottenEntry {
  readonly type: 'forgotten';
  /** When it happened, ISO 8601 UTC. */
  readonly at: string;
  readonly key: string;
}
