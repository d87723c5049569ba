import type { RestDescription } from '../rest/rest-description.ts';

/**
 * The background jobs of a Zendesk account: bulk creations and updates of tickets, users and organizations, as imports make
 * them. Zendesk forgets a job after a day; then it is `not_found`.
 *
 * | what | evidence |
 * |---|---|
 * | the paths, comma-separated `ids`, all fields, the four statuses, `success` in the results of an update | the page of the API |
 * | `status: "Failed"` in the results of users | a customer's report of an answer |
 * | pages by cursor, at most 100 items | the page about pagination |
 * | `{email}/token` as the user, an API token as the password | the page about authentication |
 * | 100 ids in a request | not stated there: as many as a page has |
 * | the body of an error | not stated there: its `error` and `description` are taken where they are texts |
 *
 * An older version of the page has the status `killed` too, without saying what it means: it is `unknown`, which the option
 * `states` can change. Jobs are started by other APIs, and cannot be called off.
 *
 * @see https://developer.zendesk.com/api-reference/ticketing/ticket-management/job_statuses/
 * @see https://developer.zendesk.com/api-reference/introduction/pagination/
 * @see https://support.zendesk.com/hc/en-us/articles/4408831452954
 *
 * @example
 * const zendesk = createRestAdapter(zendeskJobStatuses, {
 *   baseUrl: 'https://example.zendesk.com',
 *   user: 'me@example.com/token',
 *   password: 'your-api-token',
 * });
 * const status = await pollUntilDone(zendesk, { jobId: '8b726e606741012ffc2d782bcb7848fe' });
 */
export const zendeskJobStatuses = {
  provider: 'zendesk',
  auth: 'basic',
  ref: ['jobId'],
  status: { path: '/api/v2/job_statuses/{jobId}', record: '/job_status' },
  reading: {
    id: '/id',
    state: '/status',
    progress: { completed: '/progress', total: '/total', unit: 'tasks' },
    message: '/message',
    issues: { items: '/results', message: '/details', code: '/error' },
    partial: [
      { items: '/results', pointer: '/success', values: [false] },
      { items: '/results', pointer: '/status', values: ['Failed'] },
    ],
  },
  states: { queued: 'pending', working: 'running', completed: 'succeeded', failed: 'failed' },
  errors: { code: '/error', message: ['/description', '/error/title'] },
  batch: {
    path: '/api/v2/job_statuses/show_many',
    ids: 'ids',
    items: '/job_statuses',
    max: 100,
  },
  list: {
    path: '/api/v2/job_statuses',
    items: '/job_statuses',
    paging: {
      type: 'cursor',
      parameter: 'page[after]',
      pointer: '/meta/after_cursor',
      hasMore: '/meta/has_more',
      size: { parameter: 'page[size]', value: 100 },
    },
  },
} as const satisfies RestDescription;
