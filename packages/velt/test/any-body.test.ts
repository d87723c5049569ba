import { MigrationStatusError } from '@migration-status/core/adapter';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyBody, anyHttpStatus, anyMutationOf } from '../../../test/support/any-body.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createVeltAdapter } from '../src/velt-adapter.ts';

const readFixture = createFixtureReader(import.meta.url);
const ref = { organizationId: 'org_1', migrationId: 'mig_7' };
const input = { organizationId: 'org_1', documentId: 'draft', newDocumentId: 'final' };

const fixtures = [
  'pending.json',
  'in_progress.json',
  'completed.json',
  'completed_with_extra_fields.json',
  'failed.json',
  'start_accepted.json',
  'error_internal.json',
  'error_internal_hiding_not_found.json',
  'error_not_found.json',
].map((name): unknown => JSON.parse(readFixture(name)));

const anyMutation = fc
  .constantFrom(...fixtures)
  .chain(anyMutationOf)
  .map((body) => JSON.stringify(body));

function createVelt(httpStatus: number, body: string) {
  const fetch = async () => new Response(body, { status: httpStatus });
  return createVeltAdapter({ apiKey: 'key', authToken: 'token', fetch });
}

const endings = ['succeeded', 'partially_succeeded', 'failed', 'canceled', 'not_found'];

const endingWords = new Map([
  ['completed', 'succeeded'],
  ['failed', 'failed'],
]);

/** The end that a body speaks of: nothing else in it may end a migration. */
function endSaidBy(isOk: boolean, body: string): string | undefined {
  const said = JSON.parse(body);
  if (isOk) {
    return endingWords.get(said.result.data.status);
  }
  const codes = Object.values(said.error.details ?? {}).map((entry) => Object(entry).code);
  return said.error.status === 'NOT_FOUND' || codes.includes('not-found') ? 'not_found' : undefined;
}

test.each([
  { title: 'any body at all', bodies: anyBody() },
  { title: 'a documented body with some values changed', bodies: anyMutation },
])(
  '$title with any HTTP status is a reading or an error of this library, and ends nothing by itself',
  async ({ bodies }) => {
    await fc.assert(
      fc.asyncProperty(anyHttpStatus(), bodies, async (httpStatus, body) => {
        try {
          const { state } = await createVelt(httpStatus, body).getStatus(ref);
          expect(endings.find((ending) => ending === state)).toBe(endSaidBy(httpStatus < 300, body));
        } catch (error) {
          if (!MigrationStatusError.isInstance(error)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  },
);

test('a start gives a ref that can be followed, or an error of this library', async () => {
  await fc.assert(
    fc.asyncProperty(anyHttpStatus(), fc.oneof(anyBody(), anyMutation), async (httpStatus, body) => {
      const velt = createVelt(httpStatus, body);
      try {
        const started = await velt.start(input);
        expect(velt.parseRef(started)).toEqual(started);
        expect(started).toEqual({
          organizationId: 'org_1',
          migrationId: JSON.parse(body).result.data.migrationId,
        });
      } catch (error) {
        if (!MigrationStatusError.isInstance(error)) throw error;
      }
    }),
    { numRuns: 300 },
  );
});
