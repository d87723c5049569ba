import { defineAdapter, type HttpClient, mapState } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

/** Both words together are looked up, so that an end without an outcome, or with one that nobody knows, is `unknown`. */
const states = {
  queued: 'pending',
  in_progress: 'running',
  'completed:success': 'succeeded',
  'completed:neutral': 'partially_succeeded',
  'completed:failure': 'failed',
  'completed:cancelled': 'canceled',
} as const;

/** One word says how far the job is, another how it ended. */
export function createLifecycleAndOutcomeAdapter(http: HttpClient) {
  return defineAdapter({
    provider: 'pair',
    states,
    http,
    refSchema: z.strictObject({ jobId: z.string() }),
    toKeyParts: ({ jobId }) => [jobId],
    toRequest: ({ jobId }) => ({ path: `/jobs/${encodeURIComponent(jobId)}` }),
    schema: z.object({ status: z.string(), conclusion: z.nullish(z.string()) }),
    toReading({ status, conclusion }, { native }) {
      const nativeState = conclusion ? `${status}:${conclusion}` : status;
      return { state: mapState(states, nativeState), nativeState, native };
    },
  });
}
