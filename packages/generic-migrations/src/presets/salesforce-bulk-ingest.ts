import type { RestDescription } from '../rest/rest-description.ts';

/**
 * Ingest jobs of the Salesforce Bulk API 2.0: uploads of records into an org. The base URL names the version of the API.
 *
 * | what | evidence |
 * |---|---|
 * | the six states | the page about job states |
 * | all other fields, `numberRecordsFailed` above zero as a partial success of `JobComplete` | the page of the job's information |
 * | `PATCH` with `Aborted` | the page about aborting |
 * | `records`, `done`, `nextRecordsUrl`, `jobType` | the page about all jobs |
 * | the body of a start | the page about creating a job |
 * | `message` and `errorCode` of an error, `REQUEST_LIMIT_EXCEEDED` as a limit | the page about status codes |
 * | that errors come as a list | answers in public code |
 *
 * `Open` waits for its data, which is uploaded as CSV and closed outside of this package; until then the job stays `pending`.
 * How many records there are in all is not said, so there is no total. The list tells no counts: it cannot tell a partial success
 * from a whole one, so there `JobComplete` is `unknown`.
 *
 * @see https://developer.salesforce.com/docs/platform/api-asynch/guide/bulk-api-2-job-states.html
 * @see https://developer.salesforce.com/docs/platform/api-asynch/guide/get-job-info.html
 * @see https://developer.salesforce.com/docs/platform/api-asynch/guide/abort-job.html
 * @see https://developer.salesforce.com/docs/platform/api-asynch/guide/get-all-jobs.html
 * @see https://developer.salesforce.com/docs/platform/api-asynch/guide/create-job.html
 * @see https://developer.salesforce.com/docs/platform/api-rest/guide/errorcodes.html
 *
 * @example
 * const salesforce = createRestAdapter(salesforceBulkIngest, {
 *   baseUrl: 'https://example.my.salesforce.com/services/data/v66.0',
 *   token: 'your-access-token',
 * });
 * const status = await pollUntilDone(salesforce, { jobId: '7505e000002hYAZAA2' });
 */
export const salesforceBulkIngest = {
  provider: 'salesforce',
  auth: 'bearer',
  ref: ['jobId'],
  status: { path: '/jobs/ingest/{jobId}' },
  reading: {
    id: '/id',
    state: '/state',
    progress: { completed: '/numberRecordsProcessed', failed: '/numberRecordsFailed', unit: 'records' },
    createdAt: '/createdDate',
    updatedAt: '/systemModstamp',
    issues: { message: '/errorMessage' },
    partial: [{ count: '/numberRecordsFailed' }],
  },
  states: {
    Open: 'pending',
    UploadComplete: 'pending',
    InProgress: 'running',
    JobComplete: 'succeeded',
    Failed: 'failed',
    Aborted: 'canceled',
  },
  errors: {
    code: ['/0/errorCode', '/errorCode'],
    message: ['/0/message', '/message'],
    failures: { REQUEST_LIMIT_EXCEEDED: 'throttled' },
  },
  list: {
    path: '/jobs/ingest',
    query: { jobType: 'V2Ingest' },
    items: '/records',
    states: { JobComplete: 'unknown' },
    paging: { type: 'next_link', pointer: '/nextRecordsUrl', isLast: '/done' },
  },
  start: {
    path: '/jobs/ingest',
    input: {
      object: 'string',
      operation: 'string',
      externalIdFieldName: 'string?',
      lineEnding: 'string?',
      columnDelimiter: 'string?',
    },
    body: {
      object: '{object}',
      operation: '{operation}',
      contentType: 'CSV',
      externalIdFieldName: '{externalIdFieldName}',
      lineEnding: '{lineEnding}',
      columnDelimiter: '{columnDelimiter}',
    },
    ref: { jobId: '/id' },
  },
  cancel: { method: 'PATCH', path: '/jobs/ingest/{jobId}', body: { state: 'Aborted' } },
} as const satisfies RestDescription;
