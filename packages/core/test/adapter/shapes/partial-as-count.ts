import {
  defineAdapter,
  type HttpClient,
  type MigrationState,
  mapState,
} from '@migration-status/core/adapter';
import * as z from 'zod/mini';

const states = { RUNNING: 'running', DONE: 'succeeded' } as const;

interface Items {
  readonly copied: number;
  readonly skipped: number;
}

function toState(word: string, { copied, skipped }: Items): MigrationState {
  const state = mapState(states, word);
  if (state !== 'succeeded' || skipped === 0) return state;
  return copied > 0 ? 'partially_succeeded' : 'failed';
}

/** Partial success is a count; an end at which nothing at all was copied is a failure. */
export function createPartialAsCountAdapter(http: HttpClient) {
  return defineAdapter({
    provider: 'partial-count',
    states,
    http,
    capabilities: { progress: 'counts' },
    refSchema: z.strictObject({ jobId: z.string() }),
    toKeyParts: ({ jobId }) => [jobId],
    toRequest: ({ jobId }) => ({ path: `/jobs/${encodeURIComponent(jobId)}` }),
    schema: z.object({ status: z.string(), items: z.object({ copied: z.number(), skipped: z.number() }) }),
    toReading: ({ status, items }, { native }) => ({
      state: toState(status, items),
      nativeState: status,
      progress: { completed: items.copied, failed: items.skipped, unit: 'items' },
      native,
    }),
  });
}
