import { request } from 'node:http';
import path from 'node:path';
import {
  createMemoryStore,
  createTracker,
  type MigrationStatusError,
  ProviderResponseError,
  systemClock,
} from '@migration-status/core';
import { createGenericMigrationsAdapter } from '@migration-status/generic-migrations';
import { createPushParser } from '@migration-status/generic-migrations/push';
import { createSandbox, type Timeline } from '@migration-status/sandbox';
import { describe, expect, it, vi } from 'vitest';
import { runCommand } from '../../../test/support/run-command.ts';
import { listen } from '../src/listen.ts';
import { createReceiver, webhookPath } from '../src/receiver.ts';

const minute = 60_000;
/** Longer than a signature is good for, so that it matters which clock is asked. */
const runningMs = 10 * minute;
const brief: Timeline = [{ status: 'WORKING', forMs: runningMs }, { status: 'COMPLETED_WITH_FAILURES' }];

/** Sandbox, receiver and tracker on one wall clock that a test sets forward; nothing is sent before it is asked for. */
async function start() {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const disposal = new AsyncDisposableStack();
  const sandbox = disposal.use(await createSandbox({ now }));
  const { baseUrl, credentials, webhooks, addMigration, requests } = sandbox.genericMigrations;
  const parsePush = createPushParser({ secret: webhooks.secret });
  const adapter = createGenericMigrationsAdapter({ baseUrl, ...credentials, parsePush });
  const store = createMemoryStore();
  const tracker = disposal.use(
    createTracker({
      adapters: [adapter],
      store,
      clock: { ...systemClock, wallTime: now },
      // One read when a migration is tracked, and none within the time of a test.
      policy: { floorMs: 60 * minute, ceilingMs: 60 * minute },
    }),
  );
  const refused: string[] = [];
  const onRefused = ({ code }: MigrationStatusError) => refused.push(code);
  const server = disposal.use(await listen(createReceiver({ parsePush, tracker, onRefused, now })));
  webhooks.url = server.origin + webhookPath;

  return {
    webhooks,
    requests,
    refused,
    store,
    origin: server.origin,
    /** Follows a migration of the sandbox until its first read is there, and its first webhooks are taken. */
    async follow(timeline = brief) {
      const ref = addMigration({ timeline });
      const handle = tracker.track(adapter, ref);
      await vi.waitFor(() => expect(handle.row.reads).toBe(1), { interval: 5, timeout: 10_000 });
      await webhooks.deliver();
      return handle;
    },
    async pass(durationMs: number) {
      aheadMs += durationMs;
      await webhooks.deliver();
    },
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}

describe('a webhook of the sandbox', () => {
  it('settles a migration at once, without a read, and so it is stored', async () => {
    await using story = await start();
    const handle = await story.follow();
    const settled = handle.settled();
    expect(handle.row.status?.state).toBe('running');
    await story.pass(runningMs);
    expect(await settled).toMatchObject({
      state: 'partially_succeeded',
      nativeState: 'COMPLETED_WITH_FAILURES',
    });
    expect(handle.row).toMatchObject({ stopped: 'settled', reads: 1 });
    expect(story.requests).toHaveLength(1);
    expect(story.refused).toEqual([]);
    expect(story.webhooks.attempts.map(({ type, status }) => [type, status])).toEqual([
      ['migration.created', 204],
      ['migration.started', 204],
      ['migration.completed', 204],
    ]);
    const stored = await story.store.load();
    expect(stored?.rows).toEqual([expect.objectContaining({ key: handle.row.key, stopped: 'settled' })]);
  });

  it('tells why a migration failed', async () => {
    await using story = await start();
    const handle = await story.follow([{ status: 'WORKING', forMs: runningMs }, { status: 'FAILED' }]);
    await story.pass(runningMs);
    expect(handle.row.status?.issues).toEqual([
      {
        severity: 'error',
        code: 'migration_failed',
        message: 'The source system rejected the login workflow',
      },
    ]);
  });

  it('of a migration that nobody follows is taken, and changes nothing', async () => {
    await using story = await start();
    const handle = await story.follow();
    const { row } = handle;
    handle.release();
    await story.pass(runningMs);
    expect(story.webhooks.attempts.at(-1)).toMatchObject({ type: 'migration.completed', status: 204 });
    expect(handle.row).toEqual(row);
  });
});

describe('a webhook that is not to be believed', () => {
  it.each([
    ['bad_signature', 'invalid_signature'],
    ['old_timestamp', 'stale_message'],
  ] as const)('because of its %s is refused, and comes again as it should be', async (type, code) => {
    await using story = await start();
    const handle = await story.follow();
    const { row } = handle;
    story.webhooks.injectFault({ type });
    await story.pass(runningMs);
    expect(story.refused).toEqual([code]);
    expect(handle.row).toEqual(row);
    await story.pass(5_000);
    expect(handle.row).toMatchObject({ status: { state: 'partially_succeeded' }, reads: 1 });
    expect(story.webhooks.attempts.slice(2).map(({ status }) => status)).toEqual([400, 204]);
  });

  it('because it was taken before is refused, and is not asked for again', async () => {
    await using story = await start();
    const handle = await story.follow();
    story.webhooks.injectFault({ type: 'repeated' });
    await story.pass(runningMs);
    expect(story.refused).toEqual(['repeated_message']);
    expect(handle.row).toMatchObject({ status: { state: 'partially_succeeded' }, reads: 1 });
    await story.pass(60 * minute);
    expect(story.webhooks.attempts.slice(2).map(({ status }) => status)).toEqual([204, 204]);
  });

  it('because nobody knows what it means is taken, and what follows too', async () => {
    await using story = await start();
    const handle = await story.follow();
    story.webhooks.injectFault({ type: 'unknown_event' });
    await story.pass(runningMs);
    expect(story.refused).toEqual([]);
    expect(story.webhooks.attempts.slice(2).map(({ type, status }) => [type, status])).toEqual([
      ['migration.reconsidered', 204],
      ['migration.completed', 204],
    ]);
    expect(handle.row.stopped).toBe('settled');
  });
});

describe('a request', () => {
  it.each<[string, number, Partial<SentRequest> & { readonly body?: string }]>([
    ['without a signature', 400, { body: '{}' }],
    ['too long', 413, { body: 'x'.repeat(256 * 1024 + 1) }],
    ['to another path', 404, { path: '/' }],
    ['by another method', 404, { method: 'PUT' }],
    ['under a foreign name', 421, { headers: { host: 'rebound.example' } }],
  ])('%s is answered %d, without a word', async (_title, status, { body = '', ...changes }) => {
    await using story = await start();
    const answer = await send({ ...changes, url: story.origin }, body);
    expect(answer.status).toBe(status);
    if (status !== 404) expect(answer.body).toBe('');
  });

  it('that is genuine and not understood is answered so that it comes again', async () => {
    const misfit = new ProviderResponseError({ provider: 'acme', path: '$.type', message: 'acme: no type' });
    const refused: unknown[] = [];
    const app = createReceiver({
      parsePush: () => Promise.reject(misfit),
      tracker: { push: () => true },
      onRefused: (error) => refused.push(error),
    });
    await using server = await listen(app);
    expect(await send({ url: server.origin }, '{}')).toEqual({ status: 422, body: '' });
    expect(refused).toEqual([misfit]);
  });

  it('that cannot be pushed is an error of ours', async () => {
    const logged = vi.mocked(console.error).mockReturnValue();
    const parsePush = () => Promise.reject(new Error('the store is away'));
    const onRefused = () => {};
    const app = createReceiver({ parsePush, tracker: { push: () => true }, onRefused });
    await using server = await listen(app);
    expect(await send({ url: server.origin }, '{}')).toEqual({ status: 500, body: '' });
    expect(logged.mock.calls.splice(0)).toEqual([
      [expect.objectContaining({ message: 'the store is away' })],
    ]);
  });
});

interface SentRequest {
  readonly url: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `fetch` would not send another `Host`. */
function send({ url, path: target = webhookPath, method = 'POST', headers = {} }: SentRequest, body: string) {
  return new Promise<{ readonly status: number | undefined; readonly body: string }>((resolve, reject) => {
    const outgoing = request(url + target, { method, headers }, async (response) => {
      const chunks = await response.setEncoding('utf8').toArray();
      resolve({ status: response.statusCode, body: chunks.join('') });
    });
    outgoing.on('error', reject).end(body);
  });
}

describe('the command', { timeout: 60_000 }, () => {
  const main = ['--conditions=source', path.join(import.meta.dirname, '../src/main.ts')];

  it('follows migrations to their ends by webhooks, refuses what is not to be believed, and exits with 0', async () => {
    const { exitCode, stdout, stderr } = await runCommand(process.execPath, [...main, '--speed', '10']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const line of [
      /Z refused: generic-migrations: the message is not signed with a known secret$/m,
      /Z refused: generic-migrations: signed 36\d\d s ago$/m,
      /Z refused: generic-migrations: the message was taken before$/m,
      /Z generic-migrations\/\S+ succeeded$/m,
      /Z generic-migrations\/\S+ partially_succeeded$/m,
      /Z generic-migrations\/\S+ failed \(.+\)$/m,
      /Z 3 migrations have ended after \d+ webhooks and \d+ reads\n$/,
    ]) {
      expect(stdout).toMatch(line);
    }
    expect(stdout).not.toContain('whsec_');
  });

  it.each(['--speed fast', '--bogus'])('says how it is used for "%s"', async (wrong) => {
    const { exitCode, stderr } = await runCommand(process.execPath, [...main, ...wrong.split(' ')]);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/^usage: /) });
  });
});
