import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSandbox, type Sandbox } from '@migration-status/sandbox';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { workspaceRoot } from '../../../test/support/workspace.ts';
import {
  findFreePort,
  type PostgresServer,
  serverPassword,
  startPostgres,
} from '../../durable/test/postgres-server.ts';
import { waitUntil } from '../../durable/test/wait-until.ts';
import { type CommandProcess, startCommand } from './support/command-process.ts';
import { createGate } from './support/gate.ts';
import { runInProcess } from './support/run-in-process.ts';

let server: PostgresServer;
let sandbox: Sandbox;
let folder = '';
let environment: Readonly<Record<string, string>> = {};
const started: CommandProcess[] = [];
const hanging = path.join(import.meta.dirname, 'fixtures/hanging');

beforeAll(async () => {
  server = await startPostgres();
  sandbox = await createSandbox();
  folder = await mkdtemp(path.join(tmpdir(), 'migration-status-worker-'));
  const { apiKey, authToken } = sandbox.velt.credentials;
  environment = { VELT_API_KEY: apiKey, VELT_AUTH_TOKEN: authToken, DATABASE_URL: server.connectionString };
}, 60_000);

afterEach(async () => {
  for (const each of started.splice(0)) {
    each.kill('SIGKILL');
    await each.ended;
  }
});

afterAll(async () => {
  await sandbox?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function configure(schema: string): Promise<readonly string[]> {
  const config = {
    accounts: { velt: { adapter: 'velt', options: { baseUrl: sandbox.velt.baseUrl } } },
    database: { connectionString: { env: 'DATABASE_URL' }, schema },
    policy: { floorMs: 50, ceilingMs: 200 },
  };
  await writeFile(path.join(folder, `${schema}.json`), JSON.stringify(config));
  return ['--config', `${schema}.json`];
}

function start(
  words: readonly string[],
  given: { readonly folder?: string; readonly url?: string; readonly nodeFlags?: readonly string[] } = {},
): CommandProcess {
  const surroundings = {
    folder: given.folder ?? folder,
    environment: { ...environment, ...(given.url !== undefined && { DATABASE_URL: given.url }) },
  };
  const command = startCommand(words, surroundings, given.nodeFlags);
  started.push(command);
  return command;
}

const run = (words: readonly string[], more = {}) => runInProcess(words, { folder, environment, ...more });

/** What a worker that writes JSON lines has told of one kind. */
function linesOf(worker: CommandProcess, type: string): readonly Readonly<Record<string, unknown>>[] {
  const lines: Readonly<Record<string, unknown>>[] = worker
    .stdout()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return lines.filter((line) => line.type === type);
}

const ready = /"type":"started"/;
const listening = /"url":"(http:\/\/127\.0\.0\.1:\d+)\/readyz"/;

async function probe(worker: CommandProcess, name: string) {
  const [, url = ''] = await worker.waitFor(listening);
  const response = await fetch(`${url}/${name}`);
  const { checks } = await response.json();
  const failing: readonly unknown[] = checks.filter(({ isOk }: { readonly isOk: boolean }) => !isOk);
  return { status: response.status, failing };
}

describe('workers as processes', { timeout: 60_000 }, () => {
  it('take over from one that is killed, and what they found out is served', async () => {
    const flags = await configure('killed');
    await run(['db', 'migrate', ...flags]);
    sandbox.velt.nextTimeline([{ status: 'in_progress', forMs: 4_000 }, { status: 'completed' }]);
    const input = '{"organizationId":"org_1","documentId":"draft","newDocumentId":"final"}';
    const first = start(['worker', '--log', 'ndjson', ...flags]);
    await first.waitFor(ready);
    const key = (await run(['start', 'velt', '--input', input, ...flags])).stdout.trim();
    await first.waitFor(/"what":"taken"/);
    const waited = run(['wait', key, '--for', 'running', ...flags]);
    expect((await waited).exitCode).toBe(0);
    const second = start(['worker', '--log', 'ndjson', ...flags]);
    await second.waitFor(ready);
    first.kill('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');
    await second.waitFor(/"what":"taken"/);
    expect(await run(['wait', key, ...flags])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(linesOf(second, 'error')).toEqual([]);

    const served = start(['serve', '--port', '0', ...flags]);
    const [url] = await served.waitFor(/http:\S+/);
    const snapshot = await (await fetch(`${url}statuses`)).json();
    expect(snapshot).toMatchObject({ total: 1, rows: [{ key, status: { state: 'succeeded' } }] });
    expect(served.stderr()).toBe('1 migration is shown there until Ctrl-C.\n');
    served.kill('SIGTERM');
    expect(await served.ended).toBe(143);
    second.kill('SIGINT');
    expect(await second.ended).toBe(130);
    expect(linesOf(second, 'stopped')).toHaveLength(1);
  });

  it('are drained on SIGTERM although a read never comes back, and the next one is there at once', async () => {
    const command = { folder: hanging };
    const migrating = start(['db', 'migrate'], command);
    expect(await migrating.ended).toBe(0);
    expect(await start(['track', 'acme/1'], command).ended).toBe(0);
    const first = start(['worker', '--log', 'ndjson'], command);
    await waitUntil('it reads', () => first.stderr() === 'asked\n');
    first.kill('SIGTERM');
    expect(await first.ended).toBe(143);
    expect(linesOf(first, 'shard').map(({ what }) => what)).toEqual(['taken', 'stopped']);
    expect(linesOf(first, 'stopped')).toHaveLength(1);
    const second = start(['worker', '--log', 'ndjson'], command);
    await waitUntil('it reads', () => second.stderr() === 'asked\n');
  });

  it('go on when somebody who watches goes away', async () => {
    const flags = await configure('watched');
    const worker = start(['worker', '--migrate', '--log', 'ndjson', ...flags]);
    await worker.waitFor(ready);
    const timeline = [{ status: 'in_progress' }];
    const { organizationId, migrationId } = sandbox.velt.addMigration({ timeline });
    const watching = start([
      'watch',
      `velt/${organizationId}/${migrationId}`,
      '--output',
      'ndjson',
      ...flags,
    ]);
    await watching.waitFor(/"to":"running"/);
    watching.kill('SIGINT');
    expect(await watching.ended).toBe(130);
    expect(linesOf(watching, 'note').map(({ message }) => message)).toEqual([
      'Interrupted: the migrations go on, and the workers of the database go on following them.',
    ]);
    expect(linesOf(worker, 'shard').map(({ what }) => what)).toEqual(['taken']);
  });

  it('say of a folder that it is theirs alone', async () => {
    const accounts = { velt: { adapter: 'velt', options: { baseUrl: sandbox.velt.baseUrl } } };
    await writeFile(
      path.join(folder, 'own.json'),
      JSON.stringify({ accounts, database: { dataDir: 'own' } }),
    );
    const worker = start(['worker', '--log', 'ndjson', '--config', 'own.json']);
    await worker.waitFor(ready);
    expect(linesOf(worker, 'notice').map(({ message }) => message)).toEqual([
      expect.stringMatching(/own serves this process alone; use PostgreSQL for several$/),
    ]);
  });

  it('answer probes, to this machine only', async () => {
    const flags = await configure('probed');
    const worker = start(['worker', '--migrate', '--log', 'ndjson', '--health-port', '0', ...flags]);
    await worker.waitFor(ready);
    expect(await probe(worker, 'livez')).toEqual({ status: 200, failing: [] });
    expect(await probe(worker, 'readyz')).toEqual({ status: 200, failing: [] });
    const [, url = ''] = await worker.waitFor(listening);
    const foreign = await new Promise((resolve) => {
      const asked = request(`${url}/readyz`, { headers: { host: 'rebound.example' } });
      asked.on('response', ({ statusCode }) => resolve(statusCode));
      asked.end();
    });
    expect(foreign).toBe(403);
  });

  it('wait for a database that is away, and say so once', async () => {
    const flags = await configure('away');
    await run(['db', 'migrate', ...flags]);
    const gate = createGate(await findFreePort(), server.port);
    const url = server.connectionString.replace(`:${server.port}`, `:${gate.port}`);
    const worker = start(['worker', '--log', 'ndjson', '--health-port', '0', ...flags], { url });
    await worker.waitFor(/"code":"database_unreachable"/);
    const away = { name: 'database', isOk: false, code: 'database_unreachable' };
    expect(await probe(worker, 'livez')).toEqual({ status: 200, failing: [] });
    expect(await probe(worker, 'readyz')).toEqual({ status: 503, failing: [away] });
    await gate.open();
    await worker.waitFor(ready);
    expect(await probe(worker, 'readyz')).toEqual({ status: 200, failing: [] });
    gate.shut();
    await waitUntil('it is not ready', async () => (await probe(worker, 'readyz')).status === 503);
    expect(await probe(worker, 'livez')).toEqual({ status: 200, failing: [] });
    await gate.open();
    await worker.waitFor(/"type":"ready"/);
    expect(await probe(worker, 'readyz')).toEqual({ status: 200, failing: [] });
    const messages = linesOf(worker, 'error').map(({ message }) => message);
    expect(new Set(messages).size).toBe(messages.length);
    expect(worker.stdout() + worker.stderr()).not.toContain(serverPassword);
    worker.kill('SIGTERM');
    expect(await worker.ended).toBe(143);
    gate.shut();
  });

  it('end at once at the second signal', async () => {
    const flags = await configure('twice');
    await run(['db', 'migrate', ...flags]);
    const gate = createGate(await findFreePort(), server.port);
    await gate.open();
    const url = server.connectionString.replace(`:${server.port}`, `:${gate.port}`);
    const worker = start(['worker', '--log', 'ndjson', ...flags], { url });
    await worker.waitFor(ready);
    gate.freeze();
    worker.kill('SIGTERM');
    await worker.waitFor(/"type":"draining"/);
    worker.kill('SIGTERM');
    expect(await worker.ended).toBe(143);
    expect(linesOf(worker, 'stopped')).toEqual([]);
    gate.shut();
  });

  it('end with a line, and not in a circle, where waiting would not help', async () => {
    const flags = await configure('refused');
    const url = server.connectionString.replace(serverPassword, 'guessed-0815');
    const refused = start(['worker', '--health-port', '0', ...flags], { url });
    expect(await refused.ended).toBe(3);
    expect(refused.stderr()).toMatch(/^migration-status: The database at \S+ refuses us: [^\n]*\n$/);
    expect(refused.stdout() + refused.stderr()).not.toContain('guessed-0815');
    const missing = start(['worker', ...flags]);
    expect(await missing.ended).toBe(2);
    expect(missing.stderr()).toMatch(/^migration-status: [^\n]*: migrate it first\n$/);
    const port = await run(['worker', '--health-port', 'x', ...flags]);
    expect([port.exitCode, port.stderr]).toEqual([
      2,
      expect.stringContaining('--health-port must be a number'),
    ]);
  });

  it('hand what they measure to OpenTelemetry, where the process was started with it', async () => {
    const flags = await configure('measured');
    const setup = path.join(workspaceRoot, 'packages/durable/test/print-metrics.ts');
    const nodeFlags = ['--import', setup];
    const worker = start(['worker', '--migrate', '--metrics', ...flags], { nodeFlags });
    await worker.waitFor(/name: 'migration_status\.workers'/);
    const silent = start(['worker', ...flags], { nodeFlags });
    await silent.waitFor(/Following what velt have/);
    silent.kill('SIGTERM');
    expect(await silent.ended).toBe(143);
    expect(silent.stdout()).not.toContain('migration_status.workers');
  });
});
