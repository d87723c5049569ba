import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { ConfigurationError } from '@migration-status/core';
import { acquireFileLock } from '@migration-status/core/file-store';
import { fromPglite } from 'pg-boss';
import type { Database, ResultRow } from './database.ts';
import { DatabaseError } from './database-error.ts';

/**
 * Opens the PostgreSQL that runs inside this process, with its files in a folder, which is made when it is not there. The
 * folder has one opener at a time: PGlite itself would let a second one in and lose rows, so a lock file beside the folder
 * keeps it out, with code `store_in_use`. What a killed process leaves behind counts for nothing.
 */
export async function openEmbedded(dataDir: string): Promise<Database> {
  const folder = path.resolve(dataDir);
  const { PGlite } = await import('@electric-sql/pglite').catch((cause) => {
    const message = '"dataDir" needs the package @electric-sql/pglite, which is not installed';
    throw new ConfigurationError({ option: 'dataDir', message, cause });
  });
  await mkdir(path.dirname(folder), { recursive: true }).catch((error) => {
    throw toOpenError(folder, error);
  });
  const release = await acquireFileLock(folder);
  const opening = PGlite.create(folder);
  const pglite = await opening.catch(async (error) => {
    await release();
    throw toOpenError(folder, error);
  });

  let closing: Promise<void> | undefined;

  return {
    place: folder,
    isOwn: true,
    query: async (text, values = []) => (await pglite.query<ResultRow>(text, [...values])).rows,
    async run(text) {
      await pglite.exec(text);
    },
    transaction: (work) =>
      pglite.transaction((inside) =>
        work({
          query: async (text, values = []) => (await inside.query<ResultRow>(text, [...values])).rows,
        }),
      ),
    async listen(channel, onNotification) {
      const end = await pglite.listen(channel, onNotification);
      onNotification('');
      return () => end();
    },
    jobOptions: { db: fromPglite(pglite), backend: 'pglite' },
    close() {
      closing ??= pglite.close().then(release);
      return closing;
    },
  };
}

function toOpenError(folder: string, cause: unknown): DatabaseError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `The database in ${folder} cannot be opened: ${reason}`;
  return new DatabaseError({ code: 'database_refused', message, cause });
}
