import type { AdapterHarness, FixtureAnswer, FixtureReply } from '@migration-status/testkit';
import { createFixtureReader } from '../../../../test/support/read-fixture.ts';
import { gitlabDirectTransfer, salesforceBulkIngest, zendeskJobStatuses } from '../../src/presets/index.ts';
import { createRestAdapter } from '../../src/rest/index.ts';

const readFixture = createFixtureReader(import.meta.url);
const bodyOf = (name: string) => JSON.parse(readFixture(name));

/** The part of the README about a preset, with its table of states. */
function tableOf(preset: string): string {
  return createFixtureReader(import.meta.url)('../../../README.md').split(`#### ${preset}\n\n`)[1] ?? '';
}

interface MigrationRef {
  readonly migrationId: string;
}

interface JobRef {
  readonly jobId: string;
}

/** What GitLab answers about the migration that is asked for, and about its entities. */
function gitlab(name: string): FixtureReply<MigrationRef> {
  return ({ url }, { migrationId }) => ({
    json: url.includes('/entities') ? bodyOf('gitlab_entities.json') : { ...bodyOf(name), id: migrationId },
  });
}

/** GitLab with the entities of each migration, as its pages show it. Its ids are numbers; the kit's are text. */
export const gitlabHarness: AdapterHarness<MigrationRef> = {
  create: ({ baseUrl, secret }) =>
    createRestAdapter(gitlabDirectTransfer, { baseUrl, apiKey: secret, parts: true }),
  toRef: (migrationId) => ({ migrationId }),
  requestsPerStatus: 2,
  samples: [
    { label: 'created', reply: gitlab('gitlab_created.json'), expect: { state: 'pending' } },
    { label: 'started', reply: gitlab('gitlab_started.json'), expect: { state: 'running' } },
    { label: 'finished', reply: gitlab('gitlab_finished.json'), expect: { state: 'succeeded' } },
    {
      label: 'finished with failures',
      reply: gitlab('gitlab_finished_with_failures.json'),
      expect: { state: 'partially_succeeded', nativeState: 'finished' },
    },
    { label: 'failed', reply: gitlab('gitlab_failed.json'), expect: { state: 'failed' } },
    { label: 'timeout', reply: gitlab('gitlab_timeout.json'), expect: { state: 'failed' } },
    { label: 'canceled', reply: gitlab('gitlab_canceled.json'), expect: { state: 'canceled' } },
    {
      label: 'not known',
      reply: { status: 404, json: bodyOf('gitlab_error_404.json') },
      expect: { state: 'not_found' },
    },
  ],
  unrecognised: gitlab('gitlab_unknown_status.json'),
  list: {
    pages: [
      ({ origin }) => ({
        json: bodyOf('gitlab_list.json'),
        headers: { link: `<${origin}/bulk_imports?page=2&per_page=100>; rel="next"` },
      }),
      ({ origin }) => ({
        json: [],
        headers: { link: `<${origin}/bulk_imports?page=3&per_page=100>; rel="next"` },
      }),
      { json: [{ ...bodyOf('gitlab_started.json'), id: 3 }] },
    ],
    ids: ['1', '2', '3'],
  },
  start: {
    input: { sourceUrl: 'https://source.example.com', sourceToken: 'glpat-source', entities: [] },
    reply: { status: 201, json: bodyOf('gitlab_created.json') },
    expect: { migrationId: '1' },
  },
  cancel: { reply: { json: bodyOf('gitlab_canceled.json') } },
  statesTable: tableOf('gitlabDirectTransfer'),
};

/** What Zendesk answers about the job that is asked for. */
function zendesk(name: string): FixtureReply<JobRef> {
  return (_request, { jobId }) => ({ json: { job_status: { ...bodyOf(name).job_status, id: jobId } } });
}

/** Zendesk, as its pages show it. */
export const zendeskHarness: AdapterHarness<JobRef> = {
  create: ({ baseUrl, secret }) =>
    createRestAdapter(zendeskJobStatuses, { baseUrl, user: 'me@example.com/token', password: secret }),
  toRef: (jobId) => ({ jobId }),
  samples: [
    { label: 'queued', reply: zendesk('zendesk_queued.json'), expect: { state: 'pending' } },
    {
      label: 'working',
      reply: zendesk('zendesk_working.json'),
      expect: { state: 'running', progress: { completed: 120, total: 200, unit: 'tasks' } },
    },
    { label: 'completed', reply: zendesk('zendesk_completed_create.json'), expect: { state: 'succeeded' } },
    {
      label: 'completed without counts',
      reply: zendesk('zendesk_completed_delete.json'),
      expect: { state: 'succeeded', progress: undefined },
    },
    {
      label: 'completed with failures',
      reply: zendesk('zendesk_completed_update_with_failures.json'),
      expect: { state: 'partially_succeeded', nativeState: 'completed' },
    },
    { label: 'failed', reply: zendesk('zendesk_failed.json'), expect: { state: 'failed' } },
    {
      label: 'forgotten',
      reply: { status: 404, json: bodyOf('zendesk_error_404.json') },
      expect: { state: 'not_found' },
    },
  ],
  unrecognised: zendesk('zendesk_killed.json'),
  batch: {
    toAnswer: (items) => ({ json: { job_statuses: items.map(({ answer }) => recordOf(answer)) } }),
  },
  list: {
    pages: [
      { json: bodyOf('zendesk_list.json') },
      { json: { job_statuses: [], meta: { has_more: true, after_cursor: 'yyy' } } },
      { json: bodyOf('zendesk_list_last.json') },
    ],
    ids: ['8b726e606741012ffc2d782bcb7848fe', 'e7665094164c498781ebe4c8db6d2af5'],
  },
  statesTable: tableOf('zendeskJobStatuses'),
};

function recordOf({ json }: FixtureAnswer): unknown {
  return typeof json === 'object' && json !== null ? Reflect.get(json, 'job_status') : json;
}

/** What Salesforce answers about the job that is asked for. */
function salesforce(name: string): FixtureReply<JobRef> {
  return (_request, { jobId }) => ({ json: { ...bodyOf(name), id: jobId } });
}

/** Salesforce, as its pages show it. */
export const salesforceHarness: AdapterHarness<JobRef> = {
  create: ({ baseUrl, secret }) =>
    createRestAdapter(salesforceBulkIngest, { baseUrl: `${baseUrl}/services/data/v66.0`, token: secret }),
  toRef: (jobId) => ({ jobId }),
  samples: [
    { label: 'open', reply: salesforce('salesforce_open.json'), expect: { state: 'pending' } },
    {
      label: 'uploaded',
      reply: salesforce('salesforce_upload_complete.json'),
      expect: { state: 'pending', nativeState: 'UploadComplete' },
    },
    { label: 'in progress', reply: salesforce('salesforce_in_progress.json'), expect: { state: 'running' } },
    { label: 'complete', reply: salesforce('salesforce_job_complete.json'), expect: { state: 'succeeded' } },
    {
      label: 'complete with failures',
      reply: salesforce('salesforce_job_complete_with_failures.json'),
      expect: { state: 'partially_succeeded' },
    },
    { label: 'failed', reply: salesforce('salesforce_failed.json'), expect: { state: 'failed' } },
    { label: 'aborted', reply: salesforce('salesforce_aborted.json'), expect: { state: 'canceled' } },
    {
      label: 'not known',
      reply: { status: 404, json: bodyOf('salesforce_error_404.json') },
      expect: { state: 'not_found' },
    },
  ],
  unrecognised: salesforce('salesforce_unknown_state.json'),
  list: {
    pages: [
      { json: bodyOf('salesforce_list.json') },
      {
        json: { done: false, records: [], nextRecordsUrl: '/services/data/v66.0/jobs/ingest?queryLocator=2' },
      },
      { json: bodyOf('salesforce_list_last.json') },
    ],
    ids: ['7505e000002hYAZAA2', '7505e000002hYAeAAM', '7505e000002hYAjAAM'],
  },
  start: {
    input: { object: 'Account', operation: 'insert' },
    reply: { json: bodyOf('salesforce_created.json') },
    expect: { jobId: '7505e000002hYAZAA2' },
  },
  cancel: { reply: { json: bodyOf('salesforce_aborted.json') } },
  statesTable: tableOf('salesforceBulkIngest'),
};
