import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createRecordingFetch, type SentRequest } from '../../../test/support/recording-fetch.ts';
import { createOnlyOfficeAdapter } from '../src/onlyoffice-adapter.ts';
import type { OnlyOfficeAdapterOptions } from '../src/onlyoffice-options.ts';

const readFixture = createFixtureReader(import.meta.url);
const now = '2026-04-28T10:30:00.000Z';
const headers = { accept: 'application/json', authorization: 'Bearer sk-key' };
const accepted = readFixture('command_accepted.json');

/** A portal that answers every read with one fixture, and every command with another text. */
function createPortal(status: string, options: Partial<OnlyOfficeAdapterOptions> = {}, answer = accepted) {
  const { fetch, requests } = createRecordingFetch(
    ({ method }) => new Response(method === 'GET' ? readFixture(status) : answer),
  );
  const portal = createOnlyOfficeAdapter({
    portalUrl: 'https://portal.example.com',
    auth: { apiKey: 'sk-key' },
    fetch,
    ...options,
  });
  return { portal, requests };
}

function namesOf(requests: readonly SentRequest[]): readonly string[] {
  return requests.map(({ method, url }) => `${method} ${url}`);
}

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(now) }));
afterEach(() => vi.useRealTimers());

describe('a read', () => {
  const url = 'https://portal.example.com/api/2.0/migration/status';

  test('asks for the one job of the portal', async () => {
    const { portal, requests } = createPortal('parse_running.json');
    await portal.getStatus({ awaiting: 'parse', parseRequestedAt: now, importRequestedAt: now });
    expect(requests).toEqual([{ method: 'GET', url, headers, body: '' }]);
  });

  test('asks for the fields that it needs only when told so', async () => {
    const { portal, requests } = createPortal('migration_running_fields_filtered.json', { fields: true });
    await portal.getStatus({});
    const [sent] = requests.map((request) => new URL(request.url));
    expect([...(sent?.searchParams ?? [])]).toEqual([
      [
        'fields',
        'progress,error,isCompleted,parseResult.operation,parseResult.migratorName,parseResult.successedUsers,' +
          'parseResult.failedUsers,parseResult.errors,parseResult.failedArchives,parseResult.importPersonalFiles,' +
          'parseResult.importSharedFiles,parseResult.importSharedFolders,parseResult.importCommonFiles,' +
          'parseResult.importProjectFiles,parseResult.importGroups',
      ],
    ]);
  });

  test.each(['https://gateway.example/portal-a', 'https://gateway.example/portal-a/'])(
    'starts at the path of %s',
    async (portalUrl) => {
      const { portal, requests } = createPortal('parse_running.json', { portalUrl });
      await portal.getStatus({});
      expect(namesOf(requests)).toEqual(['GET https://gateway.example/portal-a/api/2.0/migration/status']);
    },
  );
});

describe('each way to sign in has its header', () => {
  test.each([
    { auth: { apiKey: 'sk-1' }, header: { authorization: 'Bearer sk-1' } },
    { auth: { token: 'tok+/=1' }, header: { authorization: 'Bearer tok+/=1' } },
    { auth: { cookie: 'tok+/=1' }, header: { cookie: 'asc_auth_key=tok+/=1' } },
    {
      auth: { username: 'zoë@example.com', password: 'pä:ß🔑' },
      header: { authorization: `Basic ${Buffer.from('zoë@example.com:pä:ß🔑').toString('base64')}` },
    },
    { auth: { authorization: 'tok-without-scheme' }, header: { authorization: 'tok-without-scheme' } },
  ])('$auth', async ({ auth, header }) => {
    const { portal, requests } = createPortal('parse_running.json', { auth });
    await portal.getStatus({});
    await portal.clear();
    const credentials = requests.map(({ headers: { accept: _accept, ...sent } }) => sent);
    expect(credentials).toEqual([header, header]);
  });
});

describe('a start', () => {
  test.each([
    { input: { migratorName: 'Nextcloud' }, awaiting: 'import' },
    { input: { migratorName: 'Nextcloud', awaiting: 'import' }, awaiting: 'import' },
    { input: { migratorName: 'Nextcloud', awaiting: 'parse' }, awaiting: 'parse' },
  ] as const)(
    'with $input asks for a parse, without a body, and remembers when',
    async ({ input, awaiting }) => {
      const { portal, requests } = createPortal('parse_queued.json');
      expect(await portal.start(input)).toEqual({ awaiting, parseRequestedAt: now });
      const url = 'https://portal.example.com/api/2.0/migration/init/Nextcloud';
      expect(requests).toEqual([{ method: 'POST', url, headers, body: '' }]);
    },
  );

  test.each([
    { input: { migratorName: 'Nextcloud' }, time: 'parseRequestedAt' },
    { input: { selection: { migratorName: 'Nextcloud' } }, time: 'importRequestedAt' },
  ])('with $input is stamped with the time that the caller gives', async ({ input, time }) => {
    const { portal } = createPortal('parse_queued.json');
    const wallTime = Date.parse('2026-05-01T08:00:00.250Z');
    expect(await portal.start(input, { wallTime })).toEqual({
      awaiting: 'import',
      [time]: '2026-05-01T08:00:00.250Z',
    });
  });

  test('with a selection posts it without its operation, and remembers when', async () => {
    const { portal, requests } = createPortal('parse_completed_awaiting_input.json');
    const { native } = await portal.getStatus({});
    const selection = { ...native?.parseResult, importGroups: true };
    expect(await portal.start({ selection })).toEqual({ awaiting: 'import', importRequestedAt: now });
    const { operation, ...posted } = selection;
    expect(operation).toBe('parse');
    expect(requests.slice(1).map(({ body, ...request }) => ({ ...request, body: JSON.parse(body) }))).toEqual(
      [
        {
          method: 'POST',
          url: 'https://portal.example.com/api/2.0/migration/migrate',
          headers: { ...headers, 'content-type': 'application/json' },
          body: posted,
        },
      ],
    );
  });

  test.each([
    { input: { migratorName: 'Nextcloud' }, fixture: 'migration_completed.json', phase: 'parse' },
    {
      input: { selection: { migratorName: 'Nextcloud' } },
      fixture: 'parse_completed_awaiting_input.json',
      phase: 'import',
    },
  ])(
    'with $input gives a ref by which another process knows $fixture for stale',
    async ({ input, fixture, phase }) => {
      const written = JSON.stringify(await createPortal(fixture).portal.start(input));
      const there = createPortal(fixture).portal;
      const ref = there.parseRef(JSON.parse(written));
      expect(await there.getStatus(ref)).toMatchObject({ state: 'pending', phase });
      vi.setSystemTime(Date.parse(now) + 120_000);
      expect(await there.getStatus(ref)).toEqual(await there.getStatus({}));
    },
  );

  test.each(['../', 'a/b', '?x=1', '#x', 'a b', '🚚', '%2F', '...', '__proto__'])(
    'takes a name for data, whatever it looks like: %s',
    async (migratorName) => {
      const { portal, requests } = createPortal('parse_queued.json');
      await portal.start({ migratorName });
      const name = encodeURIComponent(migratorName);
      expect(namesOf(requests)).toEqual([`POST https://portal.example.com/api/2.0/migration/init/${name}`]);
    },
  );

  test('takes half of a pair of code units for the sign that stands for it', async () => {
    const { portal, requests } = createPortal('parse_queued.json');
    await portal.start({ migratorName: 'a\uD83D' });
    expect(namesOf(requests)).toEqual(['POST https://portal.example.com/api/2.0/migration/init/a%EF%BF%BD']);
  });
});

describe('a cancel', () => {
  const read = 'GET https://portal.example.com/api/2.0/migration/status';
  const cancel = 'POST https://portal.example.com/api/2.0/migration/cancel';

  test.each([
    'parse_queued.json',
    'parse_running.json',
    'parse_completed_awaiting_input.json',
    'parse_failed.json',
    'parse_failed_unknown_migrator.json',
    'no_migration.json',
  ])('is sent after a read of %s', async (fixture) => {
    const { portal, requests } = createPortal(fixture);
    await expect(portal.cancel({ awaiting: 'parse' })).resolves.toBeUndefined();
    expect(namesOf(requests)).toEqual([read, cancel]);
    expect(requests[1]).toEqual({ method: 'POST', url: cancel.slice(5), headers, body: '' });
  });

  test('is sent for a parse that waits behind an import that has ended', async () => {
    const { portal, requests } = createPortal('migration_completed.json');
    await portal.cancel(await portal.start({ migratorName: 'Nextcloud' }));
    expect(namesOf(requests).slice(1)).toEqual([read, cancel]);
  });

  test('reads by the time that the caller gives', async () => {
    const { portal, requests } = createPortal('migration_completed.json');
    const ref = { parseRequestedAt: now };
    await expect(portal.cancel(ref, { wallTime: Date.parse(now) + 3_600_000 })).rejects.toMatchObject({
      code: 'invalid_state',
    });
    expect(namesOf(requests)).toEqual([read]);
  });

  const isImport = 'onlyoffice: an import cannot be canceled; it would only lose its archives';
  test.each([
    { fixture: 'migration_queued.json', ref: {}, message: isImport },
    { fixture: 'migration_queued_echoed_operation_parse.json', ref: {}, message: isImport },
    { fixture: 'migration_running.json', ref: {}, message: isImport },
    { fixture: 'migration_running.json', ref: { awaiting: 'parse' }, message: isImport },
    { fixture: 'migration_completed.json', ref: {}, message: isImport },
    { fixture: 'migration_running.json', ref: { parseRequestedAt: now }, message: isImport },
    { fixture: 'parse_completed_awaiting_input.json', ref: { importRequestedAt: now }, message: isImport },
    { fixture: 'no_migration.json', ref: { importRequestedAt: now }, message: isImport },
    {
      fixture: 'parse_completed_awaiting_input.json',
      ref: { awaiting: 'parse', importRequestedAt: now },
      message: isImport,
    },
  ] as const)('is refused after a read of $fixture with $ref', async ({ fixture, ref, message }) => {
    const { portal, requests } = createPortal(fixture);
    const error: unknown = await portal.cancel(ref).catch((thrown: unknown) => thrown);
    expect({ ...(error as object), message: (error as Error).message }).toEqual({
      name: 'ProviderRequestError',
      kind: 'request',
      provider: 'onlyoffice',
      code: 'invalid_state',
      failure: 'invalid_request',
      isRetryable: false,
      message,
    });
    expect(namesOf(requests)).toEqual([read]);
  });

  test('is refused for a job in no known phase', async () => {
    const body = readFixture('migration_running.json').replace('"migration"', '"rollback"');
    const { fetch, requests } = createRecordingFetch(() => new Response(body));
    const { portal } = createPortal('', { fetch });
    await expect(portal.cancel({})).rejects.toMatchObject({
      code: 'invalid_state',
      message: 'onlyoffice: only a parse can be canceled, and the job is in no known phase',
    });
    expect(namesOf(requests)).toEqual([read]);
  });
});

test('clear posts nothing', async () => {
  const { portal, requests } = createPortal('migration_completed.json');
  await expect(portal.clear()).resolves.toBeUndefined();
  const url = 'https://portal.example.com/api/2.0/migration/clear';
  expect(requests).toEqual([{ method: 'POST', url, headers, body: '' }]);
});

test.each([true, false])('finish posts whether to send an e-mail: %s', async (sendWelcomeEmail) => {
  const { portal, requests } = createPortal('migration_completed.json');
  await expect(portal.finish({ sendWelcomeEmail })).resolves.toBeUndefined();
  expect(requests).toEqual([
    {
      method: 'POST',
      url: 'https://portal.example.com/api/2.0/migration/finish',
      headers: { ...headers, 'content-type': 'application/json' },
      body: `{"isSendWelcomeEmail":${sendWelcomeEmail}}`,
    },
  ]);
});

test('a command may be accepted without a body', async () => {
  const { portal } = createPortal('parse_running.json', {}, '');
  const ref = await portal.start({ migratorName: 'Nextcloud' });
  expect(ref).toEqual({ awaiting: 'import', parseRequestedAt: now });
  await expect(portal.clear()).resolves.toBeUndefined();
});

describe('the log', () => {
  function createPortalWithLog(body: string, init: ResponseInit) {
    const { fetch, requests } = createRecordingFetch(() => new Response(body, init));
    return { ...createPortal('', { fetch }), requests };
  }

  test('comes as it is', async () => {
    const { portal, requests } = createPortalWithLog('10:30 start\n<b>10:31</b> end\n', {
      headers: { 'content-type': 'text/plain' },
    });
    expect(await portal.logs()).toBe('10:30 start\n<b>10:31</b> end\n');
    const url = 'https://portal.example.com/api/2.0/migration/logs';
    expect(requests).toEqual([{ method: 'GET', url, headers, body: '' }]);
  });

  test('may be called HTML when it is none', async () => {
    const { portal } = createPortalWithLog('10:30 start\n', { headers: { 'content-type': 'text/html' } });
    expect(await portal.logs()).toBe('10:30 start\n');
  });

  test('is undefined when there is no job', async () => {
    const { portal } = createPortalWithLog(readFixture('error_404_logs_no_migration.json'), { status: 404 });
    expect(await portal.logs()).toBeUndefined();
  });
});

describe('the names of migrators', () => {
  const names = ['GoogleWorkspace', 'Nextcloud', 'Workspace'];

  test('come out of the envelope', async () => {
    const { portal, requests } = createPortal('list_migrators.json');
    expect(await portal.listMigrators()).toEqual(names);
    const url = 'https://portal.example.com/api/2.0/migration/list';
    expect(requests).toEqual([{ method: 'GET', url, headers, body: '' }]);
  });

  test('may come without one', async () => {
    const { fetch } = createRecordingFetch(() => Response.json(names));
    expect(await createPortal('', { fetch }).portal.listMigrators()).toEqual(names);
  });
});

test('the key tells portals and what is awaited apart, and nothing else', () => {
  const keyOf = (portalUrl: string, ref: object) => createPortal('', { portalUrl }).portal.key(ref);
  expect([
    keyOf('https://portal.example.com', {}),
    keyOf('https://PORTAL.example.com:443/', { awaiting: 'import', importRequestedAt: now }),
    keyOf('https://portal.example.com', { awaiting: 'parse', parseRequestedAt: now }),
    keyOf('https://portal.example.com:8443', {}),
    keyOf('https://gateway.example/portal-a/', {}),
    keyOf('https://gateway.example/portal-b', {}),
  ]).toEqual([
    'onlyoffice/portal.example.com/import',
    'onlyoffice/portal.example.com/import',
    'onlyoffice/portal.example.com/parse',
    'onlyoffice/portal.example.com%3A8443/import',
    'onlyoffice/gateway.example%2Fportal-a/import',
    'onlyoffice/gateway.example%2Fportal-b/import',
  ]);
});

test('the lane is the origin, and the account where one is named', () => {
  const laneOf = (options: Partial<OnlyOfficeAdapterOptions>) => createPortal('', options).portal.lane({});
  expect([
    laneOf({}),
    laneOf({ account: 'ops' }),
    laneOf({ portalUrl: 'https://gateway.example/portal-a' }),
  ]).toEqual(['https://portal.example.com', 'https://portal.example.com#ops', 'https://gateway.example']);
});

test('the adapter offers reads, the two starts, and what else can be done with the job', () => {
  const { portal } = createPortal('parse_running.json');
  expect(Object.isFrozen(portal)).toBe(true);
  expect(portal).toEqual({
    specVersion: 1,
    provider: 'onlyoffice',
    capabilities: {
      progress: 'percent',
      maxBatchSize: 1,
      list: false,
      start: true,
      cancel: true,
      push: false,
    },
    states: expect.objectContaining({ 'parse:completed': 'awaiting_input' }),
    parseRef: expect.any(Function),
    key: expect.any(Function),
    lane: expect.any(Function),
    getStatus: expect.any(Function),
    classify: expect.any(Function),
    start: expect.any(Function),
    cancel: expect.any(Function),
    clear: expect.any(Function),
    finish: expect.any(Function),
    logs: expect.any(Function),
    listMigrators: expect.any(Function),
  });
});

test('an aborted call rejects with the reason and sends nothing', async () => {
  const { portal, requests } = createPortal('parse_running.json');
  const reason = new Error('shutting down');
  const context = { signal: AbortSignal.abort(reason) };
  const calls = [
    portal.getStatus({}, context),
    portal.start({ migratorName: 'Nextcloud' }, context),
    portal.start({ selection: { migratorName: 'Nextcloud' } }, context),
    portal.cancel({}, context),
    portal.clear(context),
    portal.finish({ sendWelcomeEmail: false }, context),
    portal.logs(context),
    portal.listMigrators(context),
  ];
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes).toEqual(calls.map(() => ({ status: 'rejected', reason })));
  expect(requests).toEqual([]);
});
