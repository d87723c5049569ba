import { defineAdapter, type HttpClient, mapState } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

const states = { RUNNING: 'running', DONE: 'succeeded' } as const;

/** Progress as a percentage, which is null until the provider has an idea. */
export function createPercentProgressAdapter(http: HttpClient) {
  return defineAdapter({
    provider: 'percent',
    states,
    http,
    capabilities: { progress: 'percent' },
    refSchema: z.strictObject({ jobId: z.string() }),
    toKeyParts: ({ jobId }) => [jobId],
    toRequest: ({ jobId }) => ({ path: `/jobs/${encodeURIComponent(jobId)}` }),
    schema: z.object({ status: z.string(), percentComplete: z.nullish(z.number()) }),
    toReading: ({ status, percentComplete }, { native }) => ({
      state: mapState(states, status),
      nativeState: status,
      ...(typeof percentComplete === 'number' && { progress: { percent: percentComplete } }),
      native,
    }),
  });
}
