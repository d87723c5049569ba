import type { MigrationAdapter } from '../adapter/contract.ts';
import type { Row } from '../step/row.ts';
import type { StepEvent, StepResult } from '../step/step.ts';
import type { RowId } from './row-table.ts';

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
  /** Tells of every event; gives a function that ends it. */
  observe(observer: EntryObserver): () => void;
}
