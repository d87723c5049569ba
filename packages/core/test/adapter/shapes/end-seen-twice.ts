import { defineAdapter, type HttpClient, isTerminalState, mapState } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

const states = { RUNNING: 'running', DONE: 'succeeded', FAILED: 'failed' } as const;

/** The provider repeats by itself what has failed, so an end is believed at the second look: the memo holds the first. */
export function createEndSeenTwiceAdapter(http: HttpClient) {
  return defineAdapter({
    provider: 'twice',
    states,
    http,
    refSchema: z.strictObject({ jobId: z.string() }),
    toKeyParts: ({ jobId }) => [jobId],
    toRequest: ({ jobId }) => ({ path: `/jobs/${encodeURIComponent(jobId)}` }),
    schema: z.object({ status: z.string() }),
    toReading({ status }, { memo, native }) {
      const state = mapState(states, status);
      const isHeldBack = isTerminalState(state) && memo !== status;
      return { state: isHeldBack ? 'running' : state, nativeState: status, memo: status, native };
    },
  });
}
