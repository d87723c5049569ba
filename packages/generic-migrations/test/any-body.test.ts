import { MigrationStatusError } from '@migration-status/core/adapter';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyBody, anyHttpStatus, anyJsonValue, anyMutationOf } from '../../../test/support/any-body.ts';
import { collect } from '../../../test/support/collect.ts';
import { createFixtureReader } from '../../../test/support/read-fixture.ts';
import { createRecordingFetch } from '../../../test/support/recording-fetch.ts';
import { createGenericMigrationsAdapter } from '../src/generic-migrations-adapter.ts';

const readFixture = createFixtureReader(import.meta.url);
const ref = { migrationId: '9f5b41bd-7c5e-42d9-b332-b31686e94424' };

function anyMutationOfFixtures(...names: readonly string[]): fc.Arbitrary<string> {
  return fc
    .constantFrom(...names)
    .chain((name) => anyMutationOf(JSON.parse(readFixture(name))))
    .map((body) => JSON.stringify(body));
}

const anyMigrationMutation = anyMutationOfFixtures(
  'complete.json',
  'completed_with_failures.json',
  'failed.json',
  'login_abandoned.json',
  'working.json',
  'error_404_guess.json',
);
const anyListMutation = anyMutationOfFixtures('list_bare_array_guess.json', 'list_enveloped_guess.json');
const anyTasksMutation = anyMutationOfFixtures('tasks_list_guess.json');

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

/** The words that end a migration, exactly as they are documented: no other word may. */
const endingWords = new Map<unknown, string>([
  ['COMPLETE', 'succeeded'],
  ['COMPLETED_WITH_FAILURES', 'partially_succeeded'],
  ['FAILED', 'failed'],
  ['LOGIN_ABANDONED', 'canceled'],
]);

function endOf(state: string | undefined): string | undefined {
  return endings.find((ending) => ending === state);
}

/** The end that an answer speaks of: the word of the migration that was asked for, or an HTTP 404 that is no page. */
function endSaidBy(httpStatus: number, body: string): string | undefined {
  if (httpStatus === 404) return body.trimStart().startsWith('<') ? undefined : 'not_found';
  const { id, status } = Object(httpStatus < 300 ? parseJson(body) : undefined);
  const isAsked = typeof id === 'string' && id.toLowerCase() === ref.migrationId;
  return isAsked ? endingWords.get(status) : undefined;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

describe.each([
  { title: 'any body at all', bodies: anyBody() },
  { title: 'a documented body with some values changed', bodies: anyMigrationMutation },
  {
    title: 'any status',
    bodies: fc
      .record({
        id: fc.constantFrom(ref.migrationId, ref.migrationId.toUpperCase(), 'another'),
        status: fc.oneof(
          anyJsonValue(),
          fc.constantFrom(...endingWords.keys()),
          fc.mixedCase(fc.constantFrom(...[...endingWords.keys()].map(String))),
        ),
      })
      .map((migration) => JSON.stringify(migration)),
  },
])('$title', ({ bodies }) => {
  it('is a reading or an error of this library, and ends what it says it ends', async () => {
    await fc.assert(
      fc.asyncProperty(anyHttpStatus(), bodies, async (httpStatus, body) => {
        const adapter = createGenericMigrationsAdapter({
          apiKey: 'anon_key',
          fetch: async () => new Response(body, { status: httpStatus }),
        });
        const outcome = await settle(adapter.getStatus(ref));
        const state = 'state' in outcome ? outcome.state : undefined;
        expect(endOf(state)).toBe(endSaidBy(httpStatus, body));
      }),
      { numRuns: 300 },
    );
  });
});

describe.each([
  { title: 'any body at all', bodies: anyBody() },
  { title: 'a list with some values changed', bodies: anyListMutation },
  {
    title: 'any list',
    bodies: fc
      .array(
        fc.oneof(
          anyJsonValue(),
          fc.record({ id: anyJsonValue(), status: fc.constantFrom('FAILED', 'DONE') }),
        ),
      )
      .map((items) => JSON.stringify({ results: items })),
  },
])('$title', ({ bodies }) => {
  it('is a list that ends, without repeats, or an error of this library', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bodies, { minLength: 1, maxLength: 4 }), async (pages) => {
        const { fetch, requests } = createRecordingFetch(({ url }) => {
          const page = Number(new URL(url).searchParams.get('page'));
          return new Response(pages[Math.min(page, pages.length) - 1]);
        });
        const adapter = createGenericMigrationsAdapter({ apiKey: 'anon_key', fetch });
        const listed = await settle(collect(adapter.list({ pageSize: 1 })));
        expect(requests.length).toBeLessThanOrEqual(pages.length + 1);
        if (MigrationStatusError.isInstance(listed)) return;
        const keys = listed.map(({ key }) => key);
        expect(keys).toEqual([...new Set(keys)]);
        for (const { key, ref: listedRef, reading } of listed) {
          if (listedRef) expect(adapter.key(adapter.parseRef(listedRef))).toBe(key);
          expect(endOf(reading.state)).toBe(endingWords.get(reading.nativeState));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe.each([
  { title: 'any body at all', bodies: anyBody() },
  { title: 'a list of tasks with some values changed', bodies: anyTasksMutation },
])('$title', ({ bodies }) => {
  it('in the place of the tasks spoils no status, and counts nothing that is not there', async () => {
    await fc.assert(
      fc.asyncProperty(anyHttpStatus(), bodies, async (httpStatus, body) => {
        const { fetch } = createRecordingFetch(({ url }) =>
          url.endsWith('/tasks')
            ? new Response(body, { status: httpStatus })
            : new Response(readFixture('working.json')),
        );
        const adapter = createGenericMigrationsAdapter({ apiKey: 'anon_key', taskProgress: true, fetch });
        const { state, progress, issues } = await adapter.getStatus(ref);
        expect(state).toBe('running');
        if (progress === undefined) return;
        const { completed = 0, total = 0, failed = 0 } = progress;
        expect(issues).toBeUndefined();
        expect(failed).toBeLessThanOrEqual(completed);
        expect(completed).toBeLessThanOrEqual(total);
        expect(body.split('"status"').length - 1).toBeGreaterThanOrEqual(total);
      }),
      { numRuns: 300 },
    );
  });
});

it('a migration that is nested deeper than the stack does not break a list', async () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const fetch = async () => new Response(`[${deep},{"id":"one","status":"WORKING","more":${deep}}]`);
  const adapter = createGenericMigrationsAdapter({ apiKey: 'anon_key', fetch });
  const keys: string[] = [];
  async function readKeys(): Promise<void> {
    for await (const { key } of adapter.list()) keys.push(key);
  }
  await expect(readKeys()).rejects.toMatchObject({ path: '$[0]' });
  expect(keys).toEqual(['generic-migrations/one']);
});
