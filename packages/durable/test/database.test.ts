import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../src/database/database.ts';
import { DatabaseError } from '../src/database/database-error.ts';
import { openEmbedded } from '../src/database/embedded-database.ts';
import { openPostgres } from '../src/database/postgres-database.ts';
import { migrateSchema, readSchemaStatus } from '../src/schema/migrate-schema.ts';
import { schemaSteps, schemaVersion } from '../src/schema/schema-steps.ts';
import { findFreePort, type PostgresServer, serverPassword, startPostgres } from './postgres-server.ts';

const opened: Database[] = [];
let server: PostgresServer;
let folder: string;

beforeAll(async () => {
  server = await startPostgres();
  folder = await mkdtemp(path.join(tmpdir(), 'durable-database-'));
}, 60_000);

afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function open(connectionString = server.connectionString): Promise<Database> {
  const database = await openPostgres({ connectionString, poolSize: 2, onError: () => {} });
  opened.push(database);
  return database;
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error) => error,
  );
}

/** Everything that could be printed of an error. */
function everythingOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = Object.getOwnPropertyNames(error).map((name) => String(Reflect.get(error, name)));
  return [String(error), error.stack, ...own, everythingOf(error.cause ?? '')].join('\n');
}

describe('a database that cannot be used', () => {
  it('says so when nobody answers', async () => {
    const port = await findFreePort();
    const error = await failureOf(open(`postgres://postgres:${serverPassword}@127.0.0.1:${port}/postgres`));
    expect(error).toMatchObject({ code: 'database_unreachable', isRetryable: true });
    expect(String(error)).toContain(`127.0.0.1:${port}`);
    expect(everythingOf(error)).not.toContain(serverPassword);
  });

  it('says so when the password is wrong, and shows none', async () => {
    const wrong = server.connectionString.replace(serverPassword, 'guessed-0815');
    const error = await failureOf(open(wrong));
    expect(error).toMatchObject({ code: 'database_refused', isRetryable: false });
    expect(everythingOf(error)).not.toMatch(/guessed-0815/);
  });

  it('repeats nothing of a connection string that is none', async () => {
    const error = await failureOf(open('postgres//user:hidden-1@host'));
    expect(error).toMatchObject({ code: 'invalid_configuration', option: 'connectionString' });
    expect(everythingOf(error)).not.toContain('hidden-1');
  });

  it('says so when it takes no writes', async () => {
    const readOnly = `${server.connectionString}?options=-c%20default_transaction_read_only%3Don`;
    const database = await open(readOnly);
    const error = await failureOf(migrateSchema(database, 'read_only'));
    expect(error).toMatchObject({ code: 'database_read_only' });
    expect(DatabaseError.isInstance(error)).toBe(true);
  });
});

describe('a transaction', () => {
  it('is taken back by the server when its process has nothing to say for long, or a statement hangs', async () => {
    const database = await open();
    const rows = await database.transaction((querier) =>
      querier.query(
        `select current_setting('idle_in_transaction_session_timeout') as silence, current_setting('statement_timeout') as statement`,
      ),
    );
    expect(rows).toEqual([{ silence: '7500ms', statement: '20s' }]);
    const [elsewhere] = await database.query(`select current_setting('statement_timeout') as statement`);
    expect(elsewhere).toEqual({ statement: '0' });
  });
});

describe('the schema', () => {
  it('is made once, also by several at the same time', async () => {
    const databases = [await open(), await open(), await open()];
    expect((await readSchemaStatus(await open(), 'together')).version).toBe(0);
    await Promise.all(databases.map((database) => migrateSchema(database, 'together')));
    expect(await readSchemaStatus(await open(), 'together')).toMatchObject({
      version: schemaVersion,
      isUsable: true,
    });
  });

  it('of a later version that this code cannot work with is refused', async () => {
    const database = await open();
    const next = schemaVersion + 1;
    const later = { version: next, worksFrom: next, statements: 'create table later (id int)' };
    const error = await failureOf(migrateSchema(database, 'too_new', [...schemaSteps, later]));
    expect(error).toMatchObject({ code: 'database_unsupported' });
    expect(String(error)).toMatch(new RegExp(`version ${next}.*update`));
  });

  it('of a later version that still works with this code is left as it is', async () => {
    const database = await open();
    const later = { version: schemaVersion + 1, worksFrom: 1, statements: 'create table later (id int)' };
    await migrateSchema(database, 'rolling', [...schemaSteps, later]);
    expect(await migrateSchema(database, 'rolling')).toEqual({
      version: schemaVersion + 1,
      expected: schemaVersion,
      isUsable: true,
    });
  });
});

describe('the embedded database', () => {
  it('has the same schema', { timeout: 60_000 }, async () => {
    const database = await openEmbedded(path.join(folder, 'same'));
    opened.push(database);
    expect(await migrateSchema(database, 'migration_status')).toMatchObject({
      version: schemaVersion,
      isUsable: true,
    });
  });

  it('refuses a second opener, and is free after the first one closes', { timeout: 60_000 }, async () => {
    const place = path.join(folder, 'locked');
    const first = await openEmbedded(place);
    const error = await failureOf(openEmbedded(place));
    await first.close();
    expect(error).toMatchObject({ code: 'store_in_use', file: place });
    opened.push(await openEmbedded(place));
  });

  it('refuses a second process, and is free after the first one is killed', { timeout: 60_000 }, async () => {
    const place = path.join(folder, 'killed');
    const holder = fork(path.join(import.meta.dirname, 'hold-folder.ts'), [place], {
      execArgv: ['--conditions=source'],
    });
    await once(holder, 'message');
    expect(await failureOf(openEmbedded(place))).toMatchObject({ code: 'store_in_use' });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    opened.push(await openEmbedded(place));
    expect((await readdir(folder)).filter((name) => name.startsWith('killed.lock-'))).toHaveLength(1);
  });
});
