import { parseOptions } from '@migration-status/core/adapter';
import { createCanceler } from './cancel-migration.ts';
import { createRestReader } from './create-rest-reader.ts';
import { parseRestDescription } from './parse-rest-description.ts';
import { createBatchReader } from './read-batch.ts';
import type { RestDescription } from './rest-description.ts';
import { createOptionsSchema } from './rest-options.ts';
import type { RestAdapter, RestOptions } from './rest-types.ts';
import { createStarter } from './start-migration.ts';
import { createLister } from './walk-list.ts';

/**
 * Makes an adapter out of a description of a REST job API. What the description has no word for is `unknown`, never a guess;
 * what it does not describe, the adapter does not have.
 *
 * Throws a `ConfigurationError` for the first thing that is wrong with the description or the options, whose `option` is its
 * path: `states.RUNNING`, `list.paging.type`. It makes no request.
 *
 * @param description Best written as a literal: the types of refs, filters and inputs are read from it.
 * @param options The base URL, where the description has none, and the credentials that its `auth` asks for: `token` for
 *   `bearer`, `user` and `password` for `basic`, `apiKey` for a header.
 *
 * @example
 * const acme = createRestAdapter(
 *   {
 *     provider: 'acme',
 *     baseUrl: 'https://api.acme.example/v2',
 *     auth: 'bearer',
 *     ref: ['jobId'],
 *     status: { path: '/jobs/{jobId}' },
 *     reading: { id: '/id', state: '/status', progress: { percent: '/percent' } },
 *     states: { QUEUED: 'pending', RUNNING: 'running', DONE: 'succeeded', ERROR: 'failed' },
 *   },
 *   { token: 'your-token' },
 * );
 * const status = await pollUntilDone(acme, { jobId: '42' });
 */
export function createRestAdapter<const Description extends RestDescription>(
  description: Description,
  options: RestOptions<Description>,
): RestAdapter<Description>;
export function createRestAdapter(given: unknown, options: unknown): object {
  const description = parseRestDescription(given);
  const { provider, batch, list, start, cancel } = description;
  const schema = createOptionsSchema(description);
  const checked = parseOptions(schema, options, { provider, subject: `${provider} options` });
  const { account, reader } = createRestReader(description, checked);
  return Object.freeze({
    ...reader,
    ...(batch && createBatchReader(account, reader, batch)),
    ...(list && { list: createLister(account, list) }),
    ...(start && { start: createStarter(account, start) }),
    ...(cancel && { cancel: createCanceler(account, reader, cancel) }),
  });
}
