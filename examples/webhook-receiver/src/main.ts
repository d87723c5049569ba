import { parseArgs } from 'node:util';
import { createMemoryStore, createTracker, type MigrationRow } from '@migration-status/core';
import { createFileStore } from '@migration-status/core/file-store';
import { createGenericMigrationsAdapter } from '@migration-status/generic-migrations';
import { createPushParser } from '@migration-status/generic-migrations/push';
import { createSandbox, type Timeline } from '@migration-status/sandbox';
import { listen } from './listen.ts';
import { createReceiver, webhookPath } from './receiver.ts';

const usage = 'usage: main.ts [--speed <how many times faster than written>] [--store <file>]';

const timelines: readonly Timeline[] = [
  [{ status: 'NOT_STARTED', forMs: 2_000 }, { status: 'WORKING', forMs: 4_000 }, { status: 'COMPLETE' }],
  [{ status: 'WORKING', forMs: 5_000 }, { status: 'COMPLETED_WITH_FAILURES' }],
  [{ status: 'WORKING', forMs: 3_000 }, { status: 'FAILED' }],
];

const options = readOptions();
if (options === undefined) {
  process.stderr.write(`${usage}\n`);
  process.exitCode = 2;
} else {
  await receive(options);
}

/** Follows three migrations of the sandbox to their ends by its webhooks, some of which are not to be believed. */
async function receive({
  speed,
  store: path,
}: {
  readonly speed: number;
  readonly store?: string | undefined;
}) {
  await using sandbox = await createSandbox({ seed: 7, timeScale: speed });
  const { baseUrl, credentials, webhooks } = sandbox.genericMigrations;
  await using file = path === undefined ? undefined : createFileStore({ path });
  const store = file ?? createMemoryStore();

  const parsePush = createPushParser({ secret: webhooks.secret });
  const migrations = createGenericMigrationsAdapter({ baseUrl, ...credentials, parsePush });
  await using tracker = createTracker({ adapters: [migrations], store });
  tracker.on('change', ({ row }) => say(describe(row)));

  const app = createReceiver({ parsePush, tracker, onRefused: ({ message }) => say(`refused: ${message}`) });
  await using server = await listen(app);
  webhooks.url = server.origin + webhookPath;
  say(`listening at ${webhooks.url}`);

  const refs = timelines.map((timeline) => sandbox.genericMigrations.addMigration({ timeline }));
  webhooks.injectFault({ type: 'bad_signature' });
  webhooks.injectFault({ type: 'old_timestamp' });
  webhooks.injectFault({ type: 'repeated' });
  webhooks.injectFault({ type: 'unknown_event' });
  await Promise.all(refs.map((ref) => tracker.track(migrations, ref).settled()));

  const reads = sandbox.genericMigrations.requests.length;
  say(`${tracker.size} migrations have ended after ${webhooks.attempts.length} webhooks and ${reads} reads`);
}

function describe({ key, status }: MigrationRow): string {
  return [key, status?.state, status?.message && `(${status.message})`].filter(Boolean).join(' ');
}

function say(text: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)}Z ${text}\n`);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: { speed: { type: 'string', default: '1' }, store: { type: 'string' } },
    });
    const speed = Number(values.speed);
    return Number.isFinite(speed) && speed > 0 ? { ...values, speed } : undefined;
  } catch {
    return undefined;
  }
}
