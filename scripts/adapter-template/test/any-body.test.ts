import { MigrationStatusError } from '@migration-status/core/adapter';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyBody, anyHttpStatus, anyMutationOf } from '../../../test/support/any-body.ts';
import { createYourProviderAdapter } from '../src/your-provider-adapter.ts';
import { yourProviderStates } from '../src/your-provider-states.ts';
import { readFixture } from './read-fixture.ts';
import { samples } from './samples.ts';

const endings = ['succeeded', 'partially_succeeded', 'failed', 'canceled', 'not_found'];

/** The words of YourProvider that may end a migration, with how. */
const endingWords = new Map<unknown, string>(
  Object.entries(yourProviderStates).filter(([, state]) => endings.includes(state)),
);

/** The end that an answer speaks of: nothing else in it may end a migration. */
function endSaidBy(httpStatus: number, body: string, migrationId: string): string | undefined {
  if (httpStatus === 404) return body.trimStart().startsWith('<') ? undefined : 'not_found';
  if (httpStatus >= 300) return undefined;
  const { id, status } = Object(parseJson(body));
  return id === migrationId ? endingWords.get(status) : undefined;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

async function expectHonesty(bodies: fc.Arbitrary<string>, migrationId: string): Promise<void> {
  await fc.assert(
    fc.asyncProperty(anyHttpStatus(), bodies, async (httpStatus, body) => {
      const fetch = async () => new Response(body, { status: httpStatus });
      const read = createYourProviderAdapter({ apiKey: 'key', fetch }).getStatus({ migrationId });
      const outcome = await read.catch((error: unknown) => {
        if (!MigrationStatusError.isInstance(error)) throw error;
        return undefined;
      });
      const end = endings.find((ending) => ending === outcome?.state);
      expect(end).toBe(endSaidBy(httpStatus, body, migrationId));
    }),
    { numRuns: 300 },
  );
}

test('any body at all, with any HTTP status, is a reading or an error of this library', () =>
  expectHonesty(anyBody(), 'mig_7'));

test.each(samples)('so is $fixture with some values changed', async ({ fixture }) => {
  const recorded: unknown = JSON.parse(readFixture(fixture));
  const { id } = Object(recorded);
  const anyMutation = anyMutationOf(recorded).map((body) => JSON.stringify(body));
  await expectHonesty(anyMutation, typeof id === 'string' && id !== '' ? id : 'mig_7');
});
