import { genericMigrationsStates, genericMigrationsTaskStates } from './generic-migrations-states.ts';
import type { RestDescription } from './rest/rest-description.ts';
import { genericMigrationsExplanations, genericMigrationsReading } from './to-reading.ts';
import { genericMigrationsErrors } from './to-reading-of-error.ts';

/** A list in any of the usual envelopes, because the vendor documents none. */
const page = {
  items: ['', '/data', '/items', '/results', '/migrations', '/tasks'],
  total: ['/total', '/total_count', '/count'],
  pageSize: '/page_size',
} as const;

/**
 * The Migrations API (v1) as data.
 *
 * @see https://anon.mintlify.app/v1/data/migrations
 * @see https://anon.mintlify.app/v1/data/migration-tasks
 */
export const genericMigrationsDescription = {
  provider: 'generic-migrations',
  baseUrl: 'https://worker.anon.com/api/v1',
  auth: 'bearer',
  ref: ['migrationId'],
  status: { path: '/migrations/{migrationId}' },
  reading: genericMigrationsReading,
  states: genericMigrationsStates,
  explanations: genericMigrationsExplanations,
  errors: genericMigrationsErrors,
  parts: {
    ...page,
    path: '/migrations/{migrationId}/tasks',
    name: '/id',
    state: '/status',
    states: genericMigrationsTaskStates,
    countAs: 'tasks',
    unavailableCode: 'tasks_unavailable',
  },
  list: {
    ...page,
    path: '/migrations',
    paging: { type: 'page', parameter: 'page', size: { parameter: 'page_size', value: 10 } },
  },
} as const satisfies RestDescription;
