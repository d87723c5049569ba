import type { AdapterHarness, FixtureReply } from '@migration-status/testkit';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createOnlyOfficeAdapter } from '../src/onlyoffice-adapter.ts';
import type { OnlyOfficeRef } from '../src/onlyoffice-options.ts';

const readFixture = createFixtureReader(import.meta.url);

function answerWith(name: string): FixtureReply<OnlyOfficeRef> {
  return { json: JSON.parse(readFixture(name)) };
}

const parsed = answerWith('parse_completed_awaiting_input.json');
const accepted = answerWith('command_accepted.json');
const rollingBack = {
  error: '',
  isCompleted: false,
  parseResult: { operation: 'rollback', successedUsers: 0, failedUsers: 0 },
};

/** A portal as its documentation and its recorded answers show it. It has one job, and no id for it. */
export const harness: AdapterHarness<OnlyOfficeRef> = {
  create: ({ baseUrl, secret }) => createOnlyOfficeAdapter({ portalUrl: baseUrl, auth: { apiKey: secret } }),
  toRef: () => ({ awaiting: 'import' }),
  samples: [
    { label: 'no migration', reply: answerWith('no_migration.json'), expect: { state: 'not_found' } },
    {
      label: 'parse queued',
      reply: answerWith('parse_queued.json'),
      expect: { state: 'pending', phase: 'parse' },
    },
    {
      label: 'parse running',
      reply: answerWith('parse_running.json'),
      expect: { state: 'running', progress: { percent: 27.5 } },
    },
    {
      label: 'parse running at 100',
      reply: answerWith('parse_running_at_100.json'),
      expect: { state: 'running' },
    },
    { label: 'parsed', reply: parsed, expect: { state: 'awaiting_input', phase: 'parse' } },
    {
      label: 'parsed, as awaited',
      reply: parsed,
      expect: { state: 'succeeded' },
      ref: { awaiting: 'parse' },
    },
    { label: 'parse failed', reply: answerWith('parse_failed.json'), expect: { state: 'failed' } },
    {
      label: 'failed before a phase',
      reply: answerWith('parse_failed_unknown_migrator.json'),
      expect: { state: 'failed' },
    },
    {
      label: 'import queued',
      reply: answerWith('migration_queued.json'),
      expect: { state: 'pending', phase: 'import' },
    },
    {
      label: 'import running',
      reply: answerWith('migration_running.json'),
      expect: { state: 'running', phase: 'import' },
    },
    {
      label: 'import running with errors',
      reply: answerWith('migration_running_with_errors.json'),
      expect: { state: 'running' },
    },
    {
      label: 'import completed',
      reply: answerWith('migration_completed.json'),
      expect: { state: 'succeeded' },
    },
    {
      label: 'import completed with failures',
      reply: answerWith('migration_completed_with_failures.json'),
      expect: { state: 'partially_succeeded' },
    },
    { label: 'import failed', reply: answerWith('migration_failed.json'), expect: { state: 'failed' } },
    {
      label: 'import running, as requested',
      reply: answerWith('migration_running.json'),
      expect: { state: 'running', memo: { begun: '2026-04-28T10:30:00.000Z' } },
      ref: { awaiting: 'import', importRequestedAt: '2026-04-28T10:30:00.000Z' },
    },
  ],
  unrecognised: { json: { response: rollingBack } },
  stateFields: ['isCompleted', 'error', 'operation', 'migratorName', 'failedUsers', 'errors'],
  start: {
    input: { migratorName: 'Nextcloud' },
    reply: accepted as FixtureReply<undefined>,
    expect: { awaiting: 'import' },
  },
  cancel: {
    reply: (request) => ({
      json: JSON.parse(
        readFixture(request.method === 'GET' ? 'parse_running.json' : 'command_accepted.json'),
      ),
    }),
  },
  statesTable: new URL('../README.md', import.meta.url),
};
