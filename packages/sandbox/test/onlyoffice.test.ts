import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ManualClock } from '../../../test/support/manual-clock.ts';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import type { ImportOutcome, OnlyOfficePortal, ParseOutcome, PortalScript, Sandbox } from '../src/index.ts';
import { createSandbox } from '../src/index.ts';
import { ask } from './support/ask.ts';

const readFixtureText = createFixtureReader(new URL('../../onlyoffice/test/', import.meta.url).href);
const readFixture = (name: string) => JSON.parse(readFixtureText(`${name}.json`));

const basePath = '/api/2.0/migration';

let clock: ManualClock;
let sandbox: Sandbox;

beforeEach(async () => {
  clock = createManualClock(Date.parse('2026-04-28T10:30:00Z'));
  sandbox = await createSandbox({ now: clock.now });
});

afterEach(() => sandbox.close());

function addPortal(script?: PortalScript) {
  return sandbox.onlyoffice.addPortal(script);
}

async function send(portal: OnlyOfficePortal, method: string, path: string, body?: unknown) {
  const answer = await ask(portal.portalUrl + path, {
    method,
    headers: { authorization: `Bearer ${portal.credentials.apiKey}` },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, body: answer.body };
}

function readStatus(portal: OnlyOfficePortal) {
  return send(portal, 'GET', `${basePath}/status`);
}

function post(portal: OnlyOfficePortal, command: string, body?: unknown) {
  return send(portal, 'POST', `${basePath}/${command}`, body);
}

/** A fixture as this portal serves it. */
function expected(portal: OnlyOfficePortal, name: string) {
  const text = readFixtureText(`${name}.json`);
  return JSON.parse(text.replaceAll('https://portal.example.com', portal.portalUrl));
}

/** Reads the status and compares it with the fixtures in turn, moving the clock before each read. */
async function expectStatuses(portal: OnlyOfficePortal, steps: readonly (readonly [number, string])[]) {
  for (const [byMs, name] of steps) {
    await clock.advance(byMs);
    expect(await readStatus(portal), name).toEqual({ status: 200, body: expected(portal, name) });
  }
}

const parse = { queuedForMs: 2_000, runningForMs: 10_000 };
const imported = { queuedForMs: 2_000, runningForMs: 10_000 };

describe('a whole migration over HTTP', () => {
  it('goes from nothing to the parse, waits for the admin, answers stale and empty, and imports', async () => {
    const portal = await addPortal({ parse, import: { ...imported, staleForMs: 3_000, emptyForMs: 1_000 } });
    await expectStatuses(portal, [[0, 'no_migration']]);

    const accepted = expected(portal, 'command_accepted');
    accepted.links[0].href = `${portal.portalUrl}${basePath}/init/nextcloud`;
    expect(await post(portal, 'init/nextcloud')).toEqual({ status: 200, body: accepted });
    await expectStatuses(portal, [
      [0, 'parse_queued'],
      [2_000, 'parse_starting'],
      [3_000, 'parse_running'],
      [6_500, 'parse_running_at_100'],
      [500, 'parse_completed_awaiting_input'],
      [3_600_000, 'parse_completed_awaiting_input'],
    ]);

    const posted = expected(portal, 'migration_queued').response.parseResult;
    expect(await post(portal, 'migrate', posted)).toEqual({
      status: 200,
      body: expected(portal, 'command_accepted'),
    });
    await expectStatuses(portal, [
      [0, 'parse_completed_awaiting_input'],
      [2_999, 'parse_completed_awaiting_input'],
      [1, 'no_migration'],
      [1_000, 'migration_queued'],
      [2_000, 'migration_starting'],
      [4_000, 'migration_running'],
      [6_000, 'migration_completed'],
    ]);
    expect(portal.requests.flatMap(({ answered }) => answered)).toEqual([
      'no_migration',
      'parse_queued',
      'parse_running',
      'parse_running',
      'parse_running',
      'parse_completed',
      'parse_completed',
      'parse_completed',
      'parse_completed',
      'no_migration',
      'migration_queued',
      'migration_running',
      'migration_running',
      'migration_completed',
    ]);
    expect(new Set(portal.requests.flatMap(({ subjects }) => subjects))).toEqual(new Set([portal.portalUrl]));
  });

  it('echoes operation "parse" while queued when the caller posts parseResult back', async () => {
    const portal = await addPortal({ parse, import: imported });
    portal.begin('parse');
    await clock.advance(12_000);
    const queued = expected(portal, 'migration_queued_echoed_operation_parse');
    await post(portal, 'migrate', queued.response.parseResult);
    await expectStatuses(portal, [[0, 'migration_queued_echoed_operation_parse']]);
  });

  it('reports progress that rises, falls back between the phases, and reaches 100 before the end', async () => {
    const portal = await addPortal({ parse, import: imported });
    const samples: [number, boolean][] = [];
    const sample = async (times: number) => {
      for (let taken = 0; taken < times; taken += 1) {
        const { progress, isCompleted } = (await readStatus(portal)).body.response;
        samples.push([progress, isCompleted]);
        await clock.advance(500);
      }
    };
    portal.begin('parse');
    await sample(26);
    await post(portal, 'migrate', {});
    await sample(26);

    const reported = samples.filter((sample, index) => String(sample) !== String(samples[index - 1]));
    expect(reported).toEqual([
      ...[0, 1, 7.5, 27.5, 50, 72.5, 90, 100].map((progress) => [progress, false]),
      [100, true],
      ...[0, 1, 0, 10, 25, 45, 72, 85, 90, 100].map((progress) => [progress, false]),
      [100, true],
    ]);
  });
});

describe('the outcomes', () => {
  const parseCases: [ParseOutcome, string, PortalScript['migratorName']][] = [
    ['parsed', 'parse_completed_awaiting_input', 'Nextcloud'],
    ['no_users', 'parse_completed_no_users', 'Workspace'],
    ['some_archives_failed', 'parse_completed_some_archives_failed', 'GoogleWorkspace'],
    ['failed', 'parse_failed', 'Nextcloud'],
    ['wrong_archive_type', 'parse_failed_wrong_archive_type', 'Nextcloud'],
    ['unknown_migrator', 'parse_failed_unknown_migrator', 'Nextcloud'],
  ];

  it.each(parseCases)('of a parse: %s is served as %s', async (outcome, name, migratorName) => {
    const portal = await addPortal({ migratorName, parse: { ...parse, outcome } });
    portal.begin('parse');
    await expectStatuses(portal, [[12_000, name]]);
  });

  const importCases: [ImportOutcome, string][] = [
    ['completed', 'migration_completed'],
    ['completed_with_failures', 'migration_completed_with_failures'],
    ['file_errors_only', 'migration_completed_file_errors_only'],
    ['all_users_failed', 'migration_completed_all_users_failed'],
    ['failed', 'migration_failed'],
    ['missing_upload', 'migration_failed_missing_upload'],
  ];

  it.each(importCases)('of an import: %s is served as %s', async (outcome, name) => {
    const portal = await addPortal({ import: { ...imported, outcome } });
    portal.begin('import');
    await expectStatuses(portal, [
      [0, 'migration_queued'],
      [12_000, name],
    ]);
  });

  it('show file errors while the import still runs, and its counts only at the end', async () => {
    const portal = await addPortal({ import: { ...imported, outcome: 'completed_with_failures' } });
    portal.begin('import');
    await expectStatuses(portal, [[8_000, 'migration_running_with_errors']]);
  });

  it('fail for a migrator that does not exist', async () => {
    const portal = await addPortal({ parse });
    await post(portal, 'init/Dropbox');
    await expectStatuses(portal, [
      [0, 'parse_queued'],
      [2_000, 'parse_failed_unknown_migrator'],
    ]);
  });

  it('fail for an import without a parse, whose upload is gone', async () => {
    const portal = await addPortal({ import: imported });
    await post(portal, 'migrate', expected(portal, 'migration_queued').response.parseResult);
    await expectStatuses(portal, [[2_000, 'migration_failed_missing_upload']]);
  });
});

describe('commands that are accepted and ignored', () => {
  it('are a second init and migrate while a job is unfinished', async () => {
    const portal = await addPortal({ parse, import: { ...imported, staleForMs: 1_000 } });
    await post(portal, 'init/Nextcloud');
    await clock.advance(5_000);
    expect((await post(portal, 'init/Workspace')).status).toBe(200);
    expect((await post(portal, 'migrate', {})).status).toBe(200);
    await expectStatuses(portal, [
      [0, 'parse_running'],
      [7_000, 'parse_completed_awaiting_input'],
    ]);
    await post(portal, 'migrate', expected(portal, 'migration_queued').response.parseResult);
    await post(portal, 'init/Workspace');
    await expectStatuses(portal, [[1_000, 'migration_queued']]);
  });

  it('are cancel for an import, and clear for anything but a completed import', async () => {
    const portal = await addPortal({ parse, import: imported });
    portal.begin('parse');
    await clock.advance(12_000);
    await post(portal, 'clear');
    await expectStatuses(portal, [[0, 'parse_completed_awaiting_input']]);
    portal.begin('import');
    await post(portal, 'cancel');
    await post(portal, 'clear');
    await expectStatuses(portal, [
      [0, 'migration_queued'],
      [12_000, 'migration_completed'],
    ]);
    await post(portal, 'cancel');
    await expectStatuses(portal, [[0, 'migration_completed']]);
    await post(portal, 'clear');
    await expectStatuses(portal, [[0, 'no_migration']]);
  });
});

describe('cancel', () => {
  it('removes a running and a finished parse', async () => {
    const portal = await addPortal({ parse });
    for (const elapsedMs of [5_000, 12_000]) {
      portal.begin('parse');
      await clock.advance(elapsedMs);
      await post(portal, 'cancel');
      await expectStatuses(portal, [[0, 'no_migration']]);
    }
  });

  it('can leave a frozen entry that blocks the portal until it is cancelled again', async () => {
    const portal = await addPortal({ parse, leavesZombieOnCancel: true });
    portal.begin('parse');
    await clock.advance(5_000);
    await post(portal, 'cancel');
    await expectStatuses(portal, [
      [0, 'parse_running'],
      [86_000_000, 'parse_running'],
    ]);
    await post(portal, 'init/Nextcloud');
    await expectStatuses(portal, [[0, 'parse_running']]);
    await post(portal, 'cancel');
    await expectStatuses(portal, [[0, 'no_migration']]);
  });
});

it('puts an import there with the answers that come before it', async () => {
  const portal = await addPortal({ import: { ...imported, staleForMs: 1_000, emptyForMs: 1_000 } });
  portal.begin('import');
  await expectStatuses(portal, [
    [999, 'parse_completed_awaiting_input'],
    [1, 'no_migration'],
    [1_000, 'migration_queued'],
  ]);
});

it('freezes a job that is a zombie, in either phase', async () => {
  const portal = await addPortal({ parse, import: imported, isZombie: true });
  portal.begin('parse');
  await expectStatuses(portal, [
    [5_000, 'parse_running'],
    [86_000_000, 'parse_running'],
  ]);
  portal.begin('import');
  await clock.advance(86_000_000);
  expect((await readStatus(portal)).body.response).toMatchObject({ progress: 25, isCompleted: false });
});

it('slips in empty answers that are never two in a row', async () => {
  const portal = await addPortal({ parse, emptyReads: 2 });
  portal.begin('parse');
  await expectStatuses(portal, [
    [0, 'parse_queued'],
    [5_000, 'parse_running'],
    [0, 'no_migration'],
    [0, 'parse_running'],
    [0, 'no_migration'],
    [0, 'parse_running'],
    [0, 'parse_running'],
  ]);
});

describe('the other endpoints', () => {
  it('trim the status to the fields asked for', async () => {
    const portal = await addPortal({ import: imported });
    portal.begin('import');
    await clock.advance(6_000);
    const filtered = expected(portal, 'migration_running_fields_filtered');
    const path = new URL(filtered.links[0].href);
    expect(await send(portal, 'GET', path.pathname + path.search)).toEqual({ status: 200, body: filtered });
    const list = await send(
      portal,
      'GET',
      `${basePath}/status?fields[]=progress&fields[]=parseResult.users.key`,
    );
    expect(list.body.response).toEqual({
      progress: 45,
      parseResult: { users: [{ key: 'anna' }, { key: 'ben' }, { key: 'dora' }, { key: 'carl' }] },
    });
  });

  it('list the migrators and tell of rate limits', async () => {
    const portal = await addPortal();
    const { status, headers, body } = await ask(`${portal.portalUrl}${basePath}/list`, {
      headers: { cookie: `theme=dark; asc_auth_key=${portal.credentials.token}` },
    });
    expect({ status, body }).toEqual({ status: 200, body: expected(portal, 'list_migrators') });
    expect([...headers].filter(([name]) => name.startsWith('x-ratelimit'))).toEqual([
      ['x-ratelimit-limit', '1500'],
      ['x-ratelimit-remaining', '1499'],
      ['x-ratelimit-reset', String(Date.parse('2026-04-28T10:31:00Z') / 1_000)],
    ]);
  });

  it('serve logs as text, and 404 when there is no job', async () => {
    const portal = await addPortal({ parse });
    expect(await send(portal, 'GET', `${basePath}/logs`)).toEqual({
      status: 404,
      body: readFixture('error_404_logs_no_migration'),
    });
    portal.begin('parse');
    expect(await send(portal, 'GET', `${basePath}/logs`)).toEqual({
      status: 200,
      body: '2026-04-28T10:30:00.000Z parse_queued\n',
    });
  });

  it('finish a completed import, and insist on the body', async () => {
    const portal = await addPortal({ import: imported });
    portal.begin('import');
    await clock.advance(12_000);
    const invalid = { status: 400, body: expected(portal, 'error_400_validation') };
    expect(await post(portal, 'finish')).toEqual(invalid);
    expect(await post(portal, 'finish', { isSendWelcomeEmail: 'yes' })).toEqual(invalid);
    expect((await post(portal, 'finish', { isSendWelcomeEmail: false })).status).toBe(200);
    await expectStatuses(portal, [[0, 'no_migration']]);
  });

  it.each(['{', '[]', '{"users":5}', '{"importGroups":"yes"}'])('refuse to migrate %s', async (body) => {
    const portal = await addPortal();
    const invalid = expected(portal, 'error_400_validation');
    invalid.links[0].href = `${portal.portalUrl}${basePath}/migrate`;
    expect(await post(portal, 'migrate', body)).toEqual({ status: 400, body: invalid });
  });

  it('take an upload once it was announced, in a format of their own', async () => {
    const portal = await addPortal();
    const path = '/migrationFileUpload.ashx';
    const refused = {
      status: 200,
      body: { Success: false, Message: "Can't start upload.", ChunkSize: 0 },
    };
    const accepted = { status: 200, body: { Success: true, ChunkSize: 524_288 } };
    expect(await send(portal, 'POST', `${path}?Name=a.zip`, 'x')).toEqual(refused);
    expect(await send(portal, 'POST', `${path}?Init=true`)).toEqual(accepted);
    expect(await send(portal, 'POST', `${path}?Name=a.zip`, 'x')).toEqual(accepted);
    const anonymous = await ask(`${portal.portalUrl}${path}?Init=true`, { method: 'POST' });
    expect({ status: anonymous.status, body: anonymous.body }).toEqual(refused);
  });

  it('answer other paths with 404 and other methods with 405, without a body', async () => {
    const portal = await addPortal();
    expect(await send(portal, 'GET', '/api/2.0/people')).toEqual({ status: 404, body: '' });
    expect(await send(portal, 'GET', `${basePath}/status/more`)).toEqual({ status: 404, body: '' });
    expect(await send(portal, 'POST', `${basePath}/init`)).toEqual({ status: 404, body: '' });
    expect(await send(portal, 'POST', `${basePath}/status`)).toEqual({ status: 405, body: '' });
  });
});

describe('credentials', () => {
  const read = async (portal: OnlyOfficePortal, headers: Record<string, string>) => {
    const { status, body } = await ask(`${portal.portalUrl}${basePath}/status`, { headers });
    return { status, body };
  };

  it('are taken in every documented form', async () => {
    const portal = await addPortal();
    const { apiKey, token, username, password } = portal.credentials;
    const accepted: Record<string, string>[] = [
      { authorization: `Bearer ${apiKey}` },
      { authorization: `Bearer ${token}` },
      { authorization: token },
      { authorization: `Basic ${btoa(`${username}:${password}`)}` },
      { cookie: `asc_auth_key=${token}` },
      { cookie: `asc_auth_key=${apiKey}` },
    ];
    for (const headers of accepted) expect((await read(portal, headers)).status).toBe(200);
  });

  it('are refused with an empty 401, and with a stack trace when they are not an admin’s', async () => {
    const portal = await addPortal();
    const other = await addPortal();
    expect(await read(portal, {})).toEqual({ status: 401, body: '' });
    expect(await read(portal, { authorization: `Bearer ${other.credentials.apiKey}` })).toEqual({
      status: 401,
      body: '',
    });
    expect(await read(portal, { authorization: `Bearer ${portal.memberApiKey}` })).toEqual({
      status: 403,
      body: readFixture('error_403_not_admin'),
    });
  });
});

it('sees the requests of all portals, and lets one fault hit whichever is asked next', async () => {
  const [first, second] = [await addPortal(), await addPortal()];
  sandbox.onlyoffice.injectFault({ type: 'server_error' });
  expect(await readStatus(second)).toEqual({ status: 500, body: readFixture('error_500') });
  expect((await readStatus(first)).status).toBe(200);
  expect(sandbox.onlyoffice.requests).toEqual([...second.requests, ...first.requests]);
});

it('refuses scripts that make no sense, and names what is wrong with them', async () => {
  await expect(addPortal({ parse: { runningForMs: -1 } })).rejects.toThrow('parse.runningForMs must be');
  await expect(addPortal({ import: JSON.parse('{"outcome":"parsed"}') })).rejects.toThrow(
    'import.outcome must be one of',
  );
  await expect(addPortal({ emptyReads: 0.5 })).rejects.toThrow('emptyReads must be a whole number');
  await expect(addPortal(JSON.parse('{"zombie":true}'))).rejects.toThrow(
    'addPortal: the option name must be',
  );
  const portal = await addPortal();
  expect(() => portal.begin(JSON.parse('"upload"'))).toThrow('phase must be one of parse, import');
});
