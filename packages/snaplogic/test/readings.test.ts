import type { MigrationReading } from '@migration-status/core/adapter';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect } from '../../../test/support/collect.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createSnapLogicAdapter, type SnapLogicAdapter } from '../src/snaplogic-adapter.ts';
import type { SnapLogicListedStatus } from '../src/snaplogic-options.ts';
import type { SnapLogicMigration } from '../src/snaplogic-schema.ts';

const readFixture = createFixtureReader(import.meta.url);
const statusToken = '17ed9720-05b2-4e22-9955-04c4534451ae';
const statusPath = '/api/1/rest/public/apim_service/migration_status/my-environment';
const keyStart = 'snaplogic/elastic.snaplogic.com/my-environment';

const accepted = {
  asset_snid: '66f1c2d3e4b5a60001a2b3c4',
  asset_type: 'API_SERVICE_VERSION',
  target_path: 'target-env/my-proj-space/my-proj',
  user_id: 'admin@example.com',
  create_time: '2026-04-28T10:30:00.000000',
  status_token: statusToken,
};
const begun = { ...accepted, service_name: 'BookStoreService', service_slug: 'bookstore-service' };
const created = { createdAt: '2026-04-28T10:30:00.000Z', assumedZone: ['createdAt'] as const };
const unexplained = {
  severity: 'error',
  code: 'migration_failed',
  message: 'SnapLogic reports the migration as failed and does not say why.',
} as const;

type Reading = MigrationReading<SnapLogicMigration>;

const readings: readonly (readonly [fixture: string, reading: Reading])[] = [
  [
    'started',
    { state: 'pending', nativeState: 'Started', ...created, native: { status: 'Started', ...accepted } },
  ],
  [
    'migrating',
    { state: 'running', nativeState: 'Migrating', ...created, native: { status: 'Migrating', ...begun } },
  ],
  [
    'completed',
    {
      state: 'succeeded',
      nativeState: 'Completed',
      createdAt: '2026-04-28T10:30:00.000Z',
      finishedAt: '2026-04-28T10:30:45.000Z',
      assumedZone: ['createdAt', 'finishedAt'],
      native: { status: 'Completed', ...begun, completed_time: '2026-04-28T10:30:45.000000' },
    },
  ],
  [
    'failed',
    {
      state: 'failed',
      nativeState: 'Failed',
      ...created,
      issues: [unexplained],
      native: { status: 'Failed', ...begun },
    },
  ],
  [
    'failed_before_start',
    {
      state: 'failed',
      nativeState: 'Failed',
      ...created,
      issues: [unexplained],
      native: { status: 'Failed', ...accepted },
    },
  ],
  ['not_found', { state: 'not_found', nativeState: 'Not Found', native: null }],
  [
    'unknown_status',
    { state: 'unknown', nativeState: 'Queued', ...created, native: { status: 'Queued', ...accepted } },
  ],
];

beforeEach(() => nock.disableNetConnect());
afterEach(() => {
  expect(nock.isDone()).toBe(true);
  nock.cleanAll();
  nock.enableNetConnect();
});

function createAdapter(assumedZone?: string): SnapLogicAdapter {
  return createSnapLogicAdapter({
    orgName: 'my-environment',
    auth: { jwt: 'header.payload.proof' },
    assumedZone,
  });
}

function answer(body: string | object, httpStatus = 200): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  nock('https://elastic.snaplogic.com').get(statusPath).query(true).reply(httpStatus, text);
}

function answerRecord(record: object): void {
  answer({ response_map: { [statusToken]: record }, http_status_code: 200 });
}

describe('one token', () => {
  it.each(readings)('reads %s', async (fixture, expected) => {
    answer(readFixture(`${fixture}.json`));
    expect(await createAdapter().getStatus({ statusToken })).toEqual(expected);
  });

  it('is not_found when SnapLogic answers HTTP 404', async () => {
    answer(readFixture('error_404_guess.json'), 404);
    expect(await createAdapter().getStatus({ statusToken })).toEqual({
      state: 'not_found',
      nativeState: 'HTTP 404',
      native: null,
    });
  });

  it('is not_found when the answer leaves it out', async () => {
    answer({ response_map: {}, http_status_code: 200 });
    expect(await createAdapter().getStatus({ statusToken })).toEqual({
      state: 'not_found',
      nativeState: '',
      native: null,
    });
  });

  it.each([
    ['COMPLETED', 'succeeded'],
    ['completed', 'succeeded'],
    ['mig rating', 'running'],
    ['NotFound', 'not_found'],
    ['NOT_FOUND', 'not_found'],
    ['Complete', 'unknown'],
    ['', 'unknown'],
    ['constructor', 'unknown'],
    ['__proto__', 'unknown'],
  ] as const)('reads the word "%s" as %s and keeps it as it was written', async (status, state) => {
    answerRecord({ status });
    const native = state === 'not_found' ? null : { status };
    expect(await createAdapter().getStatus({ statusToken })).toEqual({ state, nativeState: status, native });
  });

  it.each(['__proto__', 'constructor', 'toString'])('takes the token "%s" as data', async (token) => {
    answer(`{ "response_map": { ${JSON.stringify(token)}: { "status": "Completed" } } }`);
    answer('{ "response_map": {} }');
    const adapter = createAdapter();
    expect([
      await adapter.getStatus({ statusToken: token }),
      await adapter.getStatus({ statusToken: token }),
    ]).toEqual([
      { state: 'succeeded', nativeState: 'Completed', native: { status: 'Completed' } },
      { state: 'not_found', nativeState: '', native: null },
    ]);
  });
});

describe('times', () => {
  it('are read in the assumed zone that is asked for', async () => {
    answerRecord({ status: 'Migrating', create_time: '2026-04-28T10:30:00.000000' });
    const { createdAt, assumedZone } = await createAdapter('+02:00').getStatus({ statusToken });
    expect({ createdAt, assumedZone }).toEqual({
      createdAt: '2026-04-28T08:30:00.000Z',
      assumedZone: ['createdAt'],
    });
  });

  it('are taken as they are when they carry a zone', async () => {
    const times = { create_time: '2026-04-28T10:30:00+01:00', completed_time: '2026-04-28T10:30:45Z' };
    answerRecord({ status: 'Completed', ...times });
    expect(await createAdapter('-05:00').getStatus({ statusToken })).toEqual({
      state: 'succeeded',
      nativeState: 'Completed',
      createdAt: '2026-04-28T09:30:00.000Z',
      finishedAt: '2026-04-28T10:30:45.000Z',
      native: { status: 'Completed', ...times },
    });
  });

  it('are absent when nobody can read them', async () => {
    const times = { create_time: 'yesterday', completed_time: 1_777_372_245 };
    answerRecord({ status: 'Completed', ...times });
    expect(await createAdapter().getStatus({ statusToken })).toEqual({
      state: 'succeeded',
      nativeState: 'Completed',
      native: { status: 'Completed', ...times },
    });
  });
});

describe('the reason of a failure', () => {
  it.each([
    ['a text', { error: 'Slug is taken' }, ['Slug is taken']],
    ['a list of texts', { errors: ['Slug is taken', ' ', 'No policy'] }, ['Slug is taken', 'No policy']],
    ['an object', { reason: { detail: { text: 'No policy' } } }, ['No policy']],
    [
      'a list of assets',
      { failed: [{ name: 'petstore', asset_type: 'API' }, { name: 'bookstore' }] },
      ['petstore, API', 'bookstore'],
    ],
    ['the same text twice', { error: 'Slug is taken', message: 'Slug is taken' }, ['Slug is taken']],
    ['no text', { error: null, errors: [], failed: 3, message: '' }, [unexplained.message]],
  ])('is taken from %s', async (_form, fields, messages) => {
    answerRecord({ status: 'Failed', ...fields });
    expect(await createAdapter().getStatus({ statusToken })).toEqual({
      state: 'failed',
      nativeState: 'Failed',
      issues: messages.map((message) => ({ ...unexplained, message })),
      native: { status: 'Failed', ...fields },
    });
  });

  it('is not looked for in a migration that has not failed', async () => {
    answerRecord({ status: 'Completed', message: 'Done', failed: ['one'] });
    expect(await createAdapter().getStatus({ statusToken })).toEqual({
      state: 'succeeded',
      nativeState: 'Completed',
      native: { status: 'Completed', message: 'Done', failed: ['one'] },
    });
  });
});

describe('an http_status_code that contradicts the HTTP status', () => {
  it('is a warning beside a usable record', async () => {
    answer({ response_map: { [statusToken]: { status: 'Completed' } }, http_status_code: 401 });
    expect(await createAdapter().getStatus({ statusToken })).toEqual({
      state: 'succeeded',
      nativeState: 'Completed',
      issues: [
        {
          severity: 'warning',
          code: 'http_status_mismatch',
          message: 'SnapLogic answered with success, and with an http_status_code of 401 in the body.',
        },
      ],
      native: { status: 'Completed' },
    });
  });

  it.each([200, 201, '401', null])('is none when it is %s', async (code) => {
    answer({ response_map: { [statusToken]: { status: 'Completed' } }, http_status_code: code });
    expect(await createAdapter().getStatus({ statusToken })).toEqual({
      state: 'succeeded',
      nativeState: 'Completed',
      native: { status: 'Completed' },
    });
  });
});

describe('many tokens', () => {
  const tokens = [
    statusToken,
    '9a0c7a3e-6a51-4c0e-8f36-2f5d1c0b77aa',
    'c0ffee00-1111-4222-8333-444455556666',
  ];

  it('come in one answer, and one that is left out is not_found', async () => {
    answer(readFixture('multiple_tokens_mixed.json'));
    const readings = await createAdapter().getStatuses(
      [...tokens, 'left-out'].map((token) => ({ statusToken: token })),
    );
    expect([...readings]).toEqual([
      [
        `${keyStart}/${statusToken}`,
        {
          state: 'succeeded',
          nativeState: 'Completed',
          createdAt: '2026-04-28T10:30:00.000Z',
          finishedAt: '2026-04-28T10:30:45.000Z',
          assumedZone: ['createdAt', 'finishedAt'],
          native: { status: 'Completed', ...begun, completed_time: '2026-04-28T10:30:45.000000' },
        },
      ],
      [
        `${keyStart}/${tokens[1]}`,
        {
          state: 'running',
          nativeState: 'Migrating',
          ...created,
          native: {
            status: 'Migrating',
            ...accepted,
            service_name: 'PetStore',
            service_slug: 'petstore_1',
            status_token: tokens[1],
          },
        },
      ],
      [`${keyStart}/${tokens[2]}`, { state: 'not_found', nativeState: 'Not Found', native: null }],
      [`${keyStart}/left-out`, { state: 'not_found', nativeState: '', native: null }],
    ]);
  });

  it('do not suffer from a record of another shape', async () => {
    answer({ response_map: { good: { status: 'Started' }, odd: { status: 7 }, none: null } });
    const readings = await createAdapter().getStatuses(
      ['good', 'odd', 'none'].map((token) => ({ statusToken: token })),
    );
    expect(readings.get(`${keyStart}/good`)).toEqual({
      state: 'pending',
      nativeState: 'Started',
      native: { status: 'Started' },
    });
    expect(readings.get(`${keyStart}/odd`)).toMatchObject({
      name: 'ProviderResponseError',
      path: '$.response_map.odd.status',
      message: 'snaplogic: expected string at $.response_map.odd.status, got a number',
    });
    expect(readings.get(`${keyStart}/none`)).toMatchObject({
      name: 'ProviderResponseError',
      path: '$.response_map.none',
      message: 'snaplogic: expected object at $.response_map.none, got null',
    });
  });

  it('are not_found on HTTP 404 only when there is one of them', async () => {
    answer(readFixture('error_404_guess.json'), 404);
    expect([...(await createAdapter().getStatuses([{ statusToken }]))]).toEqual([
      [`${keyStart}/${statusToken}`, { state: 'not_found', nativeState: 'HTTP 404', native: null }],
    ]);
  });
});

describe('a list', () => {
  function answerList(body: string | object): void {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    nock('https://elastic.snaplogic.com').get(`${statusPath}/all`).query(true).reply(200, text);
  }

  async function listAll(status: SnapLogicListedStatus) {
    return collect(createAdapter().list({ status }));
  }

  it('gives refs to migrations that carry a status token', async () => {
    answerList(readFixture('list_started_with_tokens.json'));
    const token = '9a0c7a3e-6a51-4c0e-8f36-2f5d1c0b77aa';
    expect(await listAll('Started')).toEqual([
      {
        key: `${keyStart}/${token}`,
        ref: { statusToken: token },
        reading: {
          state: 'pending',
          nativeState: 'Started',
          ...created,
          native: { status: 'Started', ...accepted, status_token: token },
        },
      },
    ]);
  });

  it('gives keys of their own to migrations without a status token', async () => {
    answerList(readFixture('list_completed.json'));
    const common = {
      status: 'Completed',
      target_path: 'target-env/my-proj-space/my-proj',
      user_id: 'admin@example.com',
    };
    const target = 'target-env%2Fmy-proj-space%2Fmy-proj';
    const assumedZone = ['createdAt', 'finishedAt'];
    expect(await listAll('Completed')).toEqual([
      {
        key: `${keyStart}/66f1c2d3e4b5a60001a2b3c4/${target}/2026-04-28T10%3A30%3A00.000000`,
        reading: {
          state: 'succeeded',
          nativeState: 'Completed',
          createdAt: '2026-04-28T10:30:00.000Z',
          finishedAt: '2026-04-28T10:30:45.000Z',
          assumedZone,
          native: {
            ...common,
            asset_snid: '66f1c2d3e4b5a60001a2b3c4',
            create_time: '2026-04-28T10:30:00.000000',
            completed_time: '2026-04-28T10:30:45.000000',
          },
        },
      },
      {
        key: `${keyStart}/66f1c2d3e4b5a60001a2b3c5/${target}/2026-04-28T11%3A02%3A10.000000`,
        reading: {
          state: 'succeeded',
          nativeState: 'Completed',
          createdAt: '2026-04-28T11:02:10.000Z',
          finishedAt: '2026-04-28T11:03:00.000Z',
          assumedZone,
          native: {
            ...common,
            asset_snid: '66f1c2d3e4b5a60001a2b3c5',
            create_time: '2026-04-28T11:02:10.000000',
            completed_time: '2026-04-28T11:03:00.000000',
          },
        },
      },
    ]);
  });

  it.each(['list_failed_empty', 'list_empty_map'])('is empty for %s', async (fixture) => {
    answerList(readFixture(`${fixture}.json`));
    expect(await listAll('Failed')).toEqual([]);
  });

  it('is found under its status however that is cased', async () => {
    answerList({ response_map: { FAILED: [{ status: 'FAILED', status_token: 'one' }] } });
    expect(await listAll('Failed')).toEqual([
      {
        key: `${keyStart}/one`,
        ref: { statusToken: 'one' },
        reading: {
          state: 'failed',
          nativeState: 'FAILED',
          issues: [unexplained],
          native: { status: 'FAILED', status_token: 'one' },
        },
      },
    ]);
  });

  it('gives every usable record before it says that one is malformed', async () => {
    answerList({
      response_map: {
        Started: [
          { status: 'Started', status_token: 'one' },
          { status: null },
          7,
          { status: 'Started', status_token: 'two' },
        ],
      },
    });
    const keys: string[] = [];
    async function readKeys(): Promise<void> {
      for await (const { key } of createAdapter().list({ status: 'Started' })) keys.push(key);
    }
    await expect(readKeys()).rejects.toMatchObject({
      name: 'ProviderResponseError',
      path: '$.response_map.Started[1].status',
    });
    expect(keys).toEqual([`${keyStart}/one`, `${keyStart}/two`]);
  });
});
