import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ManualClock } from '../../../test/support/manual-clock.ts';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import type { Sandbox } from '../src/index.ts';
import { createSandbox } from '../src/index.ts';
import { ask } from './support/ask.ts';

const readFixtureText = createFixtureReader(new URL('../../snaplogic/test/', import.meta.url).href);
const readFixture = (name: string) => JSON.parse(readFixtureText(`${name}.json`));

const statusToken = '17ed9720-05b2-4e22-9955-04c4534451ae';
const asset = {
  targetPath: 'target-env/my-proj-space/my-proj',
  serviceName: 'BookStoreService',
  serviceSlug: 'bookstore-service',
};
const anySnid = expect.stringMatching(/^[0-9a-f]{24}$/);

let clock: ManualClock;
let sandbox: Sandbox;

beforeEach(async () => {
  clock = createManualClock(Date.parse('2026-04-28T10:30:00Z'));
  sandbox = await createSandbox({ now: clock.now });
});

afterEach(() => sandbox.close());

async function get(path: string, authorization = `Bearer ${sandbox.snaplogic.credentials.jwt}`) {
  const url = `${sandbox.snaplogic.baseUrl}/apim_service/migration_status/${path}`;
  const { status, body } = await ask(url, { headers: { authorization } });
  return { status, body };
}

function getByToken(...tokens: string[]) {
  return get(`${sandbox.snaplogic.orgName}?${tokens.map((token) => `status_token=${token}`).join('&')}`);
}

/** The fixture with any asset id: the sandbox makes its own. */
function readRecords(name: string) {
  const body = readFixture(name);
  for (const record of Object.values<{ asset_snid?: unknown }>(body.response_map)) {
    if ('asset_snid' in record) record.asset_snid = anySnid;
  }
  return { status: 200, body };
}

it('follows the timeline; the service appears once the migration has begun, the end time when it has ended', async () => {
  sandbox.snaplogic.addMigration({
    statusToken,
    ...asset,
    timeline: [
      { status: 'Started', forMs: 15_000 },
      { status: 'Migrating', forMs: 30_000 },
      { status: 'Completed' },
    ],
  });
  expect(await getByToken(statusToken)).toEqual(readRecords('started'));
  await clock.advance(15_000);
  expect(await getByToken(statusToken)).toEqual(readRecords('migrating'));
  await clock.advance(40_000);
  expect(await getByToken(statusToken)).toEqual(readRecords('completed'));
});

it('tells a failure before the beginning from one after it', async () => {
  const other = '9a0c7a3e-6a51-4c0e-8f36-2f5d1c0b77aa';
  sandbox.snaplogic.addMigration({
    statusToken,
    ...asset,
    timeline: [{ status: 'Migrating', forMs: 1 }, { status: 'Failed' }],
  });
  sandbox.snaplogic.addMigration({ statusToken: other, ...asset, timeline: [{ status: 'Failed' }] });
  await clock.advance(1);
  expect(await getByToken(statusToken)).toEqual(readRecords('failed'));
  const failedBefore = readRecords('failed_before_start').body.response_map[statusToken];
  expect((await getByToken(other)).body.response_map).toEqual({
    [other]: { ...failedBefore, status_token: other },
  });
});

it('answers several tokens in one map, an unknown one among them', async () => {
  const other = '9a0c7a3e-6a51-4c0e-8f36-2f5d1c0b77aa';
  const unknown = 'c0ffee00-1111-4222-8333-444455556666';
  sandbox.snaplogic.addMigration({
    statusToken,
    ...asset,
    timeline: [{ status: 'Migrating', forMs: 45_000 }, { status: 'Completed' }],
  });
  sandbox.snaplogic.addMigration({
    statusToken: other,
    ...asset,
    serviceName: 'PetStore',
    serviceSlug: 'petstore_1',
    timeline: [{ status: 'Migrating' }],
  });
  await clock.advance(45_000);
  expect(await getByToken(statusToken, other, unknown)).toEqual(readRecords('multiple_tokens_mixed'));
  expect(sandbox.snaplogic.requests.at(-1)).toEqual({
    at: clock.now(),
    method: 'GET',
    path: '/api/1/rest/public/apim_service/migration_status/sandbox-env',
    query: `status_token=${statusToken}&status_token=${other}&status_token=${unknown}`,
    status: 200,
    subjects: [statusToken, other, unknown],
    answered: ['Completed', 'Migrating', 'Not Found'],
  });
});

it('treats a token like __proto__ as any other', async () => {
  const answer = await getByToken('__proto__', 'constructor');
  expect(Object.entries(answer.body.response_map)).toEqual([
    ['__proto__', { status: 'Not Found' }],
    ['constructor', { status: 'Not Found' }],
  ]);
});

it('does not know a migration before its time', async () => {
  sandbox.snaplogic.addMigration({
    statusToken,
    timeline: [{ status: 'Queued' }],
    ...asset,
    notFoundForMs: 10,
  });
  expect(await getByToken(statusToken)).toEqual(readRecords('not_found'));
  await clock.advance(10);
  expect(await getByToken(statusToken)).toEqual(readRecords('unknown_status'));
});

it('lists by status without tokens, and takes three of the four words', async () => {
  const { snaplogic } = sandbox;
  const timeline = [{ status: 'Started', forMs: 45_000 }, { status: 'Completed' }];
  snaplogic.addMigration({ ...asset, timeline });
  await clock.advance(1_930_000);
  snaplogic.addMigration({
    ...asset,
    timeline: [{ status: 'Started', forMs: 50_000 }, { status: 'Completed' }],
  });
  await clock.advance(50_000);
  const expected = readFixture('list_completed');
  for (const record of expected.response_map.Completed) record.asset_snid = anySnid;
  expect(await get('sandbox-env/all?status_type=Completed')).toEqual({ status: 200, body: expected });
  expect(await get('sandbox-env/all?status_type=Failed')).toEqual({
    status: 200,
    body: readFixture('list_failed_empty'),
  });
  const refusal = {
    status: 400,
    body: {
      response_map: { error_list: [{ message: 'status_type must be one of Started, Completed, Failed' }] },
      http_status_code: 400,
    },
  };
  expect(await get('sandbox-env/all?status_type=Migrating')).toEqual(refusal);
  expect(await get('sandbox-env/all')).toEqual(refusal);
});

it('takes Basic and Bearer credentials and refuses all others', async () => {
  const { credentials, orgName } = sandbox.snaplogic;
  const path = `${orgName}?status_token=a`;
  const basic = `Basic ${btoa(`${credentials.email}:${credentials.password}`)}`;
  const accepted = [basic, `Bearer ${credentials.jwt}`, `Bearer Token ${credentials.jwt}`];
  const refused = ['', `Basic ${btoa(`${credentials.email}:wrong`)}`, 'Bearer wrong'];
  for (const authorization of accepted) expect((await get(path, authorization)).status).toBe(200);
  for (const authorization of refused) {
    expect(await get(path, authorization)).toEqual({
      status: 401,
      body: readFixture('error_401_guess'),
    });
  }
});

it('does not know other environments, paths and methods', async () => {
  const notFound = { status: 404, body: readFixture('error_404_guess') };
  expect(await get('other-env?status_token=a')).toEqual(notFound);
  expect(await get('sandbox-env/some?status_type=Failed')).toEqual(notFound);
  expect(await get('sandbox-env/all/more?status_type=Failed')).toEqual(notFound);
  expect(await get('sandbox-env')).toMatchObject({ status: 400 });
});

it('starts one migration per asset', async () => {
  const { baseUrl, credentials, orgName, nextTimeline } = sandbox.snaplogic;
  const start = async (body: unknown) => {
    const { status, body: answer } = await ask(`${baseUrl}/apim_service/service_migration`, {
      method: 'POST',
      headers: { authorization: `Bearer ${credentials.jwt}` },
      body: JSON.stringify(body),
    });
    return { status, body: answer };
  };
  nextTimeline([{ status: 'Migrating' }]);
  nextTimeline([{ status: 'Migrating' }]);
  const config = { target_path: asset.targetPath, name: 'PetStore' };
  const assets = ['/snaplogic/apim/MyLegacyApi/1.0', '/snaplogic/apim/MyLegacyApi/2.0'];
  const migrateAssets = assets.map((asset_path) => ({ asset_path, service_config: config }));
  const started = await start({ org_name: orgName, migrate_assets: migrateAssets });
  const anyToken = { status_token: expect.stringMatching(/^[0-9a-f-]{36}$/) };
  const tokenMap = Object.fromEntries(assets.map((assetPath) => [assetPath, anyToken]));
  expect(started).toEqual({ status: 200, body: { response_map: tokenMap, http_status_code: 200 } });

  const tokens = assets.map((path) => started.body.response_map[path].status_token);
  const { response_map: records } = (await getByToken(...tokens)).body;
  expect(tokens.map((token) => [records[token].status, records[token].service_slug])).toEqual([
    ['Migrating', 'pet-store'],
    ['Migrating', 'pet-store'],
  ]);

  expect((await start({ org_name: 'other', migrate_assets: migrateAssets })).status).toBe(404);
  expect((await start({ org_name: orgName, migrate_assets: [] })).status).toBe(400);
  expect((await start({ org_name: orgName, migrate_assets: [{ asset_path: '/a' }] })).status).toBe(400);
  expect((await start([])).status).toBe(400);
});
