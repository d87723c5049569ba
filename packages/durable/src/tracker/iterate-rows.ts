import type { MigrationRow } from '@migration-status/core';
import type { RowWatch } from './wait-for-row.ts';

/**
 * The row as it is, and then each news of it, until no more reads are planned or nobody follows it any more. A slow reader
 * misses no transition that was seen here: of rows in a row with the same state only the last waits for him.
 */
export function iterateRows(
  target: RowWatch,
  ready: Promise<unknown>,
): AsyncIterableIterator<MigrationRow, undefined> {
  const queue: MigrationRow[] = [];
  const ends = [target.lifetime, target.released];
  let news = Promise.withResolvers<void>();
  let isReady = false;
  let hasEnded = false;
  const endWatching = target.watch((isNews) => {
    if (isReady && isNews) take();
  });
  for (const signal of ends) signal.addEventListener('abort', end, { once: true });
  ready.then(begin, end);

  function begin(): void {
    isReady = true;
    take();
    if (ends.some(({ aborted }) => aborted)) end();
  }

  function take(): void {
    const row = hasEnded ? undefined : target.get();
    if (row !== undefined) {
      if (queue.at(-1)?.status?.state === row.status?.state) queue.pop();
      queue.push(row);
      news.resolve();
      news = Promise.withResolvers();
    }
    if (row === undefined || row.stopped !== undefined) end();
  }

  function end(): void {
    hasEnded = true;
    endWatching();
    for (const signal of ends) signal.removeEventListener('abort', end);
    news.resolve();
  }

  return {
    async next() {
      while (queue.length === 0 && !hasEnded) await news.promise;
      const row = queue.shift();
      return row === undefined ? { done: true, value: undefined } : { done: false, value: row };
    },
    async return() {
      queue.length = 0;
      end();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
