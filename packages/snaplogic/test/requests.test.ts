import { describe, expect, it } from 'vitest';
import { collect } from '../../../test/support/collect.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createRecordingFetch } from '../../../test/support/recording-fetch.ts';
import { createSnapLogicAdapter } from '../src/snaplogic-adapter.ts';
import type { SnapLogicAdapterOptions } from '../src/snaplogic-options.ts';

const readFixture = createFixtureReader(import.meta.url);
const statusUrl =
  'https://elastic.snaplogic.com/api/1/rest/public/apim_service/migration_status/my-environment';
const headers = {
  accept: 'application/json',
  authorization: 'Bearer header.payload.proof',
  'content-type': 'application/json',
};

function createAdapter(options: Partial<SnapLogicAdapterOptions> = {}, body = '{"response_map":{}}') {
  const { fetch, requests } = createRecordingFetch(() => new Response(body));
  const auth = { jwt: 'header.payload.proof' };
  return {
    adapter: createSnapLogicAdapter({ orgName: 'my-environment', auth, fetch, ...options }),
    requests,
  };
}

describe('a read', () => {
  it('asks for one token with one request', async () => {
    const { adapter, requests } = createAdapter();
    await adapter.getStatus({ statusToken: 'one' });
    expect(requests).toEqual([{ method: 'GET', url: `${statusUrl}?status_token=one`, headers, body: '' }]);
  });

  it('asks for many tokens with one request', async () => {
    const { adapter, requests } = createAdapter();
    await adapter.getStatuses([{ statusToken: 'one' }, { statusToken: 'two' }, { statusToken: 'three' }]);
    expect(requests.map(({ url }) => url)).toEqual([
      `${statusUrl}?status_token=one&status_token=two&status_token=three`,
    ]);
  });

  it('tells what the headers say about the rate limit with each reading', async () => {
    const headers = { ratelimit: '"default";r=5;t=9' };
    const fetch = async () => new Response('{"response_map":{}}', { headers });
    const { adapter } = createAdapter({ fetch });
    const readings = await adapter.getStatuses([{ statusToken: 'one' }, { statusToken: 'two' }]);
    const rateLimit = { remaining: 5, resetMs: 9000 };
    expect([...readings.values()]).toMatchObject([{ rateLimit }, { rateLimit }]);
  });

  it('of nothing makes no request', async () => {
    const { adapter, requests } = createAdapter();
    expect([...(await adapter.getStatuses([]))]).toEqual([]);
    expect(requests).toEqual([]);
  });

  it('takes as many tokens as it says, and refuses more', async () => {
    const { adapter, requests } = createAdapter();
    const refs = Array.from({ length: adapter.capabilities.maxBatchSize + 1 }, (_, index) => ({
      statusToken: `token-${index}`,
    }));
    expect((await adapter.getStatuses(refs.slice(1))).size).toBe(50);
    await expect(adapter.getStatuses(refs)).rejects.toMatchObject({
      name: 'ConfigurationError',
      option: 'refs',
    });
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['../', '..%2F'],
    ['a/b', 'a%2Fb'],
    ['?status_token=other', '%3Fstatus_token%3Dother'],
    ['#', '%23'],
    ['a&b', 'a%26b'],
    ['100%', '100%25'],
    ['with space', 'with+space'],
    ['🚚', '%F0%9F%9A%9A'],
  ])('encodes the token %s', async (statusToken, encoded) => {
    const { adapter, requests } = createAdapter();
    await adapter.getStatus({ statusToken });
    expect(requests.map(({ url }) => url)).toEqual([`${statusUrl}?status_token=${encoded}`]);
  });

  it.each([
    ['../', '..%2F'],
    ['a/b', 'a%2Fb'],
    ['?', '%3F'],
    ['#', '%23'],
    ['with space', 'with%20space'],
    ['🚚', '%F0%9F%9A%9A'],
  ])('encodes the environment %s', async (orgName, encoded) => {
    const { adapter, requests } = createAdapter({ orgName });
    await adapter.getStatus({ statusToken: 'one' });
    const base = 'https://elastic.snaplogic.com/api/1/rest/public/apim_service/migration_status';
    expect(requests.map(({ url }) => url)).toEqual([`${base}/${encoded}?status_token=one`]);
  });
});

describe('the control plane', () => {
  it.each([
    ['emea.snaplogic.com', 'https://emea.snaplogic.com'],
    ['uat.elastic.snaplogic.com', 'https://uat.elastic.snaplogic.com'],
    ['https://proxy.example/snaplogic/', 'https://proxy.example/snaplogic'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ])('%s gets the requests', async (controlPlane, base) => {
    const { adapter, requests } = createAdapter({ controlPlane });
    await adapter.getStatus({ statusToken: 'one' });
    expect(requests.map(({ url }) => url)).toEqual([
      `${base}/api/1/rest/public/apim_service/migration_status/my-environment?status_token=one`,
    ]);
  });

  it('is a part of the key and of the lane', () => {
    const { adapter } = createAdapter({ controlPlane: 'emea.snaplogic.com', orgName: 'my/org' });
    const ref = { statusToken: 'one' };
    expect([adapter.key(ref), adapter.lane(ref)]).toEqual([
      'snaplogic/emea.snaplogic.com/my%2Forg/one',
      'https://emea.snaplogic.com#my/org',
    ]);
  });
});

describe('credentials', () => {
  it.each([
    [{ email: 'admin@example.com', password: 'p:ss wörd' }, 'Basic YWRtaW5AZXhhbXBsZS5jb206cDpzcyB3w7ZyZA=='],
    [{ email: 'zoë@example.com', password: '日本🔑' }, 'Basic em/Dq0BleGFtcGxlLmNvbTrml6XmnKzwn5SR'],
    [{ jwt: 'header.payload.proof' }, 'Bearer header.payload.proof'],
    [{ authorization: 'Bearer Token header.payload.proof' }, 'Bearer Token header.payload.proof'],
  ])('%j are sent as %s', async (auth, authorization) => {
    const { adapter, requests } = createAdapter({ auth });
    await adapter.getStatus({ statusToken: 'one' });
    expect(requests.map((request) => request.headers)).toEqual([{ ...headers, authorization }]);
  });
});

it('a password may be longer than a call has room for arguments', async () => {
  const password = 'ß'.repeat(200_000);
  const { adapter, requests } = createAdapter({ auth: { email: 'admin@example.com', password } });
  await adapter.getStatus({ statusToken: 'one' });
  const authorization = `Basic ${Buffer.from(`admin@example.com:${password}`).toString('base64')}`;
  expect(requests.map((request) => request.headers)).toEqual([{ ...headers, authorization }]);
});

describe('a lane', () => {
  it('belongs to the account when there is one, else to the environment', () => {
    const ref = { statusToken: 'one' };
    expect([
      createAdapter().adapter.lane(ref),
      createAdapter({ account: 'service-account' }).adapter.lane(ref),
    ]).toEqual([
      'https://elastic.snaplogic.com#my-environment',
      'https://elastic.snaplogic.com#service-account',
    ]);
  });
});

describe('a list', () => {
  it.each(['Started', 'Completed', 'Failed'] as const)('of %s is one request', async (status) => {
    const { adapter, requests } = createAdapter();
    await collect(adapter.list({ status }));
    expect(requests).toEqual([
      { method: 'GET', url: `${statusUrl}/all?status_type=${status}`, headers, body: '' },
    ]);
  });

  it('makes no request before its first migration is asked for', () => {
    const { adapter, requests } = createAdapter();
    adapter.list({ status: 'Completed' });
    expect(requests).toEqual([]);
  });

  it('ends when its signal is aborted between two migrations', async () => {
    const { adapter } = createAdapter({}, readFixture('list_completed.json'));
    const controller = new AbortController();
    const list = adapter.list({ status: 'Completed' }, { signal: controller.signal })[Symbol.asyncIterator]();
    expect((await list.next()).done).toBe(false);
    controller.abort(new Error('seen enough'));
    await expect(list.next()).rejects.toThrow('seen enough');
  });
});

it('makes no request when its signal is aborted already', async () => {
  const { adapter, requests } = createAdapter();
  const context = { signal: AbortSignal.abort(new Error('not wanted')) };
  await expect(adapter.getStatus({ statusToken: 'one' }, context)).rejects.toThrow('not wanted');
  await expect(adapter.getStatuses([{ statusToken: 'one' }], context)).rejects.toThrow('not wanted');
  await expect(collect(adapter.list({ status: 'Failed' }, context))).rejects.toThrow('not wanted');
  expect(requests).toEqual([]);
});

it('says what it can do', () => {
  expect(createAdapter().adapter.capabilities).toEqual({
    progress: 'none',
    maxBatchSize: 50,
    list: true,
    start: false,
    cancel: false,
    push: false,
  });
});
