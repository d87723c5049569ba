import type { MigrationRow } from './migration-row.ts';

/** A queue between a row that changes and somebody who reads at his own speed. */
export interface RowStream<Native, Ref> extends AsyncIterableIterator<MigrationRow<Native, Ref>, undefined> {
  push(row: MigrationRow<Native, Ref>): void;
  /** Nothing more will come; what is queued is still handed out. */
  end(): void;
}

/**
 * Queues rows for a slow reader without losing a transition: of rows in a row with the same state only the last is kept,
 * so the queue is as long as the migration has transitions, not as long as it has news.
 */
export function createRowStream<Native, Ref>(onReturn: () => void): RowStream<Native, Ref> {
  const queue: MigrationRow<Native, Ref>[] = [];
  let news = Promise.withResolvers<void>();
  let hasEnded = false;

  function finish(): void {
    hasEnded = true;
    news.resolve();
  }

  return {
    push(row) {
      if (hasEnded) return;
      if (queue.at(-1)?.status?.state === row.status?.state) queue.pop();
      queue.push(row);
      news.resolve();
      news = Promise.withResolvers();
    },
    end: finish,
    async next() {
      while (queue.length === 0 && !hasEnded) await news.promise;
      const row = queue.shift();
      return row === undefined ? { done: true, value: undefined } : { done: false, value: row };
    },
    async return() {
      queue.length = 0;
      finish();
      onReturn();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
