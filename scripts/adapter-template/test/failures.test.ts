import { describe, expect, test } from 'vitest';
import { createRecordingFetch } from '../../../test/support/recording-fetch.ts';
import { refusalOf } from '../../../test/support/refusal.ts';
import { createYourProviderAdapter } from '../src/your-provider-adapter.ts';
import { readFixture } from './read-fixture.ts';

const canary = 'canary-api-key-5d1f';

/** What a read rejects with; it is sent exactly once. */
async function failWith(
  httpStatus: number,
  body: string,
  headers: Record<string, string> = {},
): Promise<object> {
  const { fetch, requests } = createRecordingFetch(() => new Response(body, { status: httpStatus, headers }));
  const yourProvider = createYourProviderAdapter({ apiKey: canary, fetch });
  const refusal = await refusalOf(() => yourProvider.getStatus({ migrationId: 'mig_7' }), [canary]);
  expect(requests).toHaveLength(1);
  return refusal;
}

describe('what YourProvider refuses is an error about the request', () => {
  test.each([
    { fixture: 'error_unauthorized.json', httpStatus: 401, failure: 'unauthorized' },
    { fixture: 'error_forbidden.json', httpStatus: 403, failure: 'forbidden' },
    { fixture: 'error_throttled.json', httpStatus: 429, failure: 'throttled' },
  ])('$fixture with HTTP $httpStatus', async ({ fixture, httpStatus, failure }) => {
    const refusal = await failWith(httpStatus, readFixture(fixture));
    expect(refusal).toMatchObject({ kind: 'request', failure, httpStatus });
  });
});

describe('an answer without a word of YourProvider is told by its HTTP status', () => {
  test.each([
    { httpStatus: 400, failure: 'invalid_request' },
    { httpStatus: 401, failure: 'unauthorized' },
    { httpStatus: 403, failure: 'forbidden' },
    { httpStatus: 404, failure: 'invalid_request' },
    { httpStatus: 429, failure: 'throttled' },
    { httpStatus: 500, failure: 'transient' },
    { httpStatus: 503, failure: 'transient' },
  ])('$httpStatus', async ({ httpStatus, failure }) => {
    const refusal = await failWith(httpStatus, '<h1>No</h1>');
    expect(refusal).toMatchObject({ kind: 'request', failure, httpStatus });
  });
});

test('a rate limit tells how long to wait when YourProvider says so', async () => {
  expect(await failWith(429, '', { 'retry-after': '7' })).toMatchObject({ retryAfterMs: 7_000 });
});

test.each(['', '{"id":', '<h1>Sign in</h1>', '[]', 'null', '{}'])(
  'an answer that is not what it should be is an error about the answer: %s',
  async (body) => {
    expect(await failWith(200, body)).toMatchObject({ kind: 'response', failure: 'invalid_response' });
  },
);
