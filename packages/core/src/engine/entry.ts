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
  now(): number;
}

/** One migration that is followed, by whichever engine. */
export type Followed = Omit<Entry, 'isAlive'>;

export function createEntry({ rows, sources, observers, now }: EntryParts, id: RowId): Entry {
  const serial = rows.serialOf(id);
  const key = rows.keyOf(id);
  const { adapter } = sources.at(rows.sourceOf(id));
  const lastRef = rows.refOf(id);
  const isAlive = () => rows.has(id) && rows.serialOf(id) === serial;
  return {
    id,
    key,
    adapter,
    get isAlive() {
      return isAlive();
    },
    get group() {
      return isAlive() ? sources.at(rows.sourceOf(id)).group : undefined;
    },
    get row() {
      return isAlive() ? rows.get(id) : createRow(now(), now());
    },
    get ref() {
      return isAlive() ? rows.refOf(id) : lastRef;
    },
    get lane() {
      return isAlive() ? sources.at(rows.sourceOf(id)).lane.state : undefined;
    },
    observe(observer) {
      if (!isAlive()) return () => {};
      const watching = observers.get(id) ?? new Set();
      observers.set(id, watching.add(observer));
      return () => {
        watching.delete(observer);
        if (watching.size === 0 && observers.get(id) === watching) observers.delete(id);
      };
    },
  };
}
