import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Database } from '../src/database/database.ts';
import { openEmbedded } from '../src/database/embedded-database.ts';
import { openPostgres } from '../src/database/postgres-database.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';

/** The databases that a test file runs on, open from its first test to its last. */
export interface TestDatabases {
  readonly server: () => PostgresServer;
  readonly of: (kind: 'PostgreSQL' | 'PGlite') => Database;
}

export function useDatabases(): TestDatabases {
  let server: PostgresServer;
  let folder: string;
  let postgres: Database;
  let embedded: Database;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'durable-'));
    server = await startPostgres();
    const { connectionString } = server;
    postgres = await openPostgres({ connectionString, poolSize: 4, onError: () => {} });
    embedded = await openEmbedded(path.join(folder, 'data'));
  }, 60_000);

  afterAll(async () => {
    await postgres?.close();
    await embedded?.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  return { server: () => server, of: (kind) => (kind === 'PGlite' ? embedded : postgres) };
}
