import type { AdapterHarness, FixtureReply } from '@migration-status/testkit';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createGenericMigrationsAdapter } from '../src/generic-migrations-adapter.ts';
import type { GenericMigrationsRef } from '../src/generic-migrations-options.ts';
import { createPushParser } from '../src/push.ts';
import { signMessage } from './signed-message.ts';

const readFixture = createFixtureReader(import.meta.url);

/** A recorded answer about the migration that is asked for. */
function answerWith(name: string): FixtureReply<GenericMigrationsRef> {
  const body = readFixture(name);
  return (_request, { migrationId }) => ({ json: { ...JSON.parse(body), id: migrationId } });
}

/** A page of migrations, as many as a full page holds but for the last. */
function toPage(ids: readonly string[]): FixtureReply<undefined> {
  return { json: { object: 'list', data: ids.map((id) => ({ id, status: 'WORKING' })), page_size: 2 } };
}

const taskProgress = { completed: 3, total: 6, failed: 1, unit: 'tasks' };

function toSigningSecret(secret: string): string {
  return `whsec_${Buffer.from(secret).toString('base64')}`;
}

/** The Migrations API as its documentation and its recorded answers show it. */
export const harness: AdapterHarness<GenericMigrationsRef> = {
  create: ({ baseUrl, secret }) =>
    createGenericMigrationsAdapter({
      apiKey: secret,
      baseUrl,
      parsePush: createPushParser({ secret: toSigningSecret(secret) }),
    }),
  toRef: (migrationId) => ({ migrationId }),
  samples: [
    { label: 'not ready', reply: answerWith('not_ready.json'), expect: { state: 'pending' } },
    { label: 'not started', reply: answerWith('not_started.json'), expect: { state: 'pending' } },
    {
      label: 'working',
      reply: answerWith('working.json'),
      expect: { state: 'running', progress: undefined },
    },
    {
      label: 'pending user input',
      reply: answerWith('pending_user_input.json'),
      expect: { state: 'awaiting_input' },
    },
    { label: 'complete', reply: answerWith('complete.json'), expect: { state: 'succeeded' } },
    {
      label: 'complete, with a time in UTC',
      reply: answerWith('complete_zulu_timestamp.json'),
      expect: { state: 'succeeded', createdAt: '2025-12-02T23:51:49.807Z', assumedZone: undefined },
    },
    {
      label: 'completed with failures',
      reply: answerWith('completed_with_failures.json'),
      expect: { state: 'partially_succeeded' },
    },
    { label: 'failed', reply: answerWith('failed.json'), expect: { state: 'failed' } },
    { label: 'login abandoned', reply: answerWith('login_abandoned.json'), expect: { state: 'canceled' } },
    {
      label: 'not found',
      reply: { status: 404, text: readFixture('error_404_guess.json') },
      expect: { state: 'not_found' },
    },
  ],
  unrecognised: answerWith('unknown_status.json'),
  list: {
    pages: [toPage(['one', 'two']), toPage(['two', 'three']), toPage(['four'])],
    ids: ['one', 'two', 'three', 'four'],
  },
  push: {
    sign: ({ id, body, wallTime, secret }) => {
      const signed = { body, secret: toSigningSecret(secret), messageId: id, signedAt: wallTime };
      return Object.fromEntries(signMessage(signed).headers);
    },
    samples: [
      { label: 'started', body: readFixture('webhook_migration_started.json'), expect: { state: 'running' } },
      {
        label: 'completed',
        body: readFixture('webhook_migration_completed.json'),
        expect: { state: 'succeeded' },
      },
      {
        label: 'completed with failures',
        body: readFixture('webhook_migration_completed_with_failures.json'),
        expect: { state: 'partially_succeeded' },
      },
      {
        label: 'failed',
        body: readFixture('webhook_migration_failed.json'),
        expect: { state: 'failed', message: 'Login workflow was rejected by the source system' },
      },
    ],
    unknownEvent: JSON.stringify({ id: 'evt_1', object: 'event', type: 'company.created', data: {} }),
  },
  statesTable: new URL('../README.md', import.meta.url),
};

/** The same with a second request for the tasks of each migration, of which its progress is counted. */
export const harnessWithTasks: AdapterHarness<GenericMigrationsRef> = {
  ...harness,
  push: undefined,
  create: ({ baseUrl, secret }) =>
    createGenericMigrationsAdapter({ apiKey: secret, baseUrl, taskProgress: true }),
  samples: harness.samples.map((sample) => ({
    ...sample,
    reply: withTasks(sample.reply),
    expect: { ...sample.expect, ...(sample.label === 'working' && { progress: taskProgress }) },
  })),
  unrecognised: withTasks(harness.unrecognised),
  requestsPerStatus: 2,
};

function withTasks(reply: FixtureReply<GenericMigrationsRef>): FixtureReply<GenericMigrationsRef> {
  const tasks = readFixture('tasks_list_guess.json');
  return (request, ref) => {
    if (request.url.endsWith('/tasks')) return { text: tasks };
    return typeof reply === 'function' ? reply(request, ref) : reply;
  };
}
