import { createHttpClient, defineAdapter, mapState } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

const states = { RUNNING: 'running', DONE: 'succeeded' } as const;

/** An adapter as somebody writes it first: reads alone. */
export function createAcmeAdapter({
  apiKey,
  baseUrl,
}: {
  readonly apiKey: string;
  readonly baseUrl: string;
}) {
  return defineAdapter({
    provider: 'acme',
    states,
    http: createHttpClient({ provider: 'acme', baseUrl, credentials: { authorization: `Bearer ${apiKey}` } }),
    refSchema: z.strictObject({ jobId: z.string().check(z.regex(/^(?!\.{1,2}$)./s, 'an id')) }),
    toKeyParts: ({ jobId }) => [jobId],
    toRequest: ({ jobId }) => ({ path: `/jobs/${encodeURIComponent(jobId)}` }),
    schema: z.object({ status: z.string() }),
    toReading: ({ status }, { native }) => ({ state: mapState(states, status), nativeState: status, native }),
  });
}
