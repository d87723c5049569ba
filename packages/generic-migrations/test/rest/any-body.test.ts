import { MigrationStatusError } from '@migration-status/core/adapter';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyBody, anyHttpStatus, anyJsonValue, anyMutationOf } from '../../../../test/support/any-body.ts';
import { collect } from '../../../../test/support/collect.ts';
import { createFixtureReader } from '../../../../test/support/read-fixture.ts';
import { createRecordingFetch } from '../../../../test/support/recording-fetch.ts';
import { gitlabDirectTransfer, salesforceBulkIngest, zendeskJobStatuses } from '../../src/presets/index.ts';
import { createRestAdapter, type RestDescription } from '../../src/rest/index.ts';
import { acme } from './acme.ts';

const readFixture = createFixtureReader(new URL('../presets/', import.meta.url).href);
const endings: readonly string[] = ['succeeded', 'partially_succeeded', 'failed', 'canceled', 'not_found'];

/** Everything that can be described, at once. */
const whole = {
  ...acme,
  reading: {
    id: { pointer: '/id', ignoreCase: true },
    state: '/status',
    outcome: '/outcome',
    phase: '/phase',
    progress: {
      percent: '/a/0',
      completed: ['/b', '/c'],
      total: '/total',
      failed: '/c',
      unit: { pointer: '/unit' },
    },
    createdAt: '/created',
    startedAt: { pointer: '/started', format: 'seconds' },
    message: '/message',
    url: '/url',
    issues: { items: '/errors', message: '/message', code: '/code', subject: '/__proto__' },
    partial: [{ flag: '/flag' }, { count: '/c' }, { items: '/errors', pointer: '/code', values: [7] }],
  },
  states: { ...acme.states, 'DONE/bad': 'failed', true: 'succeeded', 7: 'canceled' },
  explanations: { ERROR: { code: 'error', message: 'It failed.' } },
  notFound: { pointer: '/error/code', values: ['gone'] },
  errors: {
    message: ['/error/message', '/0/message'],
    code: '/error/code',
    failures: { limit: 'throttled' },
  },
  parts: {
    items: '/errors',
    name: '/code',
    state: '/message',
    progress: { percent: '/p' },
    countAs: 'tasks',
  },
  batch: { path: '/jobs', ids: 'ids', items: '/jobs', error: '/error', max: 5 },
  list: {
    path: '/jobs',
    items: ['/jobs', ''],
    total: '/total',
    paging: { type: 'page', parameter: 'p', size: { parameter: 'n', value: 2 } },
  },
  start: { path: '/jobs', ref: { jobId: '/id' } },
} as const satisfies RestDescription;

const record = {
  id: '42',
  status: 'DONE',
  outcome: null,
  phase: 'copy',
  a: ['45 %'],
  b: 3,
  c: 1,
  total: '9',
  unit: 'files',
  created: '2026-01-02T03:04:05',
  started: 1_767_323_045,
  message: 'Well',
  url: 'https://acme.example',
  flag: false,
  errors: [{ message: 'ERROR', code: 7 }],
};

/** The value of a call, or the error that it rejected with; anything but an error of this library goes through. */
async function settle<Value>(call: Promise<Value>): Promise<Value | MigrationStatusError> {
  try {
    return await call;
  } catch (error) {
    if (MigrationStatusError.isInstance(error)) return error;
    throw error;
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Whether a body itself has the word that a reading gives as its reason to be at an end. */
function says(httpStatus: number, body: string, nativeState: string): boolean {
  if (httpStatus === 404 && nativeState === 'HTTP 404') return !body.trimStart().startsWith('<');
  const said = Object(parseJson(body));
  if (nativeState === 'gone') return Object(said.error).code === 'gone';
  const [word, outcome] = nativeState.split('/');
  const hasOutcome = outcome === undefined || String(said.outcome) === outcome;
  return (
    String(said.id).toLowerCase() === '42' && String(said.status) === word && hasOutcome && httpStatus < 300
  );
}

const anyRecord = fc.oneof(
  anyMutationOf(record),
  fc
    .record({
      id: fc.constantFrom('42', '43', 42),
      status: fc.oneof(anyJsonValue(), fc.constantFrom(...Object.keys(whole.states), true, 7)),
      outcome: fc.oneof(anyJsonValue(), fc.constantFrom('bad', undefined)),
      errors: anyJsonValue(),
      error: fc.record({ code: fc.constantFrom('gone', 'limit', 7) }),
    })
    .chain((body) => anyMutationOf(body)),
);
const bodies = fc.oneof(
  anyBody(),
  anyRecord.map((body) => JSON.stringify(body)),
);

describe('a body that is anything', () => {
  it('is a reading or an error of this library, and ends nothing that it does not say', async () => {
    await fc.assert(
      fc.asyncProperty(anyHttpStatus(), bodies, async (status, body) => {
        const fetch = async () => new Response(body, { status });
        const adapter = createRestAdapter(whole, { token: 'acme_token', fetch });
        const outcome = await settle(adapter.getStatus({ jobId: '42' }));
        if (MigrationStatusError.isInstance(outcome) || !endings.includes(outcome.state)) return;
        expect(says(status, body, outcome.nativeState)).toBe(true);
      }),
      { numRuns: 600 },
    );
  });

  it('is a ref to follow, or an error of this library', async () => {
    await fc.assert(
      fc.asyncProperty(anyHttpStatus(), bodies, async (status, body) => {
        const fetch = async () => new Response(body, { status });
        const adapter = createRestAdapter(whole, { token: 'acme_token', fetch });
        const ref = await settle(adapter.start({}));
        if (!MigrationStatusError.isInstance(ref)) expect(adapter.parseRef(ref)).toEqual(ref);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a list of anything', () => {
  const anyPage = fc.oneof(
    bodies,
    fc.array(fc.oneof(anyRecord, anyJsonValue()), { maxLength: 4 }).map((jobs) => JSON.stringify({ jobs })),
  );

  it.each<[string, NonNullable<RestDescription['list']>['paging']]>([
    ['page', { type: 'page', parameter: 'p', size: { parameter: 'n', value: 2 } }],
    ['offset', { type: 'offset', parameter: 'p' }],
    ['cursor', { type: 'cursor', parameter: 'p', pointer: '/jobs/0/id' }],
    ['next_link', { type: 'next_link', pointer: '/jobs/0/id' }],
    ['link_header', { type: 'link_header' }],
  ])('ends, without repeats, or is an error of this library (%s)', async (_type, paging) => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyPage, { minLength: 1, maxLength: 4 }), async (pages) => {
        const { fetch, requests } = createRecordingFetch(
          () => new Response(pages[Math.min(requests.length, pages.length) - 1]),
        );
        const described: RestDescription = { ...whole, list: { ...whole.list, paging } };
        const adapter = createRestAdapter(described, { token: 'acme_token', fetch });
        if (!('list' in adapter) || typeof adapter.list !== 'function') return expect.unreachable();
        const listed = await settle(collect(adapter.list()));
        expect(requests.length).toBeLessThanOrEqual(pages.length + 2);
        if (MigrationStatusError.isInstance(listed)) return;
        const keys = listed.map((item) => Object(item).key);
        expect(keys).toEqual([...new Set(keys)]);
      }),
      { numRuns: 150 },
    );
  });

  it('read by many ids has an outcome for each', async () => {
    await fc.assert(
      fc.asyncProperty(anyPage, async (body) => {
        const adapter = createRestAdapter(whole, {
          token: 'acme_token',
          fetch: async () => new Response(body),
        });
        const outcomes = await settle(adapter.getStatuses([{ jobId: '42' }, { jobId: '__proto__' }]));
        if (MigrationStatusError.isInstance(outcomes)) return;
        expect([...outcomes.keys()]).toEqual(['acme/42', 'acme/__proto__']);
      }),
      { numRuns: 300 },
    );
  });
});

describe.each([
  {
    preset: gitlabDirectTransfer,
    fixture: 'gitlab_finished_with_failures.json',
    ref: { migrationId: '1' },
    ends: ['finished', 'failed', 'timeout', 'canceled'],
  },
  {
    preset: zendeskJobStatuses,
    fixture: 'zendesk_completed_update_with_failures.json',
    ref: { jobId: 'dd9321f29967688b27bc9499ebb4ae8d' },
    ends: ['completed', 'failed'],
  },
  {
    preset: salesforceBulkIngest,
    fixture: 'salesforce_failed.json',
    ref: { jobId: '7505e000002hYAZAA2' },
    ends: ['JobComplete', 'Failed', 'Aborted'],
  },
])('the preset for $preset.provider', ({ preset, fixture, ref, ends }) => {
  const body: unknown = JSON.parse(readFixture(fixture));
  const description: RestDescription = { ...preset, auth: 'none', baseUrl: 'https://api.example.com' };

  it('ends a migration by its documented words alone, whatever else the body says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyMutationOf(body), anyJsonValue()), async (mutated) => {
        const fetch = async () => new Response(JSON.stringify(mutated));
        const outcome = await settle(createRestAdapter(description, { fetch }).getStatus({ ...ref }));
        if (MigrationStatusError.isInstance(outcome) || !endings.includes(outcome.state)) return;
        expect(ends).toContain(outcome.nativeState);
      }),
      { numRuns: 300 },
    );
  });
});
