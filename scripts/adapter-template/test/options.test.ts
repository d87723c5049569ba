import { describe, expect, test } from 'vitest';
import { createRecordingFetch } from '../../../test/support/recording-fetch.ts';
import { refusalOf } from '../../../test/support/refusal.ts';
import { createYourProviderAdapter } from '../src/your-provider-adapter.ts';

const canary = 'canary-1f7c';
const complete = { apiKey: `${canary}-key` };
const { fetch, requests } = createRecordingFetch(() => new Response('{}'));

describe('an option that is missing or malformed is named, and its value is not repeated', () => {
  test.each([
    { options: {}, option: 'apiKey' },
    { options: { apiKey: '' }, option: 'apiKey' },
    { options: { apiKey: `${canary}\r\nx-evil: 1` }, option: 'apiKey' },
    { options: { ...complete, baseUrl: 'http://elsewhere.example' }, option: 'baseUrl' },
    { options: { ...complete, baseUrl: `https://u:${canary}@elsewhere.example` }, option: 'baseUrl' },
    { options: { ...complete, account: '' }, option: 'account' },
    { options: { ...complete, timeoutMs: 0 }, option: 'timeoutMs' },
    { options: { ...complete, fetch: 'fetch' }, option: 'fetch' },
    { options: { ...complete, apikey: canary }, option: 'apikey' },
    { options: undefined, option: '' },
  ])('$option', async ({ options, option }) => {
    const refusal = await refusalOf(() => createYourProviderAdapter(options as never), [canary]);
    expect(refusal).toMatchObject({ kind: 'configuration', provider: 'your-provider', option });
  });
});

describe('a ref', () => {
  const yourProvider = createYourProviderAdapter({ ...complete, fetch });
  const ref = { migrationId: 'mig_7' };

  test('comes back as it was after JSON', () => {
    expect(yourProvider.parseRef(JSON.parse(JSON.stringify(ref)))).toEqual(ref);
  });

  test.each([
    { given: undefined, option: '' },
    { given: {}, option: 'migrationId' },
    { given: { migrationId: '' }, option: 'migrationId' },
    { given: { migrationId: 7 }, option: 'migrationId' },
    { given: { ...ref, more: canary }, option: 'more' },
  ])('that is $given is refused by name, before any request', async ({ given, option }) => {
    for (const call of [() => yourProvider.parseRef(given), () => yourProvider.getStatus(given as never)]) {
      expect(await refusalOf(call, [canary])).toMatchObject({ kind: 'configuration', option });
    }
    expect(requests).toEqual([]);
  });
});

test('the default base URL is the one of the vendor', () => {
  const { origin } = new URL(createYourProviderAdapter(complete).lane({ migrationId: 'mig_7' }));
  const instruction =
    'write the base URL of the vendor into packages/your-provider/src/your-provider-options.ts';
  expect(origin, instruction).not.toMatch(/\.example$/);
});
