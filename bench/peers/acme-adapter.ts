import { createHttpClient, defineAdapter, mapState } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

const states = { QUEUED: 'pending', RUNNING: 'running', DONE: 'succeeded', ERROR: 'failed' } as const;

/** How to reach an account at Acme. */
export interface AcmeOptions {
  readonly baseUrl: string;
  readonly token: string;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** A provider that nobody has heard of, as its first user writes it. */
export function createAcmeAdapter({ baseUrl, token, fetch }: AcmeOptions) {
  return defineAdapter({
    provider: 'acme',
    states,
    http: createHttpClient({
      provider: 'acme',
      baseUrl,
      credentials: { authorization: `Bearer ${token}` },
      fetch,
    }),
    refSchema: z.object({ jobId: z.string() }),
    toKeyParts: ({ jobId }) => [jobId],
    toRequest: ({ jobId }) => ({ path: `/jobs/${encodeURIComponent(jobId)}` }),
    schema: z.object({ status: z.string(), percent: z.number() }),
    toReading: ({ status, percent }, { native }) => ({
      state: mapState(states, status),
      nativeState: status,
      progress: { percent },
      native,
    }),
  });
}
