import type { ConstructorOptions } from 'pg-boss';

/** One row of a result, by column. */
export type ResultRow = Readonly<Record<string, unknown>>;

/** Runs one statement, with `$1`, `$2` … for the values. */
export interface Querier {
  query(text: string, values?: readonly unknown[]): Promise<readonly ResultRow[]>;
}

/** Port: a PostgreSQL, wherever it runs. Calls reject with a `DatabaseError` when it cannot be used. */
export interface Database extends Querier {
  /** Where it is, for people; without credentials. */
  readonly place: string;
  /** Whether no other process can be on it, so that whatever is held there is held by one that has died. */
  readonly isOwn: boolean;
  /** Runs several statements, without values. */
  run(text: string): Promise<void>;
  /** Commits when the work resolves; takes everything back when it rejects. */
  transaction<Result>(work: (querier: Querier) => Promise<Result>): Promise<Result>;
  /**
   * Calls back for each notification of a channel, and once with nothing when some may have been missed. Gives a function
   * that ends it. Notifications only hasten what polling would find.
   */
  listen(channel: string, onNotification: (payload: string) => void): Promise<() => Promise<void>>;
  /** How pg-boss gets to it. */
  readonly jobOptions: ConstructorOptions;
  close(): Promise<void>;
}

/** A column of a result as text. */
export function textOf(row: ResultRow | undefined, column: string): string {
  const value = row?.[column];
  return value === null || value === undefined ? '' : String(value);
}

/** A column of a result as a number. */
export function numberOf(row: ResultRow | undefined, column: string): number {
  return Number(row?.[column] ?? 0);
}
