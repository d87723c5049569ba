import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createRecordingFetch } from '../../../test/support/recording-fetch.ts';
import { createYourProviderAdapter } from '../src/your-provider-adapter.ts';
import { yourProviderStates } from '../src/your-provider-states.ts';
import { readFixture } from './read-fixture.ts';
import { samples } from './samples.ts';

/** What an answer with a body is read as. */
function read(httpStatus: number, body: string, migrationId: string) {
  const { fetch } = createRecordingFetch(() => new Response(body, { status: httpStatus }));
  return createYourProviderAdapter({ apiKey: 'key', fetch }).getStatus({ migrationId });
}

describe('what YourProvider says about a migration becomes a reading', () => {
  test.each(samples)('$fixture with HTTP $httpStatus', async ({ fixture, httpStatus, reading }) => {
    const body = readFixture(fixture);
    const native = httpStatus === 200 ? JSON.parse(body) : null;
    expect(await read(httpStatus, body, native?.id ?? 'mig_7')).toEqual({ ...reading, native });
  });

  test('every word in the table of states has a recorded body', () => {
    const words = samples.map(({ reading }) => reading.nativeState);
    const left = Object.keys(yourProviderStates).filter((word) => !words.includes(word));
    expect(left, 'record a body for each of these words, and add it to test/samples.ts').toEqual([]);
  });

  test('every recorded body has a meaning', () => {
    const files = readdirSync(new URL('./fixtures', import.meta.url)).filter((name) =>
      name.endsWith('.json'),
    );
    const known = samples.map(({ fixture }) => fixture);
    const left = files.filter((name) => !known.includes(name) && !name.startsWith('error_'));
    expect(left, 'say in test/samples.ts what these bodies mean').toEqual([]);
  });
});

test.each(['running', ' DONE', '', '__proto__', 'constructor', 'toString'])(
  'the word "%s" is unknown, not a guess',
  async (status) => {
    const native = { id: 'mig_7', status };
    expect(await read(200, JSON.stringify(native), 'mig_7')).toEqual({
      state: 'unknown',
      nativeState: status,
      native,
    });
  },
);

test.each(['mig_8', 'MIG_7', ''])(
  'an answer about another migration, "%s", is an error about the answer, whatever it says',
  async (id) => {
    await expect(read(200, JSON.stringify({ id, status: 'DONE' }), 'mig_7')).rejects.toMatchObject({
      kind: 'response',
      failure: 'invalid_response',
      path: '$.id',
    });
  },
);
