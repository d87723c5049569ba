import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ManualClock } from '../../../test/support/manual-clock.ts';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import type { ListEnvelope, Sandbox } from '../src/index.ts';
import { createSandbox } from '../src/index.ts';
import { ask } from './support/ask.ts';

const readFixtureText = createFixtureReader(new URL('../../generic-migrations/test/', import.meta.url).href);
const readFixture = (name: string) => JSON.parse(readFixtureText(`${name}.json`));

const migrationId = '9f5b41bd-7c5e-42d9-b332-b31686e94424';
const anyUuid = expect.stringMatching(
  /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
);

let clock: ManualClock;
let sandbox: Sandbox;

beforeEach(async () => {
  clock = createManualClock(Date.parse('2025-12-02T23:51:49.807Z'));
  sandbox = await createSandbox({ now: clock.now });
});

afterEach(() => sandbox.close());

async function send(method: string, path: string, body?: unknown) {
  const { baseUrl, credentials } = sandbox.genericMigrations;
  const answer = await ask(baseUrl + path, {
    method,
    headers: { authorization: `Bearer ${credentials.apiKey}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: answer.body };
}

/** A fixture with what the sandbox chooses itself: the user, the company and the microseconds. */
function readMigration(name: string) {
  const fixture = readFixture(name);
  return {
    ...fixture,
    created: '2025-12-02T23:51:49.807000',
    created_by_user_id: expect.stringMatching(/^[0-9a-f]{16}$/),
    company_id: fixture.company_id === null ? null : anyUuid,
  };
}

describe('one migration', () => {
  const names = ['not_ready', 'not_started', 'working', 'pending_user_input', 'unknown_status', 'complete'];

  it('follows the timeline and has no company before anyone has logged in', async () => {
    const words = names.map((name): string => readFixture(name).status);
    const timeline = words.map((status, index) =>
      index < words.length - 1 ? { status, forMs: 1_000 } : { status },
    );
    sandbox.genericMigrations.addMigration({ migrationId, timeline });
    for (const name of names) {
      expect(await send('GET', `/migrations/${migrationId}`)).toEqual({
        status: 200,
        body: readMigration(name),
      });
      await clock.advance(1_000);
    }
  });

  it.each(['failed', 'completed_with_failures', 'login_abandoned'])('can end as %s', async (name) => {
    const { status } = readFixture(name);
    sandbox.genericMigrations.addMigration({ migrationId, timeline: [{ status }] });
    expect(await send('GET', `/migrations/${migrationId}`)).toEqual({
      status: 200,
      body: readMigration(name),
    });
  });

  it('is not known before its time', async () => {
    sandbox.genericMigrations.addMigration({
      migrationId,
      timeline: [{ status: 'WORKING' }],
      notFoundForMs: 5,
    });
    const notFound = { status: 404, body: readFixture('error_404_guess') };
    expect(await send('GET', `/migrations/${migrationId}`)).toEqual(notFound);
    expect(await send('GET', `/migrations/${migrationId}/tasks`)).toEqual(notFound);
    await clock.advance(5);
    expect((await send('GET', `/migrations/${migrationId}`)).status).toBe(200);
  });
});

describe('tasks', () => {
  async function taskStatuses() {
    const { body } = await send('GET', `/migrations/${migrationId}/tasks`);
    return body.data.map((task: { status: string }) => task.status);
  }

  it('have timelines of their own', async () => {
    clock = createManualClock(Date.parse('2025-12-02T23:55:00Z'));
    await using own = await createSandbox({ now: clock.now });
    own.genericMigrations.addMigration({
      migrationId,
      timeline: [{ status: 'WORKING' }],
      tasks: [
        {
          timeline: [{ status: 'IN_PROGRESS', forMs: 1_000 }, { status: 'COMPLETE' }],
          dataCategory: 'COMPANY',
          dataType: 'EntityType',
        },
        { timeline: [{ status: 'IN_PROGRESS' }], dataCategory: 'EMPLOYEE', dataType: 'EmployeeRoster' },
        { timeline: [{ status: 'PENDING' }], dataCategory: 'TAX', dataType: 'FederalTax' },
        { timeline: [{ status: 'AWAITING_USER_INPUT' }], dataCategory: 'COMPANY', dataType: 'Signatory' },
        {
          timeline: [{ status: 'IN_PROGRESS', forMs: 180_000 }, { status: 'FAILED' }],
          dataCategory: 'COMPENSATION',
          dataType: 'PayrollJournal',
        },
        {
          timeline: [{ status: 'PENDING', forMs: 60_000 }, { status: 'NO_DATA' }],
          dataCategory: 'EMPLOYEE',
          dataType: 'ContractorPayments',
        },
      ],
    });
    await clock.advance(180_000);
    const { baseUrl, credentials } = own.genericMigrations;
    const { body } = await ask(`${baseUrl}/migrations/${migrationId}/tasks`, {
      headers: { authorization: `Bearer ${credentials.apiKey}` },
    });
    const expected = readFixture('tasks_list_guess');
    for (const task of expected.data) task.id = anyUuid;
    expect(body).toEqual(expected);
  });

  it('follow their migration when they are not scripted', async () => {
    sandbox.genericMigrations.addMigration({
      migrationId,
      timeline: [
        { status: 'NOT_STARTED', forMs: 1_000 },
        { status: 'WORKING', forMs: 3_000 },
        { status: 'COMPLETED_WITH_FAILURES' },
      ],
    });
    expect(await taskStatuses()).toEqual(['PENDING', 'PENDING', 'PENDING']);
    await clock.advance(2_000);
    expect(await taskStatuses()).toEqual(['COMPLETE', 'IN_PROGRESS', 'PENDING']);
    await clock.advance(2_000);
    expect(await taskStatuses()).toEqual(['COMPLETE', 'COMPLETE', 'FAILED']);
  });

  it('wait as long as a migration that fails without working does', async () => {
    const timeline = [{ status: 'NOT_STARTED', forMs: 1_000 }, { status: 'FAILED' }];
    sandbox.genericMigrations.addMigration({ migrationId, timeline });
    expect(await taskStatuses()).toEqual(['PENDING', 'PENDING', 'PENDING']);
    await clock.advance(1_000);
    expect(await taskStatuses()).toEqual(['COMPLETE', 'COMPLETE', 'FAILED']);
  });

  it.each([
    ['COMPLETE', 'COMPLETE'],
    ['WORKING', 'IN_PROGRESS'],
    ['LOGIN_ABANDONED', 'PENDING'],
  ])('of a migration that says %s say %s', async (status, taskStatus) => {
    sandbox.genericMigrations.addMigration({ migrationId, timeline: [{ status }] });
    expect(await taskStatuses()).toEqual(Array(3).fill(taskStatus));
  });
});

describe('the list', () => {
  const others = ['0a1b2c3d-1111-4222-8333-444455556666', '0a1b2c3d-7777-4888-8999-aaaabbbbcccc'];

  beforeEach(() => {
    const words = ['COMPLETE', 'WORKING', 'PENDING_USER_INPUT'];
    for (const [index, id] of [migrationId, ...others].entries()) {
      sandbox.genericMigrations.addMigration({ migrationId: id, timeline: [{ status: words[index] ?? '' }] });
    }
  });

  function expectedItems() {
    return readFixture('list_bare_array_guess').map((item: object) => ({
      ...item,
      created: '2025-12-02T23:51:49.807000',
      created_by_user_id: expect.any(String),
      company_id: anyUuid,
    }));
  }

  it('comes in any of five envelopes', async () => {
    const items = expectedItems();
    const paging = { page: 1, page_size: 10 };
    const bodies: [ListEnvelope, unknown][] = [
      ['array', items],
      ['data', { ...readFixture('list_enveloped_guess'), data: items }],
      ['items', { items, ...paging, total: 3 }],
      ['results', { results: items, ...paging, count: 3 }],
      ['migrations', { migrations: items, ...paging, total_count: 3 }],
    ];
    for (const [envelope, body] of bodies) {
      sandbox.genericMigrations.envelope = envelope;
      expect(await send('GET', '/migrations')).toEqual({ status: 200, body });
    }
    expect(sandbox.genericMigrations.requests.at(-1)).toMatchObject({
      subjects: [migrationId, ...others],
      answered: ['COMPLETE', 'WORKING', 'PENDING_USER_INPUT'],
    });
  });

  it('comes page by page', async () => {
    sandbox.genericMigrations.envelope = 'array';
    const items = expectedItems();
    expect((await send('GET', '/migrations?page_size=2')).body).toEqual(items.slice(0, 2));
    expect((await send('GET', '/migrations?page=2&page_size=2')).body).toEqual(items.slice(2));
    expect((await send('GET', '/migrations?page=3&page_size=2')).body).toEqual([]);
    expect(await send('GET', '/migrations?page=0')).toEqual({
      status: 400,
      body: { detail: 'page and page_size must be whole numbers above 0' },
    });
  });

  it('refuses an envelope that it does not know', () => {
    expect(() => {
      sandbox.genericMigrations.envelope = JSON.parse('"rows"');
    }).toThrow('envelope must be one of array, data, items, results, migrations; got rows');
  });
});

describe('starting', () => {
  it('answers the server-side start with the migration as it stands', async () => {
    const started = await send('POST', '/migrations/start', {
      service_account_id: 'account_1',
      tasks_to_include: [{ data_type: 'FederalTax', count: 3 }],
    });
    expect(started).toEqual({ status: 200, body: { ...readMigration('not_ready'), id: anyUuid } });
    const { body } = await send('GET', `/migrations/${started.body.id}/tasks`);
    expect(body.data).toEqual([expect.objectContaining({ data_category: 'TAX', data_type: 'FederalTax' })]);
  });

  it('opens a modal for a migration that its user has not begun', async () => {
    sandbox.genericMigrations.nextTimeline([{ status: 'NOT_STARTED' }]);
    const opened = await send('POST', '/migration-modal', { user_id: 'user_1' });
    expect(opened).toEqual({
      status: 200,
      body: {
        object: 'migration_modal',
        id: anyUuid,
        migration_id: anyUuid,
        url: `https://modal.example.com/m?sig=${opened.body.id}`,
        created: '2025-12-02T23:51:49Z',
        expires_at: '2025-12-03T00:50:49Z',
        created_by_user_id: 'user_1',
      },
    });
    const { body } = await send('GET', `/migrations/${opened.body.migration_id}`);
    expect(body).toEqual({ ...readMigration('not_started'), id: anyUuid, created_by_user_id: 'user_1' });
  });

  it.each([
    ['/migrations/start', {}, 'service_account_id is required'],
    ['/migrations/start', { service_account_id: 'a' }, 'tasks_to_include is required'],
    [
      '/migrations/start',
      { service_account_id: 'a', tasks_to_include: [{}] },
      'every task to include must have a data_type',
    ],
    ['/migrations/start', [], 'The request body must be a JSON object'],
    ['/migration-modal', {}, 'user_id is required'],
    ['/migration-modal', { user_id: 'u', timeout_minutes: 'x' }, 'timeout_minutes must be a number'],
  ])('refuses at %s the body %j', async (path, body, detail) => {
    expect(await send('POST', path, body)).toEqual({ status: 400, body: { detail } });
  });
});

it('refuses a missing and a wrong key', async () => {
  const refusal = readFixture('error_401_guess');
  for (const authorization of ['', 'Bearer wrong']) {
    const { status, body } = await ask(`${sandbox.genericMigrations.baseUrl}/migrations`, {
      headers: { authorization },
    });
    expect({ status, body }).toEqual({ status: 401, body: refusal });
  }
});

it.each([
  ['GET', '/nothing', 404],
  ['GET', '/migrations/a/b', 404],
  ['GET', '/migrations/a/tasks/b', 404],
  ['POST', '/migrations', 405],
  ['DELETE', '/migrations/a', 405],
  ['GET', '/migrations/start', 405],
  ['GET', '/migration-modal', 405],
])('answers %s %s with %d', async (method, path, status) => {
  const detail = status === 404 ? 'Not Found' : 'Method Not Allowed';
  expect(await send(method, path)).toEqual({ status, body: { detail } });
});

it('refuses a task without a type', () => {
  const { genericMigrations } = sandbox;
  expect(() => genericMigrations.addMigration({ tasks: [{ dataCategory: 'TAX', dataType: '' }] })).toThrow(
    'tasks[0].dataType must be a non-empty string',
  );
});
