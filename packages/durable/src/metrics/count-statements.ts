import type { Database } from '../database/database.ts';
import type { ProcessCounters } from './process-counters.ts';

/** The same database, with the statements counted that go to it. */
export function countStatements(database: Database, counters: ProcessCounters): Database {
  async function count<Result>(send: () => Promise<Result>): Promise<Result> {
    const began = performance.now();
    let isGood = false;
    try {
      const result = await send();
      isGood = true;
      return result;
    } finally {
      counters.noteStatement(isGood, performance.now() - began);
    }
  }

  return {
    ...database,
    query: (text, values) => count(() => database.query(text, values)),
    run: (text) => count(() => database.run(text)),
    transaction: (work) =>
      database.transaction((querier) =>
        work({ query: (text, values) => count(() => querier.query(text, values)) }),
      ),
  };
}
