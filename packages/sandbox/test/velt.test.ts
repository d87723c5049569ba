import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ManualClock } from '../../../test/support/manual-clock.ts';
import { createManualClock } from '../../../test/support/manual-clock.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import type { Sandbox } from '../src/index.ts';
import { createSandbox } from '../src/index.ts';
import { ask } from './support/ask.ts';

const readFixtureText = createFixtureReader(new URL('../../velt/test/', import.meta.url).href);
const readFixture = (name: string) => JSON.parse(readFixtureText(`${name}.json`));

const startPath = '/v2/organizations/documents/migrate';
const statusPath = `${startPath}/status`;
const ref = { organizationId: 'org_1', migrationId: 'mig_7Qd2xVb9Lr' };

let clock: ManualClock;
let sandbox: Sandbox;

beforeEach(async () => {
  clock = createManualClock(Date.parse('2026-04-28T10:30:00Z'));
  sandbox = await createSandbox({ now: clock.now });
});

afterEach(() => sandbox.close());

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const { baseUrl, credentials } = sandbox.velt;
  const answer = await ask(baseUrl + path, {
    method: 'POST',
    headers: {
      'x-velt-api-key': credentials.apiKey,
      'x-velt-auth-token': credentials.authToken,
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: answer.body };
}

describe('the status endpoint', () => {
  it('follows the timeline, and serves a word that is not documented', async () => {
    sandbox.velt.addMigration({
      ...ref,
      timeline: [
        { status: 'pending', forMs: 2_000 },
        { status: 'in_progress', forMs: 5_000 },
        { status: 'rolling_back', forMs: 1_000 },
        { status: 'completed' },
      ],
    });
    const answers = [];
    for (const stepMs of [0, 1_999, 1, 5_000, 1_000, 1_000_000]) {
      await clock.advance(stepMs);
      answers.push(await post(statusPath, { data: ref }));
    }
    const names = ['pending', 'pending', 'in_progress', 'unknown_status', 'completed', 'completed'];
    expect(answers).toEqual(names.map((name) => ({ status: 200, body: readFixture(name) })));
  });

  it('lets provider time run faster than the clock', async () => {
    await using fast = await createSandbox({ now: clock.now, timeScale: 60 });
    const migration = fast.velt.addMigration({
      timeline: [{ status: 'pending', forMs: 60_000 }, { status: 'failed' }],
    });
    const { apiKey, authToken } = fast.velt.credentials;
    const request = {
      method: 'POST',
      headers: { 'x-velt-api-key': apiKey, 'x-velt-auth-token': authToken },
      body: JSON.stringify({ data: migration }),
    };
    await clock.advance(999);
    const before = await ask(fast.velt.baseUrl + statusPath, request);
    await clock.advance(1);
    const after = await ask(fast.velt.baseUrl + statusPath, request);
    expect([before.body.result.data.status, after.body.result.data.status]).toEqual(['pending', 'failed']);
  });

  it('does not know a migration before its time, or under another organization', async () => {
    sandbox.velt.addMigration({ ...ref, timeline: [{ status: 'completed' }], notFoundForMs: 3_000 });
    const notFound = { status: 404, body: readFixture('error_not_found') };
    expect(await post(statusPath, { data: ref })).toEqual(notFound);
    await clock.advance(3_000);
    expect(await post(statusPath, { data: ref })).toEqual({
      status: 200,
      body: readFixture('completed'),
    });
    expect(await post(statusPath, { data: { ...ref, organizationId: 'org_2' } })).toEqual(notFound);
  });

  it('hides an unknown migration behind a 500 as long as it is told to', async () => {
    const hidden = { status: 500, body: readFixture('error_internal_hiding_not_found') };
    sandbox.velt.hidesNotFoundBehind500 = true;
    expect(await post(statusPath, { data: ref })).toEqual(hidden);
    sandbox.velt.hidesNotFoundBehind500 = false;
    expect((await post(statusPath, { data: ref })).status).toBe(404);
  });

  it('hides nothing for a switch that is not a boolean', () => {
    expect(() => {
      sandbox.velt.hidesNotFoundBehind500 = JSON.parse('"no"');
    }).toThrow('hidesNotFoundBehind500 must be one of true, false; got no');
    expect(sandbox.velt.hidesNotFoundBehind500).toBe(false);
  });

  it('refuses a body with a missing field, an extra field, no data or no JSON', async () => {
    const refusal = (message: string) => ({
      status: 400,
      body: { error: { message, status: 'INVALID_ARGUMENT' } },
    });
    expect(await post(statusPath, { data: { organizationId: 'org_1' } })).toEqual({
      status: 400,
      body: readFixture('error_invalid_argument'),
    });
    expect(await post(statusPath, { data: { ...ref, verbose: true } })).toEqual(
      refusal('verbose is not allowed.'),
    );
    expect(await post(statusPath, ref)).toEqual(refusal('data is required.'));
    expect(await post(statusPath, '{')).toEqual(refusal('data is required.'));
  });
});

describe('credentials', () => {
  it('are refused the way the vendor refuses them', async () => {
    const body = { data: ref };
    expect(await post(statusPath, body, { 'x-velt-auth-token': '' })).toEqual({
      status: 400,
      body: readFixture('error_missing_auth_token'),
    });
    expect(await post(statusPath, body, { 'x-velt-auth-token': 'foreign' })).toEqual({
      status: 403,
      body: readFixture('error_permission_denied'),
    });
    expect(await post(statusPath, body, { 'x-velt-api-key': 'foreign' })).toEqual({
      status: 401,
      body: { error: { message: 'API key not accepted.', status: 'UNAUTHENTICATED' } },
    });
    expect(await post(statusPath, body, { 'x-velt-api-key': '' })).toEqual({
      status: 400,
      body: { error: { message: 'API key is missing.', status: 'INVALID_ARGUMENT' } },
    });
  });
});

describe('the start endpoint', () => {
  const data = { organizationId: 'org_1', documentId: 'doc_1', newDocumentId: 'doc_2' };

  it('starts a migration with the next queued timeline', async () => {
    sandbox.velt.nextTimeline([{ status: 'failed' }], { notFoundForMs: 500 });
    const started = await post(startPath, { data });
    const { migrationId } = started.body.result.data;
    const expected = readFixture('start_accepted');
    expected.result.data.migrationId = expect.stringMatching(/^mig_\w{10}$/);
    expect(started).toEqual({ status: 200, body: expected });

    const statusRequest = { data: { organizationId: 'org_1', migrationId } };
    expect((await post(statusPath, statusRequest)).status).toBe(404);
    await clock.advance(500);
    expect((await post(statusPath, statusRequest)).body.result.data).toEqual({
      migrationId,
      status: 'failed',
    });
  });

  it('gives a migration a generated timeline when none is queued', async () => {
    const started = await post(startPath, { data });
    const { migrationId } = started.body.result.data;
    const answer = await post(statusPath, { data: { organizationId: 'org_1', migrationId } });
    expect(answer.body.result.data).toEqual({ migrationId, status: 'pending' });
  });

  it('names the field that is missing', async () => {
    const { newDocumentId: _, ...incomplete } = data;
    expect(await post(startPath, { data: incomplete })).toEqual({
      status: 400,
      body: { error: { message: 'newDocumentId is required.', status: 'INVALID_ARGUMENT' } },
    });
  });
});

it('has nothing at other paths and for other methods', async () => {
  const { baseUrl } = sandbox.velt;
  expect((await post('/v2/organizations/documents', {})).status).toBe(404);
  expect((await ask(baseUrl + statusPath)).status).toBe(404);
});

it('refuses scripts that make no sense, and names what is wrong with them', () => {
  const { velt } = sandbox;
  velt.addMigration(ref);
  expect(() => velt.addMigration(ref)).toThrow('mig_7Qd2xVb9Lr must be new');
  expect(() => velt.addMigration({ timeline: [] })).toThrow(
    'timeline must be a list with at least one entry',
  );
  expect(() => velt.addMigration({ timeline: [{ status: 'pending' }, { status: 'failed' }] })).toThrow(
    'timeline[0].forMs must be a finite number of milliseconds, 0 or more; got undefined',
  );
  expect(() => velt.addMigration({ timeline: [{ status: 'a', forMs: -1 }, { status: 'b' }] })).toThrow(
    'timeline[0].forMs must be a finite number of milliseconds, 0 or more; got -1',
  );
  expect(() => velt.addMigration({ timeline: [{ status: 'a', forMs: 1 }] })).toThrow(
    'timeline[0].forMs must be left out',
  );
  expect(() => velt.addMigration({ timeline: [{ status: '' }] })).toThrow('timeline[0].status must be');
  expect(() => velt.addMigration({ organizationId: '' })).toThrow(
    'organizationId must be a non-empty string',
  );
  expect(() => velt.addMigration({ notFoundForMs: Number.NaN })).toThrow('notFoundForMs must be');
  expect(() => velt.nextTimeline([])).toThrow('timeline must be a list with at least one entry');
});
