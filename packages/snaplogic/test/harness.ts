import type { AdapterHarness, FixtureAnswer, FixtureReply } from '@migration-status/testkit';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createSnapLogicAdapter } from '../src/snaplogic-adapter.ts';
import type { SnapLogicRef } from '../src/snaplogic-options.ts';

const readFixture = createFixtureReader(import.meta.url);
const recordedToken = '17ed9720-05b2-4e22-9955-04c4534451ae';

/** A recorded answer about the token that is asked for. */
function answerWith(name: string): FixtureReply<SnapLogicRef> {
  const body = readFixture(name);
  return (_request, { statusToken }) => {
    const { response_map: records, ...rest } = JSON.parse(body);
    const record = {
      ...records[recordedToken],
      ...(records[recordedToken].status_token && { status_token: statusToken }),
    };
    return { json: { ...rest, response_map: { [statusToken]: record } } };
  };
}

function recordsOf({ json }: FixtureAnswer): object {
  return Object(json).response_map;
}

/** SnapLogic as its documentation and its recorded answers show it. */
export const harness: AdapterHarness<SnapLogicRef> = {
  create: ({ baseUrl, secret }) =>
    createSnapLogicAdapter({ orgName: 'target-env', auth: { jwt: secret }, controlPlane: baseUrl }),
  toRef: (statusToken) => ({ statusToken }),
  samples: [
    { label: 'started', reply: answerWith('started.json'), expect: { state: 'pending' } },
    {
      label: 'migrating',
      reply: answerWith('migrating.json'),
      expect: { state: 'running', progress: undefined },
    },
    {
      label: 'completed',
      reply: answerWith('completed.json'),
      expect: { state: 'succeeded', finishedAt: '2026-04-28T10:30:45.000Z' },
    },
    { label: 'failed', reply: answerWith('failed.json'), expect: { state: 'failed' } },
    {
      label: 'failed before it began',
      reply: answerWith('failed_before_start.json'),
      expect: { state: 'failed' },
    },
    { label: 'not found', reply: answerWith('not_found.json'), expect: { state: 'not_found' } },
    {
      label: 'left out',
      reply: { json: { response_map: {} } },
      expect: { state: 'not_found', nativeState: '' },
    },
    {
      label: 'HTTP 404',
      reply: { status: 404, text: readFixture('error_404_guess.json') },
      expect: { state: 'not_found' },
    },
  ],
  unrecognised: answerWith('unknown_status.json'),
  batch: {
    toAnswer: (items) => ({
      json: { response_map: Object.assign({}, ...items.map(({ answer }) => recordsOf(answer))) },
    }),
  },
  list: {
    filter: { status: 'Started' },
    pages: [{ text: readFixture('list_started_with_tokens.json') }],
    ids: ['9a0c7a3e-6a51-4c0e-8f36-2f5d1c0b77aa'],
  },
  statesTable: new URL('../README.md', import.meta.url),
};
