import { MigrationStatusError } from '@migration-status/core/adapter';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyBody, anyHttpStatus, anyJsonValue, anyMutationOf } from '../../../test/support/any-body.ts';
import { collect } from '../../../test/support/collect.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createSnapLogicAdapter } from '../src/snaplogic-adapter.ts';

const readFixture = createFixtureReader(import.meta.url);
const statusToken = '17ed9720-05b2-4e22-9955-04c4534451ae';
const ref = { statusToken };

const fixtures = [
  'completed.json',
  'failed.json',
  'migrating.json',
  'not_found.json',
  'multiple_tokens_mixed.json',
  'list_completed.json',
  'list_started_with_tokens.json',
  'error_401_guess.json',
].map((name): unknown => JSON.parse(readFixture(name)));

function createAdapter(httpStatus: number, body: string) {
  return createSnapLogicAdapter({
    orgName: 'my-environment',
    auth: { jwt: 'header.payload.proof' },
    fetch: async () => new Response(body, { status: httpStatus }),
  });
}

/** The value of a call, or the error that it rejected with; anything but an error of this library goes through. */
async function settle<Value>(call: Promise<Value>): Promise<Value | MigrationStatusError> {
  try {
    return await call;
  } catch (error) {
    if (MigrationStatusError.isInstance(error)) return error;
    throw error;
  }
}

const endings = ['succeeded', 'partially_succeeded', 'failed', 'canceled', 'not_found'];

const endingWords = new Map([
  ['completed', 'succeeded'],
  ['failed', 'failed'],
  ['notfound', 'not_found'],
]);

/** The end that a record speaks of: only the word of its status can end a migration. */
function endSaidByRecord(record: unknown): string | undefined {
  const { status } = Object(record);
  return typeof status === 'string' ? endingWords.get(status.toLowerCase().replace(/[\s_]/g, '')) : undefined;
}

/** The end that an answer speaks of: a record of the token, a map without one, or an HTTP 404 that is no page. */
function endSaidBy(httpStatus: number, body: string): string | undefined {
  if (httpStatus === 404) return body.trimStart().startsWith('<') ? undefined : 'not_found';
  const { response_map: records } = JSON.parse(body);
  return Object.hasOwn(records, statusToken) ? endSaidByRecord(records[statusToken]) : 'not_found';
}

const anyMutation = fc
  .constantFrom(...fixtures)
  .chain(anyMutationOf)
  .map((body) => JSON.stringify(body));

const anyRecord = fc
  .record({
    fields: fc.dictionary(
      fc.constantFrom('error', 'errors', 'failed', 'create_time', 'status_token'),
      anyJsonValue(),
    ),
    status: fc.oneof(
      anyJsonValue(),
      fc.mixedCase(fc.constantFrom('completed', 'fai led', 'not_found', 'queued')),
    ),
    code: fc.oneof(anyJsonValue(), fc.constantFrom(200, 401, 404, 500)),
  })
  .map(({ fields, status, code }) => {
    const record = { ...fields, status };
    return JSON.stringify({
      response_map: { [statusToken]: record, Completed: [record] },
      http_status_code: code,
    });
  });

const kinds = [
  { title: 'any body at all', bodies: anyBody() },
  { title: 'a documented body with some values changed', bodies: anyMutation },
  { title: 'any record', bodies: anyRecord },
];

it.each(kinds)(
  'a read of $title is a reading or an error of this library, and ends nothing by itself',
  async ({ bodies }) => {
    await fc.assert(
      fc.asyncProperty(anyHttpStatus(), bodies, async (httpStatus, body) => {
        const reading = await settle(createAdapter(httpStatus, body).getStatus(ref));
        if (MigrationStatusError.isInstance(reading)) return;
        expect(endings.find((ending) => ending === reading.state)).toBe(endSaidBy(httpStatus, body));
      }),
      { numRuns: 300 },
    );
  },
);

it.each(kinds)('a read of many tokens takes $title as a read of one does', async ({ bodies }) => {
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      const adapter = createAdapter(200, body);
      const alone = await settle(adapter.getStatus(ref));
      const batch = await settle(adapter.getStatuses([ref, { statusToken: 'other' }]));
      expect(MigrationStatusError.isInstance(batch) ? batch : batch.get(adapter.key(ref))).toEqual(alone);
    }),
    { numRuns: 300 },
  );
});

it.each(kinds)('a list of $title gives migrations or an error of this library', async ({ bodies }) => {
  await fc.assert(
    fc.asyncProperty(anyHttpStatus(), bodies, async (httpStatus, body) => {
      const adapter = createAdapter(httpStatus, body);
      const listed = await settle(collect(adapter.list({ status: 'Completed' })));
      if (MigrationStatusError.isInstance(listed)) return;
      for (const { key, ref: listedRef, reading } of listed) {
        if (listedRef) expect(adapter.key(adapter.parseRef(listedRef))).toBe(key);
        expect(endings.find((ending) => ending === reading.state)).toBe(
          endSaidByRecord({ status: reading.nativeState }),
        );
      }
    }),
    { numRuns: 300 },
  );
});

it('a reason that is nested deeper than the stack is a failure all the same', async () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const body = `{"response_map":{"${statusToken}":{"status":"Failed","errors":${deep}}}}`;
  expect((await createAdapter(200, body).getStatus(ref)).state).toBe('failed');
});
