import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createVeltAdapter } from '../src/velt-adapter.ts';
import { veltStates } from '../src/velt-states.ts';

const readFixture = createFixtureReader(import.meta.url);
const velt = createVeltAdapter({ apiKey: 'key', authToken: 'token' });
const ref = { organizationId: 'org_1', migrationId: 'mig_7Qd2xVb9Lr' };
const migrationId = 'mig_7Qd2xVb9Lr';

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  expect(nock.isDone()).toBe(true);
  nock.cleanAll();
});
afterAll(() => nock.enableNetConnect());

function answerWith(httpStatus: number, body: string): void {
  nock('https://api.velt.dev')
    .post('/v2/organizations/documents/migrate/status')
    .reply(httpStatus, body, { 'content-type': 'application/json' });
}

describe('what Velt says about a migration becomes a reading', () => {
  test.each([
    {
      fixture: 'pending.json',
      httpStatus: 200,
      reading: { state: 'pending', nativeState: 'pending', native: { migrationId, status: 'pending' } },
    },
    {
      fixture: 'in_progress.json',
      httpStatus: 200,
      reading: {
        state: 'running',
        nativeState: 'in_progress',
        native: { migrationId, status: 'in_progress' },
      },
    },
    {
      fixture: 'completed.json',
      httpStatus: 200,
      reading: { state: 'succeeded', nativeState: 'completed', native: { migrationId, status: 'completed' } },
    },
    {
      fixture: 'failed.json',
      httpStatus: 200,
      reading: { state: 'failed', nativeState: 'failed', native: { migrationId, status: 'failed' } },
    },
    {
      fixture: 'unknown_status.json',
      httpStatus: 200,
      reading: {
        state: 'unknown',
        nativeState: 'rolling_back',
        native: { migrationId, status: 'rolling_back' },
      },
    },
    {
      fixture: 'completed_with_extra_fields.json',
      httpStatus: 200,
      reading: {
        state: 'succeeded',
        nativeState: 'completed',
        native: {
          migrationId,
          status: 'completed',
          progress: { copied: 412, total: 412 },
          completedAt: 1773878458123,
        },
      },
    },
    {
      fixture: 'error_not_found.json',
      httpStatus: 404,
      reading: { state: 'not_found', nativeState: 'NOT_FOUND', native: null },
    },
    {
      fixture: 'error_internal_hiding_not_found.json',
      httpStatus: 500,
      reading: { state: 'not_found', nativeState: 'INTERNAL', native: null },
    },
  ])('$fixture with HTTP $httpStatus', async ({ fixture, httpStatus, reading }) => {
    answerWith(httpStatus, readFixture(fixture));
    expect(await velt.getStatus(ref)).toEqual(reading);
  });
});

test('every documented word has a state, and the table is frozen', () => {
  expect(veltStates).toEqual({
    pending: 'pending',
    in_progress: 'running',
    completed: 'succeeded',
    failed: 'failed',
  });
  expect(Object.isFrozen(veltStates)).toBe(true);
});

test.each(['success', 'COMPLETED', ' completed', '', '__proto__', 'constructor', 'toString'])(
  'the word "%s" is unknown, not a guess',
  async (status) => {
    answerWith(200, JSON.stringify({ result: { status: 'success', data: { migrationId, status } } }));
    expect(await velt.getStatus(ref)).toEqual({
      state: 'unknown',
      nativeState: status,
      native: { migrationId, status },
    });
  },
);

test.each(['mig_8', migrationId.toLowerCase(), ''])(
  'an answer about another migration, "%s", is an error about the answer, whatever it says',
  async (other) => {
    answerWith(200, JSON.stringify({ result: { data: { migrationId: other, status: 'completed' } } }));
    const error: unknown = await velt.getStatus(ref).catch((thrown: unknown) => thrown);
    expect({ ...Object(error), message: Object(error).message }).toEqual({
      name: 'ProviderResponseError',
      kind: 'response',
      provider: 'velt',
      code: 'invalid_response',
      failure: 'invalid_response',
      isRetryable: false,
      path: '$.result.data.migrationId',
      message: 'velt: expected the migration that was asked for at $.result.data.migrationId, got another',
    });
  },
);

test('the status of the query is not the state of the migration', async () => {
  answerWith(
    200,
    JSON.stringify({ result: { status: 'failed', data: { migrationId, status: 'in_progress' } } }),
  );
  expect(await velt.getStatus(ref)).toEqual({
    state: 'running',
    nativeState: 'in_progress',
    native: { migrationId, status: 'in_progress' },
  });
});
