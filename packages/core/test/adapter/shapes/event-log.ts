import { defineAdapter, type HttpClient, mapState, parseBody } from '@migration-status/core/adapter';
import * as z from 'zod/mini';

const states = { started: 'running', finished: 'succeeded', crashed: 'failed' } as const;

/** Where the log has been read to, and what it amounts to so far. */
const memoSchema = z.object({ cursor: z.number(), word: z.string(), copied: z.number() });

function toMemo(memo: unknown): z.infer<typeof memoSchema> {
  const isFirst = memo === undefined;
  return isFirst ? { cursor: 0, word: '', copied: 0 } : parseBody(memoSchema, memo, { provider: 'log' });
}

/** A log of events that is read from a cursor on; the memo holds the cursor together with what was folded up to it. */
export function createEventLogAdapter(http: HttpClient) {
  return defineAdapter({
    provider: 'log',
    states,
    http,
    capabilities: { progress: 'counts' },
    refSchema: z.strictObject({ jobId: z.string() }),
    toKeyParts: ({ jobId }) => [jobId],
    toRequest: ({ jobId }, { memo }) => ({
      path: `/jobs/${encodeURIComponent(jobId)}/events`,
      query: [['after', String(toMemo(memo).cursor)]],
    }),
    schema: z.object({ events: z.array(z.object({ id: z.number(), kind: z.string() })) }),
    toReading({ events }, { memo, native }) {
      const before = toMemo(memo);
      const copied = before.copied + events.filter(({ kind }) => kind === 'copied').length;
      const word = events.findLast(({ kind }) => kind !== 'copied')?.kind ?? before.word;
      return {
        state: word === '' ? 'pending' : mapState(states, word),
        nativeState: word,
        progress: { completed: copied, unit: 'tables' },
        memo: { cursor: events.at(-1)?.id ?? before.cursor, word, copied },
        native,
      };
    },
  });
}
