import { createRecordingFetch, type SentRequest } from '../../../../test/support/recording-fetch.ts';
import { createRestAdapter, type RestDescription } from '../../src/rest/index.ts';

/** A description with all that is required, and no more. */
export const acme = {
  provider: 'acme',
  baseUrl: 'https://api.acme.example/v2',
  auth: 'bearer',
  ref: ['jobId'],
  status: { path: '/jobs/{jobId}' },
  reading: { id: '/id', state: '/status' },
  states: {
    QUEUED: 'pending',
    RUNNING: 'running',
    DONE: 'succeeded',
    ERROR: 'failed',
    STOPPED: 'canceled',
  },
} as const satisfies RestDescription;

export const ref = { jobId: '42' };

/** An adapter of a description, whose API answers everything with one body, and what it was asked. */
export function createAnswered<const Description extends RestDescription>(
  description: Description,
  respond: unknown | ((request: SentRequest) => Response),
  more: object = {},
) {
  const { fetch, requests } = createRecordingFetch((request) =>
    typeof respond === 'function' ? respond(request) : Response.json(respond),
  );
  const { auth }: RestDescription = description;
  const options: object = { ...(auth === 'bearer' && { token: 'acme_token' }), fetch, ...more };
  return { adapter: createRestAdapter(description, options as never), requests };
}
