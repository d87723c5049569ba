import { isTerminalState, MigrationStatusError } from '@migration-status/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyBody, anyHttpStatus, anyJsonValue, anyMutationOf } from '../../../test/support/any-body.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createOnlyOfficeAdapter } from '../src/onlyoffice-adapter.ts';
import type { OnlyOfficeRef } from '../src/onlyoffice-options.ts';

const readFixture = createFixtureReader(import.meta.url);
const now = Date.UTC(2026, 3, 28, 10, 30);
const justNow = new Date(now).toISOString();
const longAgo = '2025-01-01T00:00:00Z';

const fixtures = [
  'no_migration.json',
  'command_accepted.json',
  'list_migrators.json',
  'parse_queued.json',
  'parse_running_at_100.json',
  'parse_completed_no_users.json',
  'parse_completed_some_archives_failed.json',
  'parse_failed.json',
  'parse_failed_unknown_migrator.json',
  'migration_queued.json',
  'migration_queued_echoed_operation_parse.json',
  'migration_running_fields_filtered.json',
  'migration_completed_all_users_failed.json',
  'migration_failed.json',
  'migration_failed_missing_upload.json',
  'error_400_validation.json',
  'error_404_logs_no_migration.json',
].map((name): unknown => JSON.parse(readFixture(name)));

/** With and without the envelope. */
const anyMutation = fc
  .constantFrom(...fixtures, ...fixtures.map((body) => Object(body).response).filter(Boolean))
  .chain(anyMutationOf)
  .map((body) => JSON.stringify(body));

const anyRef: fc.Arbitrary<OnlyOfficeRef> = fc.record(
  {
    awaiting: fc.constantFrom('parse', 'import'),
    parseRequestedAt: fc.constantFrom(justNow, longAgo),
    importRequestedAt: fc.constantFrom(justNow, longAgo),
  },
  { requiredKeys: [] },
);

/** What a read before may have left, and what it cannot have left. */
const anyMemo = fc.oneof(fc.constantFrom({ begun: justNow }, { begun: longAgo }), anyJsonValue());

function createPortal(httpStatus: number, body: string) {
  const fetch = async () => new Response(body, { status: httpStatus });
  return createOnlyOfficeAdapter({ portalUrl: 'https://portal.example.com', auth: { apiKey: 'key' }, fetch });
}

/** All that a body says which can end anything: that there is no job, or how the phase of a finished one went. */
function endsSaidBy(body: string, { awaiting = 'import' }: OnlyOfficeRef): readonly string[] {
  const said = JSON.parse(body.replace(/^\uFEFF/, ''));
  const isEnvelope = said !== null && ('response' in said || 'statusCode' in said);
  const job = isEnvelope ? said.response : said;
  if (job === undefined || job === null || Object.keys(job).length === 0) return ['not_found'];
  const { isCompleted, error, parseResult } = job;
  const { operation, migratorName, errors, failedUsers, ...rest } = parseResult ?? {};
  const isFlagged = Object.entries(rest).some(([name, flag]) => name.startsWith('import') && flag === true);
  const isImport = operation === 'migration' || isFlagged || (!operation && Boolean(migratorName));
  const isFinishedParse = isCompleted && !error && operation === 'parse';
  if (awaiting === 'parse' && (isImport || isFinishedParse)) return ['succeeded'];
  if (!isCompleted) return [];
  if (error) return ['failed'];
  if (operation !== 'migration') return [];
  return [failedUsers > 0 || errors?.length > 0 ? 'partially_succeeded' : 'succeeded'];
}

/**
 * When a read may say that a job has ended, waits for a person or is not there: nothing has been asked for within the
 * grace, or an earlier read has left word that what this very request asked for has begun.
 */
function mayEnd({ awaiting, parseRequestedAt, importRequestedAt }: OnlyOfficeRef, memo: unknown): boolean {
  const isForImport = awaiting !== 'parse' && importRequestedAt !== undefined;
  const requestedAt = isForImport ? importRequestedAt : parseRequestedAt;
  return requestedAt !== justNow || Object(memo).begun === justNow;
}

test.each([
  { title: 'any body at all', bodies: anyBody() },
  { title: 'a documented body with some values changed', bodies: anyMutation },
])(
  '$title with any HTTP status is a reading or an error of this library, and ends nothing by itself',
  async ({ bodies }) => {
    await fc.assert(
      fc.asyncProperty(anyHttpStatus(), bodies, anyRef, anyMemo, async (httpStatus, body, ref, memo) => {
        try {
          const { state } = await createPortal(httpStatus, body).getStatus(ref, { wallTime: now, memo });
          expect(httpStatus).toBeLessThan(300);
          if (isTerminalState(state)) expect(endsSaidBy(body, ref)).toContain(state);
          if (!mayEnd(ref, memo)) expect(['pending', 'running', 'unknown']).toContain(state);
        } catch (error) {
          if (!MigrationStatusError.isInstance(error)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  },
);

test('a documented body with some values changed ends what it says it ends', async () => {
  await fc.assert(
    fc.asyncProperty(anyMutation, async (body) => {
      const reading = await createPortal(200, body)
        .getStatus({})
        .catch(() => undefined);
      if (reading === undefined || reading.state === 'unknown') return;
      expect(isTerminalState(reading.state) ? [reading.state] : []).toEqual(endsSaidBy(body, {}));
    }),
    { numRuns: 500 },
  );
});

test('every other call gives what it promises, or an error of this library', async () => {
  await fc.assert(
    fc.asyncProperty(anyHttpStatus(), fc.oneof(anyBody(), anyMutation), async (httpStatus, body) => {
      const portal = createPortal(httpStatus, body);
      const started = await settle(portal.start({ selection: { migratorName: 'Nextcloud' } }));
      if (started !== undefined) expect(portal.parseRef(started)).toEqual(started);
      const names = await settle(portal.listMigrators());
      for (const name of names ?? []) expect(name).toBeTypeOf('string');
      const log = await settle(portal.logs());
      if (log !== undefined) expect(log).toBe(await new Response(body).text());
      await settle(portal.cancel({}));
      await settle(portal.clear());
      await settle(portal.finish({ sendWelcomeEmail: false }));
    }),
    { numRuns: 300 },
  );
});

/** What a promise gives; undefined when it rejects as this library does. */
async function settle<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (!MigrationStatusError.isInstance(error)) throw error;
    return undefined;
  }
}
