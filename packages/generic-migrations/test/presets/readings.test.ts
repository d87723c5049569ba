import { describe, expect, it } from 'vitest';
import { collect } from '../../../../test/support/collect.ts';
import { createFixtureReader } from '../../../../test/support/read-fixture.ts';
import { createRecordingFetch, type SentRequest } from '../../../../test/support/recording-fetch.ts';
import { gitlabDirectTransfer, salesforceBulkIngest, zendeskJobStatuses } from '../../src/presets/index.ts';
import { createRestAdapter } from '../../src/rest/index.ts';

const readFixture = createFixtureReader(import.meta.url);
const fixtureOf = (name: string) => JSON.parse(readFixture(name));

type Respond = (request: SentRequest) => Response;

function createGitlab(respond: Respond, more: { readonly parts?: boolean } = {}) {
  const { fetch, requests } = createRecordingFetch(respond);
  const options = { baseUrl: 'https://gitlab.example.com/api/v4', apiKey: 'glpat-1', fetch, ...more };
  return { adapter: createRestAdapter(gitlabDirectTransfer, options), requests };
}

function createZendesk(respond: Respond, more: { readonly states?: { readonly killed: 'canceled' } } = {}) {
  const { fetch, requests } = createRecordingFetch(respond);
  const account = { baseUrl: 'https://example.zendesk.com', user: 'me@example.com/token', password: 'zd-1' };
  return { adapter: createRestAdapter(zendeskJobStatuses, { ...account, fetch, ...more }), requests };
}

function createSalesforce(respond: Respond) {
  const { fetch, requests } = createRecordingFetch(respond);
  const options = { baseUrl: 'https://example.my.salesforce.com/services/data/v66.0', token: '00D-1', fetch };
  return { adapter: createRestAdapter(salesforceBulkIngest, options), requests };
}

const answer = (name: string, status = 200, headers: Record<string, string> = {}) =>
  new Response(readFixture(name), { status, headers });

describe('GitLab', () => {
  const ref = { migrationId: '1' };
  const times = { createdAt: '2021-06-18T09:45:55.358Z', updatedAt: '2021-06-18T09:46:27.003Z' };
  const gaveUp = 'GitLab gave the migration up because it did not move for too long.';

  it.each([
    ['gitlab_created.json', { state: 'pending', nativeState: 'created' }],
    ['gitlab_started.json', { state: 'running', nativeState: 'started' }],
    ['gitlab_finished.json', { state: 'succeeded', nativeState: 'finished' }],
    ['gitlab_finished_without_has_failures.json', { state: 'succeeded', nativeState: 'finished' }],
    ['gitlab_finished_with_failures.json', { state: 'partially_succeeded', nativeState: 'finished' }],
    ['gitlab_failed.json', { state: 'failed', nativeState: 'failed' }],
    [
      'gitlab_timeout.json',
      {
        state: 'failed',
        nativeState: 'timeout',
        message: gaveUp,
        issues: [{ severity: 'error', code: 'timeout', message: gaveUp }],
      },
    ],
    ['gitlab_canceled.json', { state: 'canceled', nativeState: 'canceled' }],
    ['gitlab_unknown_status.json', { state: 'unknown', nativeState: 'partially finished' }],
  ])('%s', async (fixture, reading) => {
    const { adapter } = createGitlab(() => answer(fixture));
    expect(await adapter.getStatus(ref)).toEqual({ ...reading, ...times, native: fixtureOf(fixture) });
  });

  it('does not know a migration', async () => {
    const { adapter } = createGitlab(() => answer('gitlab_error_404.json', 404));
    expect(await adapter.getStatus(ref)).toEqual({
      state: 'not_found',
      nativeState: 'HTTP 404',
      native: null,
    });
  });

  it('refuses a token', async () => {
    const { adapter } = createGitlab(() => answer('gitlab_error_401.json', 401));
    await expect(adapter.getStatus(ref)).rejects.toMatchObject({
      failure: 'unauthorized',
      message: 'gitlab answered HTTP 401: 401 Unauthorized',
    });
  });

  it('tells about the entities of a migration where that is wanted', async () => {
    const { adapter, requests } = createGitlab(
      ({ url }) => answer(url.includes('entities') ? 'gitlab_entities.json' : 'gitlab_started.json'),
      { parts: true },
    );
    expect(await adapter.getStatus(ref)).toEqual({
      state: 'running',
      nativeState: 'started',
      progress: { completed: 2, total: 2, failed: 1, unit: 'entities' },
      parts: [
        { name: '1', state: 'succeeded', nativeState: 'finished' },
        { name: '2', state: 'failed', nativeState: 'failed', message: 'Error!' },
      ],
      ...times,
      native: fixtureOf('gitlab_started.json'),
    });
    expect(requests.map(({ method, url, headers }) => [method, url, headers['private-token']])).toEqual([
      ['GET', 'https://gitlab.example.com/api/v4/bulk_imports/1', 'glpat-1'],
      ['GET', 'https://gitlab.example.com/api/v4/bulk_imports/1/entities?per_page=100', 'glpat-1'],
    ]);
  });

  it('has more entities than a page', async () => {
    const { adapter } = createGitlab(
      ({ url }) =>
        url.includes('entities')
          ? answer('gitlab_entities.json', 200, { 'x-total': '120' })
          : answer('gitlab_started.json'),
      { parts: true },
    );
    const { parts, issues } = await adapter.getStatus(ref);
    expect(parts).toBeUndefined();
    expect(issues).toMatchObject([{ severity: 'warning', code: 'parts_unavailable' }]);
  });

  it('lists migrations by its links', async () => {
    const next =
      '<https://gitlab.example.com/api/v4/bulk_imports?page=2&per_page=100&status=finished>; rel="next"';
    const { adapter, requests } = createGitlab(({ url }) =>
      url.includes('page=2') ? Response.json([]) : answer('gitlab_list.json', 200, { link: next }),
    );
    const listed = await collect(adapter.list({ status: 'finished' }));
    expect(listed.map(({ key, ref, reading }) => [key, ref, reading.state])).toEqual([
      ['gitlab/gitlab.example.com/1', { migrationId: '1' }, 'succeeded'],
      ['gitlab/gitlab.example.com/2', { migrationId: '2' }, 'running'],
    ]);
    expect(requests.map(({ url }) => url)).toEqual([
      'https://gitlab.example.com/api/v4/bulk_imports?status=finished&per_page=100',
      'https://gitlab.example.com/api/v4/bulk_imports?page=2&per_page=100&status=finished',
    ]);
  });

  it('starts and cancels migrations', async () => {
    const { adapter, requests } = createGitlab(() => answer('gitlab_created.json', 201));
    const entities = [
      {
        source_type: 'group_entity',
        source_full_path: 'a',
        destination_slug: 'a',
        destination_namespace: '',
      },
    ];
    const input = { sourceUrl: 'https://source.example.com', sourceToken: 'glpat-2', entities };
    expect(await adapter.start(input)).toEqual(ref);
    await adapter.cancel(ref);
    expect(requests.map(({ method, url }) => [method, url])).toEqual([
      ['POST', 'https://gitlab.example.com/api/v4/bulk_imports'],
      ['POST', 'https://gitlab.example.com/api/v4/bulk_imports/1/cancel'],
    ]);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      configuration: { url: 'https://source.example.com', access_token: 'glpat-2' },
      entities,
    });
  });
});

describe('Zendesk', () => {
  const ref = { jobId: 'dd9321f29967688b27bc9499ebb4ae8d' };
  const completed = { nativeState: 'completed', message: 'Completed at 2018-03-08 06:07:49 +0000' };
  const two = { completed: 2, total: 2, unit: 'tasks' };

  it.each([
    ['zendesk_completed_create.json', { state: 'succeeded', ...completed, progress: two }],
    ['zendesk_completed_delete.json', { state: 'succeeded', ...completed }],
    [
      'zendesk_completed_update_with_failures.json',
      {
        state: 'partially_succeeded',
        ...completed,
        progress: two,
        issues: [{ severity: 'error', code: 'TicketUpdateError', message: 'Ticket 256 cannot be updated' }],
      },
    ],
    [
      'zendesk_completed_users_with_failures.json',
      {
        state: 'partially_succeeded',
        ...completed,
        progress: { completed: 3, total: 3, unit: 'tasks' },
        issues: [
          {
            severity: 'error',
            code: 'UserUpdateError',
            message: 'Name: Email: error@example.com_ is not properly formatted',
          },
        ],
      },
    ],
    [
      'zendesk_queued.json',
      { state: 'pending', nativeState: 'queued', progress: { total: 2, unit: 'tasks' } },
    ],
    [
      'zendesk_working.json',
      { state: 'running', nativeState: 'working', progress: { completed: 120, total: 200, unit: 'tasks' } },
    ],
    [
      'zendesk_failed.json',
      {
        state: 'failed',
        nativeState: 'failed',
        message: 'Failed at 2018-03-08 06:07:49 +0000',
        progress: { completed: 0, total: 2, unit: 'tasks' },
      },
    ],
    [
      'zendesk_killed.json',
      { state: 'unknown', nativeState: 'killed', progress: { completed: 1, total: 2, unit: 'tasks' } },
    ],
  ])('%s', async (fixture, reading) => {
    const { adapter } = createZendesk(() => answer(fixture));
    expect(await adapter.getStatus(ref)).toEqual({ ...reading, native: fixtureOf(fixture).job_status });
  });

  it('is taught what it does not say', async () => {
    const { adapter } = createZendesk(() => answer('zendesk_killed.json'), {
      states: { killed: 'canceled' },
    });
    expect(await adapter.getStatus(ref)).toMatchObject({ state: 'canceled' });
  });

  it('has forgotten a job', async () => {
    const { adapter, requests } = createZendesk(() => answer('zendesk_error_404.json', 404));
    expect(await adapter.getStatus(ref)).toEqual({
      state: 'not_found',
      nativeState: 'HTTP 404',
      native: null,
    });
    expect(requests[0]).toMatchObject({
      url: 'https://example.zendesk.com/api/v2/job_statuses/dd9321f29967688b27bc9499ebb4ae8d',
      headers: { authorization: `Basic ${btoa('me@example.com/token:zd-1')}` },
    });
  });

  it('tells about many jobs at once', async () => {
    const { adapter, requests } = createZendesk(() => answer('zendesk_show_many.json'));
    const ids = ['8b726e606741012ffc2d782bcb7848fe', 'e7665094164c498781ebe4c8db6d2af5', 'gone'];
    const outcomes = await adapter.getStatuses(ids.map((jobId) => ({ jobId })));
    expect([...outcomes]).toMatchObject([
      [`zendesk/example.zendesk.com/${ids[0]}`, { state: 'succeeded' }],
      [
        `zendesk/example.zendesk.com/${ids[1]}`,
        { state: 'running', progress: { completed: 120, total: 200 } },
      ],
      ['zendesk/example.zendesk.com/gone', { state: 'not_found' }],
    ]);
    const { pathname, searchParams } = new URL(requests[0]?.url ?? '');
    expect([pathname, [...searchParams]]).toEqual([
      '/api/v2/job_statuses/show_many',
      [['ids', ids.join(',')]],
    ]);
    expect(adapter.capabilities).toMatchObject({
      maxBatchSize: 100,
      progress: 'counts',
      start: false,
      cancel: false,
    });
  });

  it('lists jobs by cursor', async () => {
    const { adapter, requests } = createZendesk(({ url }) =>
      answer(url.includes('after') ? 'zendesk_list_last.json' : 'zendesk_list.json'),
    );
    const listed = await collect(adapter.list({ pageSize: 50 }));
    expect(listed.map(({ ref: listedRef, reading }) => [listedRef?.jobId, reading.state])).toEqual([
      ['8b726e606741012ffc2d782bcb7848fe', 'succeeded'],
      ['e7665094164c498781ebe4c8db6d2af5', 'running'],
    ]);
    expect(requests.map(({ url }) => [...new URL(url).searchParams])).toEqual([
      [['page[size]', '50']],
      [
        ['page[after]', 'xxx'],
        ['page[size]', '50'],
      ],
    ]);
  });
});

describe('Salesforce', () => {
  const ref = { jobId: '7505e000002hYAZAA2' };
  const times = { createdAt: '2022-01-02T21:33:43.000Z', updatedAt: '2022-01-02T21:38:31.000Z' };
  const counts = (completed: number, failed = 0) => ({ progress: { completed, failed, unit: 'records' } });
  const why = 'InvalidBatch : Field name not found : Nmae';

  it.each([
    ['salesforce_open.json', { state: 'pending', nativeState: 'Open', ...counts(0) }],
    ['salesforce_upload_complete.json', { state: 'pending', nativeState: 'UploadComplete', ...counts(0) }],
    ['salesforce_in_progress.json', { state: 'running', nativeState: 'InProgress', ...counts(2) }],
    ['salesforce_job_complete.json', { state: 'succeeded', nativeState: 'JobComplete', ...counts(4) }],
    [
      'salesforce_job_complete_with_failures.json',
      { state: 'partially_succeeded', nativeState: 'JobComplete', ...counts(4, 3) },
    ],
    [
      'salesforce_failed.json',
      {
        state: 'failed',
        nativeState: 'Failed',
        ...counts(0),
        message: why,
        issues: [{ severity: 'error', message: why }],
      },
    ],
    ['salesforce_aborted.json', { state: 'canceled', nativeState: 'Aborted', ...counts(0) }],
    ['salesforce_unknown_state.json', { state: 'unknown', nativeState: 'Suspended', ...counts(4) }],
  ])('%s', async (fixture, reading) => {
    const { adapter } = createSalesforce(() => answer(fixture));
    expect(await adapter.getStatus(ref)).toEqual({ ...reading, ...times, native: fixtureOf(fixture) });
  });

  it('does not know a job', async () => {
    const { adapter, requests } = createSalesforce(() => answer('salesforce_error_404.json', 404));
    expect(await adapter.getStatus(ref)).toEqual({
      state: 'not_found',
      nativeState: 'HTTP 404',
      native: null,
    });
    expect(requests[0]).toMatchObject({
      url: 'https://example.my.salesforce.com/services/data/v66.0/jobs/ingest/7505e000002hYAZAA2',
      headers: { authorization: 'Bearer 00D-1' },
    });
  });

  it('calls a limit a 403', async () => {
    const { adapter } = createSalesforce(() => answer('salesforce_error_limit.json', 403));
    await expect(adapter.getStatus(ref)).rejects.toMatchObject({
      failure: 'throttled',
      isRetryable: true,
      message: 'salesforce answered HTTP 403: REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.',
    });
  });

  it('lists jobs, of which it tells no counts', async () => {
    const { adapter, requests } = createSalesforce(({ url }) =>
      answer(url.includes('queryLocator') ? 'salesforce_list_last.json' : 'salesforce_list.json'),
    );
    const listed = await collect(adapter.list());
    expect(listed.map(({ reading }) => [reading.nativeState, reading.state, reading.progress])).toEqual([
      ['JobComplete', 'unknown', undefined],
      ['InProgress', 'running', undefined],
      ['Aborted', 'canceled', undefined],
    ]);
    expect(requests.map(({ url }) => url.split('/v66.0')[1])).toEqual([
      '/jobs/ingest?jobType=V2Ingest',
      '/jobs/ingest?jobType=V2Ingest&queryLocator=01g5e00000LocatorAAA',
    ]);
  });

  it('starts and aborts jobs', async () => {
    const { adapter, requests } = createSalesforce(() => answer('salesforce_created.json'));
    expect(
      await adapter.start({ object: 'Account', operation: 'upsert', externalIdFieldName: 'Id__c' }),
    ).toEqual(ref);
    await adapter.cancel(ref);
    expect(
      requests.map(({ method, url, body }) => [method, url.split('/v66.0')[1], JSON.parse(body)]),
    ).toEqual([
      [
        'POST',
        '/jobs/ingest',
        { object: 'Account', operation: 'upsert', contentType: 'CSV', externalIdFieldName: 'Id__c' },
      ],
      ['PATCH', '/jobs/ingest/7505e000002hYAZAA2', { state: 'Aborted' }],
    ]);
  });
});
