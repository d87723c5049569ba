import { defineAdapter, type HttpClient, mapState } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

const states = { RUNNING: 'running', DONE: 'succeeded', DONE_WITH_ERRORS: 'partially_succeeded' } as const;

/** Partial success has a word of its own. */
export function createPartialAsStateAdapter(http: HttpClient) {
  return defineAdapter({
    provider: 'partial-state',
    states,
    http,
    refSchema: z.strictObject({ jobId: z.string() }),
    toKeyParts: ({ jobId }) => [jobId],
    toRequest: ({ jobId }) => ({ path: `/jobs/${encodeURIComponent(jobId)}` }),
    schema: z.object({ status: z.string() }),
    toReading: ({ status }, { native }) => ({
      state: mapState(states, status),
      nativeState: status,
      native,
    }),
  });
}
