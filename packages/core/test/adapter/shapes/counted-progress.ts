import { defineAdapter, type HttpClient, mapState } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

const states = { RUNNING: 'running', DONE: 'succeeded' } as const;

/** A count that arrives as a string, as 64-bit numbers do; an empty one is none. */
const count = z.pipe(z.string().check(z.regex(/^\d+$/, 'a count')), z.transform(Number));

/** Progress as counts. */
export function createCountedProgressAdapter(http: HttpClient) {
  return defineAdapter({
    provider: 'counted',
    states,
    http,
    capabilities: { progress: 'counts' },
    refSchema: z.strictObject({ jobId: z.string() }),
    toKeyParts: ({ jobId }) => [jobId],
    toRequest: ({ jobId }) => ({ path: `/jobs/${encodeURIComponent(jobId)}` }),
    schema: z.object({ status: z.string(), rows: z.optional(z.object({ copied: count, all: count })) }),
    toReading: ({ status, rows }, { native }) => ({
      state: mapState(states, status),
      nativeState: status,
      ...(rows && { progress: { completed: rows.copied, total: rows.all, unit: 'rows' } }),
      native,
    }),
  });
}
