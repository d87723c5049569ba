import type { MigrationAdapter } from '../adapter/contract.ts';
import type { Lane } from '../lane/lane.ts';
import { createRow, type Row } from '../step/row.ts';
import type { StepEvent, StepResult } from '../step/step.ts';
import type { RowId, RowTable } from './row-table.ts';
import type { SourceTable } from './source-table.ts';

/** Is told of every event of one migration, after the fact. */
export type EntryObserver = (event: StepEvent, result: StepResult) => void;

/**
 * One migration that the engine follows, as somebody sees it who wants to do something with it. Made on demand: the engine
 * itself keeps rows, not objects.
 */
export interface Entry {
  readonly id: RowId;
  readonly key: string;
  readonly adapter: MigrationAdapter;
  readonly group: string | undefined;
  /** What is under the id may have been removed, and even be another migration by now. */
  readonly isAlive: boolean;
  /** The row as it is; of a removed one, as of one that nobody has looked at. */
  readonly row: Row;
  readonly ref: unknown;
  /** What is known of its lane; undefined once it was removed. */
  readonly lane: Lane | undefined;
  /** Tells of every event; gives a function that ends it. */
  observe(observer: EntryObserver): () => void;
}

/** What entries are made from. */
export interface EntryParts {
  readonly rows: RowTable;
  readonly sources: SourceTable;
  readonly observers: Map<RowId, Set<EntryObserver>>;
  readonly now: () => number;
}

/** One migration that is followed, by whichever engine. */
export type Followed = Omit<Entry, 'isAlive'>;

export function createEntry(parts: EntryParts, id: RowId): Entry {
  return new RowEntry(parts, id);
}

/** A class, because an entry is made at every change: V8 takes twenty times as long to make a literal that has getters. */
class RowEntry implements Entry {
  readonly id: RowId;
  readonly key: string;
  readonly adapter: MigrationAdapter;
  readonly #parts: EntryParts;
  readonly #serial: number;
  readonly #lastRef: unknown;

  constructor(parts: EntryParts, id: RowId) {
    const { rows, sources } = parts;
    this.id = id;
    this.key = rows.keyOf(id);
    this.adapter = sources.at(rows.sourceOf(id)).adapter;
    this.#parts = parts;
    this.#serial = rows.serialOf(id);
    this.#lastRef = rows.refOf(id);
  }

  get isAlive(): boolean {
    const { rows } = this.#parts;
    return rows.has(this.id) && rows.serialOf(this.id) === this.#serial;
  }

  get group(): string | undefined {
    const { rows, sources } = this.#parts;
    return this.isAlive ? sources.at(rows.sourceOf(this.id)).group : undefined;
  }

  get row(): Row {
    const { rows, now } = this.#parts;
    return this.isAlive ? rows.get(this.id) : createRow(now(), now());
  }

  get ref(): unknown {
    return this.isAlive ? this.#parts.rows.refOf(this.id) : this.#lastRef;
  }

  get lane(): Lane | undefined {
    const { rows, sources } = this.#parts;
    return this.isAlive ? sources.at(rows.sourceOf(this.id)).lane.state : undefined;
  }

  observe(observer: EntryObserver): () => void {
    if (!this.isAlive) return () => {};
    const { id } = this;
    const { observers } = this.#parts;
    const watching = observers.get(id) ?? new Set();
    observers.set(id, watching.add(observer));
    return () => {
      watching.delete(observer);
      if (watching.size === 0 && observers.get(id) === watching) observers.delete(id);
    };
  }
}
