import { defineAdapter, type HttpClient, mapState } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

const states = { active: 'running', complete: 'succeeded', broken: 'failed' } as const;

/** The tasks have words of their own; what the job as a whole says is never made up from them. */
const taskStates = { WAITING: 'pending', COPYING: 'running', COPIED: 'succeeded', STUCK: 'failed' } as const;

/** A job, and its tasks with states of their own. */
export function createNestedTasksAdapter(http: HttpClient) {
  return defineAdapter({
    provider: 'nested',
    states,
    http,
    refSchema: z.strictObject({ jobId: z.string() }),
    toKeyParts: ({ jobId }) => [jobId],
    toRequest: ({ jobId }) => ({ path: `/jobs/${encodeURIComponent(jobId)}` }),
    schema: z.object({
      status: z.string(),
      tasks: z.array(z.object({ table: z.string(), status: z.string(), reason: z.optional(z.string()) })),
    }),
    toReading: ({ status, tasks }, { native }) => ({
      state: mapState(states, status),
      nativeState: status,
      parts: tasks.map(({ table, status: word, reason }) => ({
        name: table,
        state: mapState(taskStates, word),
        nativeState: word,
        ...(reason !== undefined && { message: reason }),
      })),
      native,
    }),
  });
}
