import { MigrationStatusError } from '@migration-status/core/adapter';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyBody, anyHttpStatus, anyMutationOf } from '../../../test/support/any-body.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createVeltAdapter } from '../src/velt-adapter.ts';

const readFixture = createFixtureReader(import.meta.url);
const ref = { organizationId: 'org_1', migrationId: 'mig_7Qd2xVb9Lr' };
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

const anyStatus = fc
  .record({
    migrationId: fc.constantFrom(ref.migrationId, ref.migrationId.toLowerCase(), 'another'),
    status: fc.constantFrom('completed', 'failed', 'in_progress', 'Completed'),
  })
  .map((data) => JSON.stringify({ result: { data } }));

const anyCode = fc.constantFrom('not-found', 'already-exists', 'internal');
const anyError = fc
  .record(
    {
      status: fc.constantFrom('NOT_FOUND', 'INTERNAL', 'UNAUTHENTICATED', 'RESOURCE_EXHAUSTED', 'internal'),
      details: fc.dictionary(fc.constantFrom('mig_7', '__proto__'), fc.record({ code: anyCode })),
    },
    { requiredKeys: [] },
  )
  .map((error) => JSON.stringify({ error }));

const endings = ['succeeded', 'partially_succeeded', 'failed', 'canceled', 'not_found'];

const endingWords = new Map<unknown, string>([
  ['completed', 'succeeded'],
  ['failed', 'failed'],
]);

/** An answer with one of these and without a location is an error, whatever its body says. */
const redirects = [301, 302, 303, 307, 308];

/** The end that an answer speaks of: nothing else in it may end a migration. */
function endSaidBy(httpStatus: number, body: string): string | undefined {
  const { result, error } = Object(parseJson(body));
  if (httpStatus < 300) {
    const { migrationId, status } = Object(Object(result).data);
    return migrationId === ref.migrationId ? endingWords.get(status) : undefined;
  }
  if (redirects.includes(httpStatus)) return undefined;
  const { status, details } = Object(error);
  const codes = Object.values(Object(details)).map((entry) => Object(entry).code);
  const isHidden = status === 'INTERNAL' && codes.includes('not-found');
  return status === 'NOT_FOUND' || isHidden ? 'not_found' : undefined;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

test.each([
  { title: 'any body at all', bodies: anyBody() },
  { title: 'a documented body with some values changed', bodies: anyMutation },
  { title: 'any status of Velt', bodies: anyStatus },
  { title: 'any error of Velt', bodies: anyError },
])(
  '$title with any HTTP status is a reading or an error of this library, and ends what it says it ends',
  async ({ bodies }) => {
    await fc.assert(
      fc.asyncProperty(anyHttpStatus(), bodies, async (httpStatus, body) => {
        const read = createVelt(httpStatus, body).getStatus(ref);
        const outcome = await read.catch((error: unknown) => {
          if (!MigrationStatusError.isInstance(error)) throw error;
          return undefined;
        });
        expect(endings.find((ending) => ending === outcome?.state)).toBe(endSaidBy(httpStatus, body));
      }),
      { numRuns: 500 },
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
