import { describe, expect, test } from 'vitest';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createRecordingFetch } from '../../../test/support/recording-fetch.ts';
import { createVeltAdapter } from '../src/velt-adapter.ts';

const readFixture = createFixtureReader(import.meta.url);

const headers = {
  accept: 'application/json',
  'content-type': 'application/json',
  'x-velt-api-key': 'key-1',
  'x-velt-auth-token': 'token-1',
};

/** Velt as it answers a start with a fixture, and a read with the id that was asked for. */
function createVelt(options: { baseUrl?: string; account?: string } = {}) {
  const { fetch, requests } = createRecordingFetch(({ url, body }) => {
    if (!url.endsWith('/status')) return new Response(readFixture('start_accepted.json'));
    const { migrationId } = JSON.parse(body).data;
    return Response.json({ result: { status: 'success', data: { migrationId, status: 'pending' } } });
  });
  return { velt: createVeltAdapter({ apiKey: 'key-1', authToken: 'token-1', fetch, ...options }), requests };
}

test('a read posts both ids and nothing else', async () => {
  const { velt, requests } = createVelt();
  await velt.getStatus({ organizationId: 'org_1', migrationId: 'mig_7' });
  expect(requests).toEqual([
    {
      method: 'POST',
      url: 'https://api.velt.dev/v2/organizations/documents/migrate/status',
      headers,
      body: '{"data":{"organizationId":"org_1","migrationId":"mig_7"}}',
    },
  ]);
});

test('a start posts the document and its new id, and gives the ref to follow', async () => {
  const { velt, requests } = createVelt();
  const ref = await velt.start({ organizationId: 'org_1', documentId: 'draft', newDocumentId: 'final' });
  expect(ref).toEqual({ organizationId: 'org_1', migrationId: 'mig_7Qd2xVb9Lr' });
  expect(requests).toEqual([
    {
      method: 'POST',
      url: 'https://api.velt.dev/v2/organizations/documents/migrate',
      headers,
      body: '{"data":{"organizationId":"org_1","documentId":"draft","newDocumentId":"final"}}',
    },
  ]);
});

test('a base URL may have a path and end with a slash', async () => {
  const { velt, requests } = createVelt({ baseUrl: 'https://proxy.example/velt/' });
  await velt.getStatus({ organizationId: 'org_1', migrationId: 'mig_7' });
  expect(requests.map(({ url }) => url)).toEqual([
    'https://proxy.example/velt/v2/organizations/documents/migrate/status',
  ]);
});

describe('an id is data, whatever it looks like', () => {
  test.each(['../', '..', 'a/b', '?x=1', '#x', 'a b', '🚚', '"}', '__proto__', '%2F'])('%s', async (id) => {
    const { velt, requests } = createVelt();
    const ref = { organizationId: id, migrationId: id };
    await velt.getStatus(ref);
    expect(requests.map(({ url, body }) => ({ url, body: JSON.parse(body) }))).toEqual([
      {
        url: 'https://api.velt.dev/v2/organizations/documents/migrate/status',
        body: { data: { organizationId: id, migrationId: id } },
      },
    ]);
    expect(velt.key(ref)).toBe(`velt/${encodeURIComponent(id)}/${encodeURIComponent(id)}`);
  });
});

test('the key tells organizations apart, and ids with slashes too', () => {
  const { velt } = createVelt();
  const keys = [
    velt.key({ organizationId: 'a', migrationId: 'b/c' }),
    velt.key({ organizationId: 'a/b', migrationId: 'c' }),
    velt.key({ organizationId: 'b', migrationId: 'b/c' }),
  ];
  expect(keys).toEqual(['velt/a/b%2Fc', 'velt/a%2Fb/c', 'velt/b/b%2Fc']);
});

test('the lane is the origin, and the account where one is named', () => {
  const ref = { organizationId: 'org_1', migrationId: 'mig_7' };
  const lanes = [
    createVelt().velt.lane(ref),
    createVelt({ account: 'eu' }).velt.lane(ref),
    createVelt({ baseUrl: 'https://proxy.example/velt' }).velt.lane(ref),
  ];
  expect(lanes).toEqual(['https://api.velt.dev', 'https://api.velt.dev#eu', 'https://proxy.example']);
});

test('the adapter offers reads and starts only', () => {
  const { velt } = createVelt();
  expect(velt).toEqual({
    specVersion: 1,
    provider: 'velt',
    capabilities: { progress: 'none', maxBatchSize: 1, list: false, start: true, cancel: false, push: false },
    states: { pending: 'pending', in_progress: 'running', completed: 'succeeded', failed: 'failed' },
    parseRef: expect.any(Function),
    key: expect.any(Function),
    lane: expect.any(Function),
    getStatus: expect.any(Function),
    classify: expect.any(Function),
    start: expect.any(Function),
  });
});

test('an aborted call rejects with the reason and sends nothing', async () => {
  const { velt, requests } = createVelt();
  const reason = new Error('shutting down');
  const signal = AbortSignal.abort(reason);
  const ref = { organizationId: 'org_1', migrationId: 'mig_7' };
  const input = { organizationId: 'org_1', documentId: 'draft', newDocumentId: 'final' };
  await expect(velt.getStatus(ref, { signal })).rejects.toBe(reason);
  await expect(velt.start(input, { signal })).rejects.toBe(reason);
  expect(requests).toEqual([]);
});
