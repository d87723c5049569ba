import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDurableTracker, type DurableTracker, migrateDatabase } from '@migration-status/durable';
import { createSandbox, type Sandbox } from '@migration-status/sandbox';
import { createVeltAdapter } from '@migration-status/velt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  findFreePort,
  type PostgresServer,
  serverPassword,
  startPostgres,
} from '../../../durable/test/postgres-server.ts';
import { waitUntil } from '../../../durable/test/wait-until.ts';
import { runProgram } from '../../src/program.ts';
import type { Surroundings } from '../../src/surroundings.ts';
import { createTextStream, runInProcess } from '../support/run-in-process.ts';

let server: PostgresServer;
let sandbox: Sandbox;
let folder = '';
let environment: Readonly<Record<string, string>> = {};
let schemas = 0;
const opened: DurableTracker[] = [];

beforeAll(async () => {
  server = await startPostgres();
  sandbox = await createSandbox();
  folder = await mkdtemp(path.join(tmpdir(), 'migration-status-database-'));
  const { apiKey, authToken } = sandbox.velt.credentials;
  environment = { VELT_API_KEY: apiKey, VELT_AUTH_TOKEN: authToken, DATABASE_URL: server.connectionString };
}, 60_000);

afterEach(async () => {
  for (const tracker of opened.splice(0)) await tracker.close();
});

afterAll(async () => {
  await sandbox?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A configuration on a schema of its own; gives the flag that names it, and the schema. */
async function configure(more: object = {}) {
  schemas += 1;
  const schema = `cli_${schemas}`;
  const config = {
    accounts: { velt: { adapter: 'velt', options: { baseUrl: sandbox.velt.baseUrl } } },
    database: { connectionString: { env: 'DATABASE_URL' }, schema, ...more },
    policy: { floorMs: 50, ceilingMs: 100 },
  };
  await writeFile(path.join(folder, `${schema}.json`), JSON.stringify(config));
  return { flags: ['--config', `${schema}.json`], schema };
}

function run(words: readonly string[], more: Readonly<Record<string, string>> = {}) {
  return runInProcess(words, { folder, environment: { ...environment, ...more } });
}

function place(status = 'completed') {
  const { organizationId, migrationId } = sandbox.velt.addMigration({ timeline: [{ status }] });
  return `velt/${organizationId}/${migrationId}`;
}

/** A process that follows what is on the database. */
async function startFollowing(schema: string): Promise<DurableTracker> {
  const { apiKey, authToken } = sandbox.velt.credentials;
  const tracker = await createDurableTracker({
    connectionString: server.connectionString,
    schema,
    adapters: [createVeltAdapter({ apiKey, authToken, baseUrl: sandbox.velt.baseUrl })],
    policy: { floorMs: 50, ceilingMs: 100 },
    packMs: 200,
  });
  opened.push(tracker);
  return tracker;
}

describe('db', () => {
  it('tells how the schema stands, and brings it up to date', async () => {
    const { flags, schema } = await configure();
    const missing = await run(['db', 'status', ...flags]);
    expect(missing).toEqual({
      exitCode: 1,
      stdout: `the schema ${schema} of the database in the variable DATABASE_URL: there is none yet: migration-status db migrate\n`,
      stderr: '',
    });
    const migrated = await run(['db', 'migrate', ...flags]);
    expect([migrated.exitCode, migrated.stderr]).toEqual([0, '']);
    expect(migrated.stdout).toMatch(
      /: version \d+, as it should be\nmigrations +0\nworkers +0 +nothing is read/,
    );
    expect((await run(['db', 'migrate', ...flags])).stdout).toBe(migrated.stdout);
    const { exitCode, stdout } = await run(['db', 'status', '--json', ...flags]);
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([
      0,
      { verdict: 'current', isUsable: true, counts: { migrations: 0, workers: 0 } },
    ]);
  });

  it('refuses a schema of a later version that this one cannot work with', async () => {
    const { flags, schema } = await configure();
    await migrateDatabase({ connectionString: server.connectionString, schema });
    await withServer(`insert into ${schema}.steps (version, works_from) values (99, 99)`);
    const status = await run(['db', 'status', ...flags]);
    expect([status.exitCode, status.stdout]).toEqual([
      1,
      expect.stringMatching(/: version 99, and this package works with \d+: it has to be updated\n$/),
    ]);
    for (const words of [
      ['db', 'migrate'],
      ['worker'],
      ['worker', '--migrate'],
      ['serve', '--port', '0'],
      ['list'],
    ]) {
      const { exitCode, stdout, stderr } = await run([...words, ...flags]);
      expect([words, exitCode, stdout]).toEqual([words, 2, '']);
      expect(stderr).toMatch(
        /^migration-status: The schema "\w+" at .* has version 99, .*: update this package\n$/,
      );
    }
  });

  it('says of a database that cannot be used why, in one line and without the password', async () => {
    const { flags } = await configure();
    const port = await findFreePort();
    const cases = [
      [`postgres://postgres:${serverPassword}@127.0.0.1:${port}/postgres`, 3, /cannot be reached/],
      [server.connectionString.replace(serverPassword, 'guessed-0815'), 3, /refuses us: password/],
      [server.connectionString.replace(`:${serverPassword}`, ''), 3, /refuses us: (?:SASL|empty password)/],
      [server.connectionString.replace(/postgres$/, 'nowhere'), 3, /refuses us: database "nowhere"/],
      [`${server.connectionString}?sslmode=require`, 3, /refuses us: The server does not support SSL/],
      ['mysql://root:secret-4711@db/app', 2, /"connectionString" must be a URL/],
      ['', 2, /"database.connectionString": the variable DATABASE_URL is not set/],
    ] as const;
    for (const [url, code, words] of cases) {
      for (const command of [['db', 'status'], ['db', 'migrate', '--json'], ['list']]) {
        const { exitCode, stdout, stderr } = await run([...command, ...flags], { DATABASE_URL: url });
        expect([url, exitCode, stdout]).toEqual([url, code, '']);
        expect(stderr).toMatch(words);
        expect(stderr).toMatch(/^migration-status: [^\n]*\n$/);
        expect(stderr).not.toMatch(/guessed-0815|secret-4711/);
      }
    }
  });

  it('says that it needs a database', async () => {
    await writeFile(path.join(folder, 'none.json'), '{}');
    for (const words of [['db', 'status'], ['worker'], ['track', 'velt/a/b']]) {
      const { exitCode, stderr } = await run([...words, '--config', 'none.json']);
      expect([exitCode, stderr]).toEqual([
        2,
        expect.stringContaining('there is no "database" in the configuration'),
      ]);
    }
    expect((await run(['list', '--config', 'none.json'])).stderr).toMatch(/name an account; without one/);
  });

  it('works on a folder too, which nobody makes by asking', async () => {
    const { flags } = await configure({ connectionString: undefined, dataDir: './data' });
    const status = await run(['db', 'status', '--json', ...flags]);
    expect([status.exitCode, JSON.parse(status.stdout).verdict]).toEqual([1, 'missing']);
    expect((await run(['db', 'status', '--json', ...flags])).exitCode).toBe(1);
    const address = place();
    const waited = await run(['wait', address, ...flags]);
    expect([waited.exitCode, waited.stderr]).toEqual([
      0,
      expect.stringMatching(/^\S+data serves this process alone;/),
    ]);
    const listed = await run(['list', '--output', 'json', ...flags]);
    expect(JSON.parse(listed.stdout).rows).toMatchObject([{ key: address, status: { state: 'succeeded' } }]);
  });
});

describe('check', () => {
  it('says how the database stands', async () => {
    const { flags } = await configure();
    const find = async (more: Readonly<Record<string, string>> = {}) => {
      const { stdout } = await run(['check', '--json', ...flags], more);
      const findings: readonly { readonly account: string; readonly verdict: string }[] = JSON.parse(stdout);
      return findings.find(({ account }) => account === 'database');
    };
    expect(await find()).toMatchObject({ verdict: 'missing', detail: expect.stringContaining('db migrate') });
    await run(['db', 'migrate', ...flags]);
    expect(await find()).toMatchObject({ verdict: 'ok' });
    const wrong = server.connectionString.replace(serverPassword, 'guessed-0815');
    expect(await find({ DATABASE_URL: wrong })).toMatchObject({ verdict: 'refused' });
    const port = await findFreePort();
    const away = { DATABASE_URL: `postgres://postgres:x@127.0.0.1:${port}/postgres` };
    expect(await find(away)).toMatchObject({ verdict: 'unreachable' });
    expect(await find({ DATABASE_URL: '' })).toMatchObject({ verdict: 'missing' });
  });
});

describe('commands on a database', () => {
  const input = '{"organizationId":"org_1","documentId":"draft","newDocumentId":"final"}';

  it('need its schema to be there, and make none', async () => {
    const { flags } = await configure();
    const { exitCode, stderr } = await run(['track', place(), ...flags]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/has version 0, and this code works with \d+: migrate it first/);
    const before = sandbox.velt.requests.length;
    expect((await run(['start', 'velt', '--input', input, ...flags])).exitCode).toBe(2);
    expect(sandbox.velt.requests.length).toBe(before);
  });

  it('put there what is to be followed, and show what is there', async () => {
    const { flags, schema } = await configure();
    await run(['db', 'migrate', ...flags]);
    const [tracked, ended] = [place('in_progress'), place()];
    expect(await run(['track', tracked, ended, ...flags])).toEqual({
      exitCode: 0,
      stdout: `${tracked}\n${ended}\n`,
      stderr: '',
    });
    sandbox.velt.nextTimeline([{ status: 'in_progress' }]);
    const started = (await run(['start', 'velt', '--input', input, ...flags])).stdout.trim();
    const listed = await run(['list', '--output', 'json', ...flags]);
    const keysOf = (text: string) => JSON.parse(text).rows.map(({ key }: { readonly key: string }) => key);
    expect(new Set(keysOf(listed.stdout))).toEqual(new Set([tracked, ended, started]));
    expect(JSON.parse(listed.stdout).rows[0].status).toBeUndefined();
    const patience = ['--timeout', '200ms'];
    expect(await run(['wait', ...patience, ...flags])).toMatchObject({
      exitCode: 124,
      stderr: expect.stringMatching(/^No worker is running on the database/),
    });
    await startFollowing(schema);
    const watched = await run(['watch', '--for', 'running', '--output', 'json', ...flags]);
    expect([watched.exitCode, watched.stderr]).toEqual([0, '']);
    expect(keysOf(watched.stdout)).toEqual(expect.arrayContaining([tracked, started]));
    const one = await run(['wait', ended, '--output', 'json', ...flags]);
    expect(keysOf(one.stdout)).toEqual([ended]);
  });

  it('call migrations by their names in the configuration', async () => {
    const { flags, schema } = await configure();
    const address = place('failed');
    const [, organizationId, migrationId] = address.split('/');
    const file = path.join(folder, `${schema}.json`);
    const config = {
      accounts: { velt: { adapter: 'velt', options: { baseUrl: sandbox.velt.baseUrl } } },
      database: { connectionString: { env: 'DATABASE_URL' }, schema },
      migrations: [
        { name: 'handbook', account: 'velt', ref: { organizationId, migrationId }, group: 'wave 1' },
      ],
    };
    await writeFile(file, JSON.stringify(config));
    await run(['db', 'migrate', ...flags]);
    await startFollowing(schema);
    const { exitCode, stdout } = await run(['watch', '--output', 'json', ...flags]);
    expect([exitCode, JSON.parse(stdout).rows]).toMatchObject([1, [{ name: 'handbook', group: 'wave 1' }]]);
  });

  it('tell where a migration could not be put down', async () => {
    const { flags, schema } = await configure();
    await run(['db', 'migrate', ...flags]);
    await withServer(`create or replace function ${schema}.refuse() returns trigger language plpgsql as
      'begin raise exception using errcode = ''42501'', message = ''not today''; end'`);
    await withServer(
      `create trigger refuse before insert on ${schema}.migrations execute function ${schema}.refuse()`,
    );
    const started = await run(['start', 'velt', '--input', input, ...flags]);
    expect(started.exitCode).toBe(0);
    expect(started.stderr).toMatch(/It is not in the database: .*not today/);
    const watched = await run(['watch', place(), '--output', 'quiet', ...flags]);
    expect([watched.exitCode, watched.stderr]).toEqual([3, expect.stringMatching(/not today/)]);
  });
});

describe('serve on a database', () => {
  /** Serves until the given work is done. */
  async function serveWhile(words: readonly string[], more: object, use: (url: string) => Promise<void>) {
    const interruption = new AbortController();
    const [stdout, stderr] = [createTextStream(), createTextStream()];
    const listening = Promise.withResolvers<string>();
    const surroundings: Surroundings = {
      stdout: {
        ...stdout,
        write(text) {
          stdout.write(text);
          listening.resolve(text.trim());
        },
      },
      stderr,
      environment,
      folder,
      interruption: interruption.signal,
      atExit: () => () => {},
      atSuspension: () => () => {},
      readInput: async () => '',
      ...more,
    };
    const running = runProgram(['serve', '--port', '0', ...words], surroundings);
    const ended = running.then((code) => Promise.reject(new Error(`${code}: ${stderr.text()}`)));
    const url = await Promise.race([listening.promise, ended]);
    try {
      await use(url);
    } finally {
      interruption.abort({ signal: 'SIGTERM' });
    }
    expect(await running).toBe(143);
    return stderr.text();
  }

  const read = async (url: string) => (await fetch(`${url}statuses`)).json();
  const post = async (url: string, action: string, key: string) => {
    const headers = { origin: new URL(url).origin };
    const response = await fetch(`${url}statuses/${action}`, {
      method: 'POST',
      body: JSON.stringify({ key }),
      headers,
    });
    return response.status;
  };

  it('shows everything that is there, and needs no account for it', async () => {
    const { flags, schema } = await configure();
    await run(['db', 'migrate', ...flags]);
    const [first, second] = [place('in_progress'), place('in_progress')];
    await run(['track', first, second, ...flags]);
    const bare = { environment: { DATABASE_URL: server.connectionString } };
    const told = await serveWhile(flags, bare, async (url) => {
      expect(await read(url)).toMatchObject({ total: 2, unread: 2 });
      await startFollowing(schema);
      await waitUntil('both are read', async () => (await read(url)).counts.running === 2);
    });
    expect(told).toMatch(/^No worker is running on the database.*\n2 migrations are shown there/);
  });

  it('answers probes beside its page, without a token', async () => {
    const { flags } = await configure();
    await run(['db', 'migrate', ...flags]);
    const more = { environment: { ...environment, PAGE_TOKEN: 'token-of-this-page-4711' } };
    await serveWhile(['--token', 'env:PAGE_TOKEN', ...flags], more, async (url) => {
      const answers = await Promise.all(['livez', 'readyz', ''].map((path) => fetch(`${url}${path}`)));
      const [life, readiness] = await Promise.all(answers.slice(0, 2).map((answer) => answer.json()));
      expect(life).toEqual({ status: 'ok', checks: [{ name: 'loop', isOk: true }] });
      expect(readiness.checks).toContainEqual({ name: 'database', isOk: true });
      expect(answers[2]?.headers.get('content-type')).toMatch(/html/);
      expect((await fetch(`${url}statuses`)).status).toBe(401);
    });
  });

  it('shows what is asked for, and lets readers do what is allowed', async () => {
    const { flags, schema } = await configure();
    await run(['db', 'migrate', ...flags]);
    const tracker = await startFollowing(schema);
    const [asked, other] = [place('in_progress'), place('in_progress')];
    await run(['track', other, ...flags]);
    await serveWhile([asked, '--allow', 'refresh', 'cancel', ...flags], {}, async (url) => {
      await waitUntil('it is read', async () => (await read(url)).counts.running === 1);
      expect((await read(url)).rows).toMatchObject([{ key: asked }]);
      const before = tracker.get(asked)?.reads ?? 0;
      expect(await post(url, 'refresh', asked)).toBe(204);
      await waitUntil('it is read again', () => (tracker.get(asked)?.reads ?? 0) > before);
      expect(await post(url, 'cancel', asked)).toBe(409);
      expect(await post(url, 'refresh', other)).toBe(404);
    });
  });

  it('follows what is in a folder itself, which then belongs to it alone', async () => {
    const { flags } = await configure({ connectionString: undefined, dataDir: './served' });
    const told = await serveWhile([place('failed'), ...flags], {}, async (url) => {
      await waitUntil('it has ended', async () => (await read(url)).counts.failed === 1);
      for (const command of ['worker', 'list']) {
        const { exitCode, stderr } = await run([command, ...flags]);
        expect([exitCode, stderr]).toEqual([2, expect.stringContaining('is in use by')]);
      }
      const { stdout } = await run(['check', '--json', ...flags]);
      expect(JSON.parse(stdout)).toContainEqual(
        expect.objectContaining({ account: 'database', verdict: 'skipped' }),
      );
    });
    expect(told).toMatch(/served serves this process alone; use PostgreSQL for several\n/);
  });
});

describe('what is waited for', () => {
  it('is found by a worker that comes later', async () => {
    const { flags, schema } = await configure();
    await run(['db', 'migrate', ...flags]);
    const address = place();
    const waiting = run(['wait', address, ...flags]);
    const tracker = await startFollowing(schema);
    await waitUntil('it has ended', () => tracker.get(address)?.stopped === 'settled');
    expect((await waiting).exitCode).toBe(0);
  });
});

/** Runs a statement on the server, beside the package. */
async function withServer(statement: string): Promise<void> {
  const { openPostgres } = await import('../../../durable/src/database/postgres-database.ts');
  const { connectionString } = server;
  const database = await openPostgres({ connectionString, poolSize: 1, onError: () => {} });
  await database.run(statement);
  await database.close();
}
