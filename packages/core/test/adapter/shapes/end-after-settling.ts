import {
  defineAdapter,
  type HttpClient,
  isTerminalState,
  mapState,
  parseBody,
} from '@migration-status/core/adapter';
import * as z from 'zod/mini';

const states = { RUNNING: 'running', DONE: 'succeeded', FAILED: 'failed' } as const;
const memoSchema = z.optional(z.object({ word: z.string(), since: z.number() }));

/** An end that may be taken back for a while: it is believed once it has stood for that long, by the memo. */
export function createEndAfterSettlingAdapter(http: HttpClient, { settlingMs }: { settlingMs: number }) {
  return defineAdapter({
    provider: 'settling',
    states,
    http,
    refSchema: z.strictObject({ jobId: z.string() }),
    toKeyParts: ({ jobId }) => [jobId],
    toRequest: ({ jobId }) => ({ path: `/jobs/${encodeURIComponent(jobId)}` }),
    schema: z.object({ status: z.string() }),
    toReading({ status }, { memo, wallTime, native }) {
      const state = mapState(states, status);
      if (!isTerminalState(state)) return { state, nativeState: status, native };
      const before = parseBody(memoSchema, memo, { provider: 'settling' });
      const since = before?.word === status ? before.since : wallTime;
      const remainingMs = since + settlingMs - wallTime;
      if (remainingMs <= 0) return { state, nativeState: status, native };
      const held = { word: status, since };
      return { state: 'running', nativeState: status, retryAfterMs: remainingMs, memo: held, native };
    },
  });
}
