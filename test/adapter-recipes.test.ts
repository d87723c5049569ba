import { createHmac } from 'node:crypto';
import { createHttpClient, type MigrationAdapter } from '@migration-status/core/adapter';
import {
  type AdapterHarness,
  type FixtureReply,
  type HarnessContext,
  runAudits,
} from '@migration-status/testkit';
import { expect, test } from 'vitest';
import { type JobRef, openAdapterPage, toRecipeAdapter } from './support/adapter-page.ts';

/**
 * The page for authors of adapters recommends these shapes, so each is put through the audits of the test kit, in the
 * adapter that the page's example becomes with it. Links are left out: their refs are of the server's origin, which the kit
 * does not tell where it makes refs.
 */
const page = openAdapterPage('adapter-recipes');
const { createAcmeAdapter } = await page.load('acme-adapter.ts');

function createHttp({ baseUrl, secret }: HarnessContext, fetch?: typeof globalThis.fetch) {
  const credentials = { authorization: `Bearer ${secret}` };
  return createHttpClient({ provider: 'acme', baseUrl, credentials, secrets: [secret], fetch });
}

async function creatorOf(name: string): Promise<(context: HarnessContext) => MigrationAdapter> {
  const recipe = await page.loadRecipe(name);
  return (context) => toRecipeAdapter(recipe, createHttp(context));
}

const noSuchJob: FixtureReply = { status: 404, json: { error: 'not found' } };
const notFound = { label: 'no such job', reply: noSuchJob, expect: { state: 'not_found' } } as const;

/** What the example's provider says, one sample for each of its words. */
const acme: Pick<AdapterHarness<JobRef>, 'toRef' | 'samples' | 'unrecognised'> = {
  toRef: (jobId) => ({ jobId }),
  samples: [
    { label: 'queued', reply: toJob('queued'), expect: { state: 'pending', progress: undefined } },
    {
      label: 'copying',
      reply: toJob('copying', 40),
      expect: { state: 'running', progress: { percent: 40 } },
    },
    { label: 'no consent yet', reply: toJob('needs_consent'), expect: { state: 'awaiting_input' } },
    { label: 'done', reply: toJob('done', 100), expect: { state: 'succeeded' } },
    { label: 'failed', reply: toJob('error'), expect: { state: 'failed' } },
    { label: 'canceled', reply: toJob('canceled'), expect: { state: 'canceled' } },
    notFound,
  ],
  unrecognised: toJob('hibernating'),
};

function toJob(status: string, percent?: number): FixtureReply<JobRef> {
  return (_request, { jobId }) => ({ json: { id: jobId, status, percent: percent ?? null, error: null } });
}

const awkwardJob = {
  lifecycle: 'finished',
  outcome: 'ok',
  copied: '1200',
  total: '1250',
  skipped: '0',
  steps: [{ name: 'inbox', lifecycle: 'active' }],
  finished_at: 1_793_577_600,
  look_again_in: null,
};

const awkward: AdapterHarness = {
  create: await creatorOf('awkward'),
  toRef: acme.toRef,
  stateFields: ['lifecycle', 'outcome'],
  samples: [
    {
      label: 'waiting',
      reply: { json: { ...awkwardJob, lifecycle: 'waiting', outcome: null, finished_at: null } },
      expect: { state: 'pending', finishedAt: undefined },
    },
    {
      label: 'active',
      reply: { json: { ...awkwardJob, lifecycle: 'active', outcome: null, look_again_in: 5 } },
      expect: { state: 'running', retryAfterMs: 5_000 },
    },
    { label: 'finished', reply: { json: awkwardJob }, expect: { state: 'succeeded' } },
    {
      label: 'finished, but for some',
      reply: { json: { ...awkwardJob, skipped: '50' } },
      expect: { state: 'partially_succeeded' },
    },
    {
      label: 'finished with some',
      reply: { json: { ...awkwardJob, outcome: 'some' } },
      expect: { state: 'partially_succeeded' },
    },
    {
      label: 'finished in vain',
      reply: { json: { ...awkwardJob, outcome: 'error' } },
      expect: { state: 'failed' },
    },
    notFound,
  ],
  unrecognised: { json: { ...awkwardJob, lifecycle: 'resting' } },
};

/** The same answer means different things to those who await the scan and to those who await the copy. */
const scanned: FixtureReply = { json: { phase: 'scan', status: 'done' } };

const phases: AdapterHarness = {
  create: await creatorOf('phases'),
  toRef: () => ({ awaiting: 'copy' }),
  stateFields: ['phase', 'status'],
  samples: [
    ...(
      [
        ['scan', 'running', 'running'],
        ['scan', 'error', 'failed'],
        ['copy', 'running', 'running'],
        ['copy', 'done', 'succeeded'],
        ['copy', 'error', 'failed'],
      ] as const
    ).map(([phase, status, state]) => ({
      label: `${phase} ${status}`,
      reply: { json: { phase, status } },
      expect: { state, phase },
    })),
    { label: 'scanned', reply: scanned, expect: { state: 'awaiting_input' } },
    {
      label: 'scanned, as awaited',
      reply: scanned,
      expect: { state: 'succeeded' },
      ref: { awaiting: 'scan' },
    },
    notFound,
  ],
  unrecognised: { json: { phase: 'copy', status: 'resting' } },
};

const eventLog: AdapterHarness = {
  create: await creatorOf('event-log'),
  toRef: acme.toRef,
  samples: [
    { label: 'nothing yet', reply: { json: { events: [] } }, expect: { state: 'pending' } },
    {
      label: 'created',
      reply: { json: { events: [{ id: 'e1', type: 'created' }] } },
      expect: { state: 'pending' },
    },
    {
      label: 'started',
      reply: {
        json: {
          events: [
            { id: 'e2', type: 'copied', mails: 3 },
            { id: 'e3', type: 'started' },
          ],
        },
      },
      expect: { state: 'running', progress: { completed: 3 } },
    },
    {
      label: 'finished',
      reply: { json: { events: [{ id: 'e4', type: 'finished' }] } },
      expect: { state: 'succeeded' },
    },
    {
      label: 'crashed',
      reply: { json: { events: [{ id: 'e4', type: 'crashed' }] } },
      expect: { state: 'failed' },
    },
    notFound,
  ],
  unrecognised: { json: { events: [{ id: 'e1', type: 'hibernated' }] } },
};

const graphql: AdapterHarness = {
  create: await creatorOf('graphql'),
  toRef: acme.toRef,
  samples: [
    ...(
      [
        ['QUEUED', 'pending'],
        ['RUNNING', 'running'],
        ['DONE', 'succeeded'],
        ['FAILED', 'failed'],
      ] as const
    ).map(([status, state]) => ({
      label: status,
      reply: { json: { data: { job: { status } } } },
      expect: { state },
    })),
    { label: 'no such job', reply: { json: { data: { job: null } } }, expect: { state: 'not_found' } },
  ],
  unrecognised: { json: { data: { job: { status: 'HIBERNATING' } } } },
};

const { createSigningFetch } = await page.load('recipes/signing.ts');
const { withBatches } = await page.load('recipes/batch.ts');
const { createParsePush } = await page.load('recipes/push.ts');

const batch: AdapterHarness<JobRef> = {
  ...acme,
  create: (context) =>
    withBatches(createAcmeAdapter({ apiKey: context.secret, baseUrl: context.baseUrl }), createHttp(context)),
  batch: {
    toAnswer: (items) => ({
      json: { jobs: items.map(({ ref, answer }) => ({ ...Object(answer.json), id: ref.jobId })) },
    }),
  },
};

const push: AdapterHarness<JobRef> = {
  ...acme,
  create({ baseUrl, secret }) {
    const adapter = createAcmeAdapter({ apiKey: secret, baseUrl });
    const capabilities = { ...adapter.capabilities, push: true };
    return Object.freeze({ ...adapter, capabilities, parsePush: createParsePush(adapter, secret) });
  },
  push: {
    sign({ id, body, wallTime, secret }) {
      const time = String(Math.floor(wallTime / 1000));
      const signature = createHmac('sha256', secret).update(`${id}.${time}.${body}`).digest('base64');
      return { 'x-acme-message': id, 'x-acme-time': time, 'x-acme-signature': signature };
    },
    samples: [
      {
        label: 'done',
        body: JSON.stringify({ type: 'job.updated', id: 'job_7', job: { status: 'done' } }),
        expect: { state: 'succeeded' },
      },
    ],
    unknownEvent: JSON.stringify({ type: 'invoice.paid' }),
  },
};

const phasesRecipe = await page.loadRecipe('phases');

const signing: AdapterHarness = {
  ...phases,
  create: (context) => toRecipeAdapter(phasesRecipe, createHttp(context, createSigningFetch(context.secret))),
};

/** Each recipe, and those audits of which it would otherwise not be known whether it met them at all. */
const recipes: readonly (readonly [title: string, AdapterHarness, audits: readonly string[]])[] = [
  ['an awkward answer', awkward, ['M-05', 'M-08', 'G-02']],
  ['phases of one job', phases, ['R-07']],
  ['a log of events', eventLog, ['M-04', 'N-01', 'N-02', 'N-03', 'N-04']],
  ['errors inside a 200', graphql, ['H-03', 'H-06']],
  ['signed requests', signing, ['X-01', 'X-03']],
  [
    'batches',
    batch,
    ['B-01', 'B-02', 'B-03', 'B-04', 'B-05', 'B-06', 'B-07', 'B-08', 'B-09', 'B-10', 'B-11'],
  ],
  ['news that the provider sends', push, ['P-01', 'P-02', 'P-03', 'P-04', 'P-05', 'P-06', 'P-07', 'P-08']],
];

test.each(recipes)('%s: the recipe of the page keeps its promises', async (_title, harness, audits) => {
  const report = await runAudits(harness);
  expect(report.audits.filter(({ status }) => status === 'fail')).toEqual([]);
  const kept = report.audits.filter(({ status }) => status === 'pass').map(({ id }) => id);
  expect(kept).toEqual(expect.arrayContaining([...audits]));
});
