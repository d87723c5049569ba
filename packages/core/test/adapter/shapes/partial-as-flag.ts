import { defineAdapter, type HttpClient, mapState } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

const states = { RUNNING: 'running', DONE: 'succeeded' } as const;

/** Partial success is a flag beside the word for success. It is no end by itself: errors happen on the way, too. */
export function createPartialAsFlagAdapter(http: HttpClient) {
  return defineAdapter({
    provider: 'partial-flag',
    states,
    http,
    refSchema: z.strictObject({ jobId: z.string() }),
    toKeyParts: ({ jobId }) => [jobId],
    toRequest: ({ jobId }) => ({ path: `/jobs/${encodeURIComponent(jobId)}` }),
    schema: z.object({ status: z.string(), hasErrors: z.optional(z.boolean()) }),
    toReading({ status, hasErrors }, { native }) {
      const state = mapState(states, status);
      const isPartial = state === 'succeeded' && hasErrors === true;
      return { state: isPartial ? 'partially_succeeded' : state, nativeState: status, native };
    },
  });
}
