import { describe, expect, test } from 'vitest';
import { createRecordingFetch, type SentRequest } from '../../../test/support/recording-fetch.ts';
import { createYourProviderAdapter } from '../src/your-provider-adapter.ts';

/** What one read of `mig_7` sends with the credential `key-1`, as the vendor documents it. */
const documented: SentRequest = {
  method: 'to be filled in',
  url: 'to be filled in',
  headers: {},
  body: '',
};

/** YourProvider as it answers every read with the id that was asked for. */
function createYourProvider(options: { baseUrl?: string; account?: string } = {}) {
  const { fetch, requests } = createRecordingFetch(({ url }) => {
    const id = decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '');
    return Response.json({ id, status: 'QUEUED' });
  });
  return { yourProvider: createYourProviderAdapter({ apiKey: 'key-1', fetch, ...options }), requests };
}

test('a read sends what the vendor documents, and nothing else', async () => {
  const { yourProvider, requests } = createYourProvider();
  await yourProvider.getStatus({ migrationId: 'mig_7' });
  const instruction =
    'write what one read sends into "documented" in packages/your-provider/test/requests.test.ts, after the vendor\'s page; then make src/your-provider-adapter.ts and src/your-provider-options.ts send that';
  expect(requests, instruction).toEqual([documented]);
});

test('a base URL may have a path and end with a slash', async () => {
  const { yourProvider, requests } = createYourProvider({ baseUrl: 'https://proxy.example/there/' });
  await yourProvider.getStatus({ migrationId: 'mig_7' });
  expect(requests.map(({ url }) => url.startsWith('https://proxy.example/there/'))).toEqual([true]);
});

describe('an id is data, whatever it looks like', () => {
  test.each(['../', 'a/b', '?x=1', '#x', 'a b', '🚚', '"}', '__proto__', '%2F'])(
    '%s',
    async (migrationId) => {
      const { yourProvider, requests } = createYourProvider();
      expect(await yourProvider.getStatus({ migrationId })).toMatchObject({ native: { id: migrationId } });
      expect(requests).toHaveLength(1);
      expect(yourProvider.key({ migrationId })).toBe(`your-provider/${encodeURIComponent(migrationId)}`);
    },
  );
});

test('the lane is the origin, and the account where one is named', () => {
  const baseUrl = 'https://proxy.example/there';
  const lanes = [{ baseUrl }, { baseUrl, account: 'eu' }].map((options) =>
    createYourProvider(options).yourProvider.lane({ migrationId: 'mig_7' }),
  );
  expect(lanes).toEqual(['https://proxy.example', 'https://proxy.example#eu']);
});

test('an aborted call rejects with the reason and sends nothing', async () => {
  const { yourProvider, requests } = createYourProvider();
  const reason = new Error('shutting down');
  const signal = AbortSignal.abort(reason);
  await expect(yourProvider.getStatus({ migrationId: 'mig_7' }, { signal })).rejects.toBe(reason);
  expect(requests).toEqual([]);
});
