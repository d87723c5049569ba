import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { collect } from '../../../test/support/collect.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createGenericMigrationsAdapter } from '../src/generic-migrations-adapter.ts';
import type { GenericMigrationsAdapterOptions } from '../src/generic-migrations-options.ts';
import { genericMigrationsStates, genericMigrationsTaskStates } from '../src/generic-migrations-states.ts';

const readFixture = createFixtureReader(import.meta.url);
const migrationId = '9f5b41bd-7c5e-42d9-b332-b31686e94424';
const ref = { migrationId };

const native = {
  object: 'migration',
  id: migrationId,
  created: '2025-12-02T23:51:49.807119',
  created_by_user_id: '9876543210fedcba',
  company_id: '5b0c8f0e-2f0f-4c58-9a55-0f0f6a3c9b11',
};
const created = { createdAt: '2025-12-02T23:51:49.807Z', assumedZone: ['createdAt'] };
const notWhy = 'The API does not say why the migration failed; only its webhook does.';
const abandoned = 'The user abandoned the login to the source provider.';

beforeAll(() => nock.disableNetConnect());
afterEach(() => {
  expect(nock.isDone()).toBe(true);
  nock.cleanAll();
});
afterAll(() => nock.enableNetConnect());

function createAdapter(options: Partial<GenericMigrationsAdapterOptions> = {}) {
  return createGenericMigrationsAdapter({ apiKey: 'anon_key', ...options });
}

function answer(
  path: string,
  body: string | object,
  httpStatus = 200,
  headers: Record<string, string> = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  nock('https://worker.anon.com').get(`/api/v1${path}`).query(true).reply(httpStatus, text, headers);
}

describe('a migration', () => {
  it.each([
    {
      fixture: 'not_ready.json',
      reading: {
        state: 'pending',
        nativeState: 'NOT_READY',
        ...created,
        native: { ...native, status: 'NOT_READY', company_id: null },
      },
    },
    {
      fixture: 'not_started.json',
      reading: {
        state: 'pending',
        nativeState: 'NOT_STARTED',
        ...created,
        native: { ...native, status: 'NOT_STARTED', company_id: null },
      },
    },
    {
      fixture: 'working.json',
      reading: {
        state: 'running',
        nativeState: 'WORKING',
        ...created,
        native: { ...native, status: 'WORKING' },
      },
    },
    {
      fixture: 'pending_user_input.json',
      reading: {
        state: 'awaiting_input',
        nativeState: 'PENDING_USER_INPUT',
        ...created,
        native: { ...native, status: 'PENDING_USER_INPUT' },
      },
    },
    {
      fixture: 'complete.json',
      reading: {
        state: 'succeeded',
        nativeState: 'COMPLETE',
        ...created,
        native: { ...native, status: 'COMPLETE' },
      },
    },
    {
      fixture: 'complete_zulu_timestamp.json',
      reading: {
        state: 'succeeded',
        nativeState: 'COMPLETE',
        createdAt: '2025-12-02T23:51:49.807Z',
        native: { ...native, status: 'COMPLETE', created: '2025-12-02T23:51:49.807Z' },
      },
    },
    {
      fixture: 'completed_with_failures.json',
      reading: {
        state: 'partially_succeeded',
        nativeState: 'COMPLETED_WITH_FAILURES',
        ...created,
        native: { ...native, status: 'COMPLETED_WITH_FAILURES' },
      },
    },
    {
      fixture: 'failed.json',
      reading: {
        state: 'failed',
        nativeState: 'FAILED',
        message: notWhy,
        issues: [{ severity: 'error', code: 'migration_failed', message: notWhy }],
        ...created,
        native: { ...native, status: 'FAILED' },
      },
    },
    {
      fixture: 'login_abandoned.json',
      reading: {
        state: 'canceled',
        nativeState: 'LOGIN_ABANDONED',
        message: abandoned,
        issues: [{ severity: 'error', code: 'user_abandoned', message: abandoned }],
        ...created,
        native: { ...native, status: 'LOGIN_ABANDONED', company_id: null },
      },
    },
    {
      fixture: 'unknown_status.json',
      reading: {
        state: 'unknown',
        nativeState: 'PAUSED',
        ...created,
        native: { ...native, status: 'PAUSED' },
      },
    },
  ])('reads $fixture', async ({ fixture, reading }) => {
    answer(`/migrations/${migrationId}`, readFixture(fixture));
    expect(await createAdapter().getStatus(ref)).toEqual(reading);
  });

  it.each([readFixture('error_404_guess.json'), ''])(
    'that the API does not know is not_found (%j)',
    async (body) => {
      answer(`/migrations/${migrationId}`, body, 404);
      expect(await createAdapter().getStatus(ref)).toEqual({
        state: 'not_found',
        nativeState: 'HTTP 404',
        native: null,
      });
    },
  );

  it.each(['complete', 'Complete', '', 'constructor', '__proto__'])(
    'is unknown in a word like "%s", which the table does not hold',
    async (status) => {
      answer(`/migrations/${migrationId}`, { id: migrationId, status });
      expect(await createAdapter().getStatus(ref)).toEqual({
        state: 'unknown',
        nativeState: status,
        native: { id: migrationId, status },
      });
    },
  );

  it('keeps its id and its state without a time that can be read', async () => {
    const body = { id: migrationId, status: 'WORKING', created: 1_764_719_509 };
    answer(`/migrations/${migrationId}`, body);
    expect(await createAdapter().getStatus(ref)).toEqual({
      state: 'running',
      nativeState: 'WORKING',
      native: body,
    });
  });

  it('is known by its id in either case', async () => {
    const body = { id: migrationId.toUpperCase(), status: 'COMPLETE' };
    answer(`/migrations/${migrationId}`, body);
    expect(await createAdapter().getStatus(ref)).toEqual({
      state: 'succeeded',
      nativeState: 'COMPLETE',
      native: body,
    });
  });

  it.each([
    { taskProgress: false, id: '1f5b41bd-7c5e-42d9-b332-b31686e94424' },
    { taskProgress: true, id: `${migrationId}0` },
  ])('other than the one that was asked for, $id, is an error about the answer', async (other) => {
    answer(`/migrations/${migrationId}`, { id: other.id, status: 'COMPLETE' });
    const adapter = createAdapter({ taskProgress: other.taskProgress });
    const error: unknown = await adapter.getStatus(ref).catch((reason: unknown) => reason);
    expect({ ...Object(error), message: Object(error).message }).toEqual({
      name: 'ProviderResponseError',
      kind: 'response',
      provider: 'generic-migrations',
      code: 'invalid_response',
      failure: 'invalid_response',
      isRetryable: false,
      path: '$.id',
      message: 'generic-migrations: expected the migration that was asked for at $.id, got another',
    });
  });

  it('was made in the assumed zone that is asked for', async () => {
    answer(`/migrations/${migrationId}`, readFixture('working.json'));
    const { createdAt, assumedZone } = await createAdapter({ assumedZone: '-05:00' }).getStatus(ref);
    expect({ createdAt, assumedZone }).toEqual({
      createdAt: '2025-12-03T04:51:49.807Z',
      assumedZone: ['createdAt'],
    });
  });
});

describe('the option states', () => {
  it('changes single words, teaches further ones, and leaves the rest', async () => {
    const adapter = createAdapter({ states: { NOT_STARTED: 'awaiting_input', PAUSED: 'paused' } });
    for (const fixture of ['not_started.json', 'unknown_status.json', 'working.json']) {
      answer(`/migrations/${migrationId}`, readFixture(fixture));
    }
    const readings = [
      await adapter.getStatus(ref),
      await adapter.getStatus(ref),
      await adapter.getStatus(ref),
    ];
    expect(readings.map(({ state }) => state)).toEqual(['awaiting_input', 'paused', 'running']);
    expect(adapter.states).toEqual({
      ...genericMigrationsStates,
      NOT_STARTED: 'awaiting_input',
      PAUSED: 'paused',
    });
    expect(createAdapter().states).toEqual(genericMigrationsStates);
  });

  it('leaves the explanation of a word that is mapped to failed', async () => {
    answer(`/migrations/${migrationId}`, readFixture('login_abandoned.json'));
    const { state, issues } = await createAdapter({ states: { LOGIN_ABANDONED: 'failed' } }).getStatus(ref);
    expect({ state, issues }).toEqual({
      state: 'failed',
      issues: [{ severity: 'error', code: 'user_abandoned', message: abandoned }],
    });
  });
});

describe('the progress of tasks', () => {
  const running = {
    state: 'running',
    nativeState: 'WORKING',
    ...created,
    native: { ...native, status: 'WORKING' },
  };

  async function readWithTasks(
    body: string | object,
    httpStatus = 200,
    headers: Record<string, string> = {},
  ) {
    answer(`/migrations/${migrationId}`, readFixture('working.json'));
    answer(`/migrations/${migrationId}/tasks`, body, httpStatus, headers);
    return createAdapter({ taskProgress: true }).getStatus(ref);
  }

  it('counts those that have ended, also without data, of all', async () => {
    expect(await readWithTasks(readFixture('tasks_list_guess.json'))).toEqual({
      ...running,
      progress: { completed: 3, total: 6, failed: 1, unit: 'tasks' },
      parts: [
        ['0', 'COMPLETE', 'succeeded'],
        ['1', 'IN_PROGRESS', 'running'],
        ['2', 'PENDING', 'pending'],
        ['3', 'AWAITING_USER_INPUT', 'awaiting_input'],
        ['4', 'FAILED', 'failed'],
        ['5', 'NO_DATA', 'succeeded'],
      ].map(([end, nativeState, state]) => ({
        name: `123e4567-e89b-12d3-a456-42661417400${end}`,
        state,
        nativeState,
      })),
    });
  });

  it.each(Object.entries(genericMigrationsTaskStates))(
    'takes a task that is %s as %s',
    async (status, state) => {
      const hasEnded = state === 'succeeded' || state === 'failed';
      const progress = {
        completed: Number(hasEnded),
        total: 1,
        failed: Number(state === 'failed'),
        unit: 'tasks',
      };
      expect(await readWithTasks({ tasks: [{ status }] })).toEqual({ ...running, progress });
    },
  );

  it.each([
    ['task_pending.json', 0, 0],
    ['task_in_progress.json', 0, 0],
    ['task_awaiting_user_input.json', 0, 0],
    ['task_complete.json', 1, 0],
    ['task_no_data.json', 1, 0],
    ['task_failed.json', 1, 1],
  ])('counts the task of %s', async (fixture, completed, failed) => {
    const task = JSON.parse(readFixture(fixture));
    const state = genericMigrationsTaskStates[task.status as keyof typeof genericMigrationsTaskStates];
    expect(await readWithTasks([task])).toEqual({
      ...running,
      progress: { completed, total: 1, failed, unit: 'tasks' },
      parts: [{ name: task.id, state, nativeState: task.status }],
    });
  });

  it('takes a task in an unknown word as not ended', async () => {
    expect(
      await readWithTasks([{ status: 'COMPLETE' }, { status: 'SKIPPED' }, { status: 'constructor' }]),
    ).toEqual({
      ...running,
      progress: { completed: 1, total: 3, failed: 0, unit: 'tasks' },
    });
  });

  it.each([{ status: 'COMPLETE' }, { status: 'COMPLETE', id: '' }, { status: 'COMPLETE', id: null }])(
    'counts a task without an id, %j, and does not show it',
    async (nameless) => {
      expect(await readWithTasks([nameless, { status: 'PENDING', id: 'one' }])).toEqual({
        ...running,
        progress: { completed: 1, total: 2, failed: 0, unit: 'tasks' },
        parts: [{ name: 'one', state: 'pending', nativeState: 'PENDING' }],
      });
    },
  );

  it('is absent when there are no tasks', async () => {
    expect(await readWithTasks({ data: [], total: 0 })).toEqual(running);
  });

  it.each([
    {
      title: 'the path does not exist',
      body: '{"detail":"Not Found"}',
      httpStatus: 404,
      message: 'generic-migrations answered HTTP 404: Not Found',
    },
    {
      title: 'the key has no right to them',
      body: '',
      httpStatus: 403,
      message: 'generic-migrations answered HTTP 403',
    },
    {
      title: 'they are not JSON',
      body: '<html>',
      httpStatus: 200,
      message: 'generic-migrations: expected JSON at $, got 6 characters of no content type',
    },
    {
      title: 'one has another shape',
      body: '{"data":[{"status":"COMPLETE"},{"status":null}]}',
      httpStatus: 200,
      message: 'generic-migrations: expected string at $.data[1].status, got null',
    },
    {
      title: 'the total says that there are more',
      body: '{"results":[{"status":"COMPLETE"}],"count":2}',
      httpStatus: 200,
      message: 'generic-migrations: expected all tasks at $.results, got the first 1 of them',
    },
    {
      title: 'the page is full, and there may be more',
      body: '[{"status":"COMPLETE"}]'.replace(/.*/, '{"items":$&,"page_size":1}'),
      httpStatus: 200,
      message: 'generic-migrations: expected all tasks at $.items, got the first 1 of them',
    },
  ])('is unknown, and the status as good, when $title', async ({ body, httpStatus, message }) => {
    expect(await readWithTasks(body, httpStatus)).toEqual({
      ...running,
      issues: [{ severity: 'warning', code: 'tasks_unavailable', message }],
    });
  });

  it('hands on how long the API asks to wait', async () => {
    expect(await readWithTasks('', 429, { 'retry-after': '30' })).toEqual({
      ...running,
      issues: [
        { severity: 'warning', code: 'tasks_unavailable', message: 'generic-migrations answered HTTP 429' },
      ],
      retryAfterMs: 30_000,
    });
  });

  it('joins its warning to the issues that are there', async () => {
    answer(`/migrations/${migrationId}`, readFixture('failed.json'));
    answer(`/migrations/${migrationId}/tasks`, '', 500);
    const { issues } = await createAdapter({ taskProgress: true }).getStatus(ref);
    expect(issues).toEqual([
      { severity: 'error', code: 'migration_failed', message: notWhy },
      { severity: 'warning', code: 'tasks_unavailable', message: 'generic-migrations answered HTTP 500' },
    ]);
  });

  it('is not asked for when the API does not know the migration', async () => {
    answer(`/migrations/${migrationId}`, '', 404);
    expect(await createAdapter({ taskProgress: true }).getStatus(ref)).toEqual({
      state: 'not_found',
      nativeState: 'HTTP 404',
      native: null,
    });
  });
});

describe('a list', () => {
  it.each(['list_bare_array_guess.json', 'list_enveloped_guess.json'])('reads %s', async (fixture) => {
    answer('/migrations', readFixture(fixture));
    const working = '0a1b2c3d-1111-4222-8333-444455556666';
    const waiting = '0a1b2c3d-7777-4888-8999-aaaabbbbcccc';
    expect(await collect(createAdapter().list())).toEqual([
      {
        key: `generic-migrations/${migrationId}`,
        ref,
        reading: {
          state: 'succeeded',
          nativeState: 'COMPLETE',
          ...created,
          native: { ...native, status: 'COMPLETE' },
        },
      },
      {
        key: `generic-migrations/${working}`,
        ref: { migrationId: working },
        reading: {
          state: 'running',
          nativeState: 'WORKING',
          ...created,
          native: { ...native, id: working, status: 'WORKING' },
        },
      },
      {
        key: `generic-migrations/${waiting}`,
        ref: { migrationId: waiting },
        reading: {
          state: 'awaiting_input',
          nativeState: 'PENDING_USER_INPUT',
          ...created,
          native: { ...native, id: waiting, status: 'PENDING_USER_INPUT' },
        },
      },
    ]);
  });

  it.each(['data', 'items', 'results', 'migrations'])('finds its migrations under "%s"', async (field) => {
    answer('/migrations', { object: 'list', [field]: [{ id: 'one', status: 'WORKING' }] });
    expect(await collect(createAdapter().list())).toEqual([
      {
        key: 'generic-migrations/one',
        ref: { migrationId: 'one' },
        reading: { state: 'running', nativeState: 'WORKING', native: { id: 'one', status: 'WORKING' } },
      },
    ]);
  });

  it('gives no ref to an id that no request can be made for', async () => {
    answer('/migrations', [{ id: '..', status: 'WORKING' }]);
    expect(await collect(createAdapter().list())).toEqual([
      {
        key: 'generic-migrations/..',
        reading: { state: 'running', nativeState: 'WORKING', native: { id: '..', status: 'WORKING' } },
      },
    ]);
  });
});
