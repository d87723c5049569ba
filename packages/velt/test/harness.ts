import type { AdapterHarness, FixtureReply } from '@migration-status/testkit';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createVeltAdapter } from '../src/velt-adapter.ts';
import type { VeltRef } from '../src/velt-options.ts';

const readFixture = createFixtureReader(import.meta.url);

/** A recorded answer about the migration that is asked for. */
function answerWith(name: string, status = 200): FixtureReply<VeltRef> {
  return (_request, { migrationId }) => {
    const body = JSON.parse(readFixture(name));
    if (body.result?.data) body.result.data.migrationId = migrationId;
    return { status, json: body };
  };
}

/** Velt as its documentation and its recorded answers show it. */
export const harness: AdapterHarness<VeltRef> = {
  create: ({ baseUrl, secret }) =>
    createVeltAdapter({ apiKey: secret, authToken: `${secret}-token`, baseUrl }),
  toRef: (migrationId) => ({ organizationId: 'org_1', migrationId }),
  samples: [
    { label: 'pending', reply: answerWith('pending.json'), expect: { state: 'pending' } },
    { label: 'in progress', reply: answerWith('in_progress.json'), expect: { state: 'running' } },
    { label: 'completed', reply: answerWith('completed.json'), expect: { state: 'succeeded' } },
    {
      label: 'completed, with fields that are not documented',
      reply: answerWith('completed_with_extra_fields.json'),
      expect: { state: 'succeeded', progress: undefined },
    },
    { label: 'failed', reply: answerWith('failed.json'), expect: { state: 'failed' } },
    { label: 'not found', reply: answerWith('error_not_found.json', 404), expect: { state: 'not_found' } },
    {
      label: 'not found, hidden in a 500',
      reply: answerWith('error_internal_hiding_not_found.json', 500),
      expect: { state: 'not_found', nativeState: 'INTERNAL' },
    },
  ],
  unrecognised: answerWith('unknown_status.json'),
  start: {
    input: { organizationId: 'org_1', documentId: 'draft', newDocumentId: 'final' },
    reply: { json: JSON.parse(readFixture('start_accepted.json')) },
    expect: { organizationId: 'org_1', migrationId: 'mig_7Qd2xVb9Lr' },
  },
  statesTable: new URL('../README.md', import.meta.url),
};
