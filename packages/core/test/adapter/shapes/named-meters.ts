import { defineAdapter, type HttpClient, mapState } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

const states = { RUNNING: 'running', DONE: 'succeeded' } as const;

/** Progress as several meters with names: parts that have progress and no state. No sum is made of rows and bytes. */
export function createNamedMetersAdapter(http: HttpClient) {
  return defineAdapter({
    provider: 'meters',
    states,
    http,
    refSchema: z.strictObject({ jobId: z.string() }),
    toKeyParts: ({ jobId }) => [jobId],
    toRequest: ({ jobId }) => ({ path: `/jobs/${encodeURIComponent(jobId)}` }),
    schema: z.object({
      status: z.string(),
      meters: z.record(z.string(), z.object({ done: z.number(), of: z.optional(z.number()) })),
    }),
    toReading: ({ status, meters }, { native }) => ({
      state: mapState(states, status),
      nativeState: status,
      parts: Object.entries(meters).map(([name, { done, of: total }]) => ({
        name,
        progress: { completed: done, ...(total !== undefined && { total }), unit: name },
      })),
      native,
    }),
  });
}
