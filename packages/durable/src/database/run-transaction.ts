import type { Database, Querier } from './database.ts';

const mostTries = 10;

/**
 * Runs a transaction again that another one got in the way of: a shard may go while something is put into it, and two may
 * wait for each other.
 */
export async function runTransaction<Result>(
  database: Database,
  work: (querier: Querier) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await database.transaction(work);
    } catch (error) {
      if (tries === mostTries || !isCollision(error)) throw error;
    }
  }
}

/** By the codes of a foreign key that is not there, and of a deadlock. */
function isCollision(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['23503', '40P01'].includes(String(error.code));
}
