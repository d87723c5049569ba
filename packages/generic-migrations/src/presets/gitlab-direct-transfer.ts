import type { RestDescription } from '../rest/rest-description.ts';

/**
 * Group and project migrations by direct transfer, at the GitLab that they go to.
 *
 * | what | evidence |
 * |---|---|
 * | all paths, `has_failures`, the body of a start, `canceled` | the page of the API |
 * | `created`, `started`, `finished`, `failed` | the statuses that the page can be filtered by |
 * | `timeout` | the values that GitLab's OpenAPI filters by; that it ends what has not moved for a day, its source alone |
 * | the token's header, `message` in the body of an error | the page about authentication |
 * | pages by `Link`, at most 100 items | the page about the REST API |
 *
 * The details say that a migration has failures, not which: the option `parts` asks for its entities (groups and projects) too,
 * up to 100 of them. `sourceToken` is the token for the GitLab that they come from.
 *
 * @see https://docs.gitlab.com/api/bulk_imports/
 * @see https://docs.gitlab.com/api/rest/
 * @see https://docs.gitlab.com/api/rest/authentication/
 * @see https://gitlab.com/gitlab-org/gitlab/-/blob/master/app/models/bulk_import.rb
 *
 * @example
 * const gitlab = createRestAdapter(gitlabDirectTransfer, {
 *   baseUrl: 'https://gitlab.example.com/api/v4',
 *   apiKey: 'your-personal-access-token',
 *   parts: true,
 * });
 * const status = await pollUntilDone(gitlab, { migrationId: '1' });
 */
export const gitlabDirectTransfer = {
  provider: 'gitlab',
  auth: { header: 'PRIVATE-TOKEN' },
  ref: ['migrationId'],
  status: { path: '/bulk_imports/{migrationId}' },
  reading: {
    id: { pointer: '/id', type: 'number' },
    state: '/status',
    createdAt: '/created_at',
    updatedAt: '/updated_at',
    partial: [{ flag: '/has_failures' }],
  },
  states: {
    created: 'pending',
    started: 'running',
    finished: 'succeeded',
    failed: 'failed',
    timeout: 'failed',
    canceled: 'canceled',
  },
  explanations: {
    timeout: {
      code: 'timeout',
      message: 'GitLab gave the migration up because it did not move for too long.',
    },
  },
  errors: { message: ['/message', '/error'] },
  parts: {
    path: '/bulk_imports/{migrationId}/entities',
    query: { per_page: '100' },
    items: '',
    total: { header: 'x-total' },
    name: '/id',
    state: '/status',
    message: '/failures/0/exception_message',
    countAs: 'entities',
  },
  list: {
    path: '/bulk_imports',
    items: '',
    filter: ['status', 'sort'],
    paging: { type: 'link_header', size: { parameter: 'per_page', value: 100 } },
  },
  start: {
    path: '/bulk_imports',
    input: { sourceUrl: 'string', sourceToken: 'secret', entities: 'list' },
    body: {
      configuration: { url: '{sourceUrl}', access_token: '{sourceToken}' },
      entities: '{entities}',
    },
    ref: { migrationId: '/id' },
  },
  cancel: { path: '/bulk_imports/{migrationId}/cancel' },
} as const satisfies RestDescription;
