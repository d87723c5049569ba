import { type MigrationAdapter, MigrationStatusError } from '@migration-status/core';
import { wrapReads } from '../shard/wrap-reads.ts';
import type { ProcessCounters, ReadOutcome } from './process-counters.ts';

/** The same adapter, with its requests counted. */
export function countReads(adapter: MigrationAdapter, counters: ProcessCounters): MigrationAdapter {
  return wrapReads(adapter, async ({ refs, signal }, read) => {
    const account = { provider: adapter.provider, lane: adapter.lane(refs[0]) };
    const began = performance.now();
    try {
      const answer = await read();
      counters.noteRequest(account, 'ok', performance.now() - began, toOutcomes(answer));
      return answer;
    } catch (error) {
      const outcome = signal?.aborted ? 'aborted' : adapter.classify(error);
      const reads = refs.map(() => outcome);
      counters.noteRequest(account, outcome, performance.now() - began, reads);
      throw error;
    }
  });

  /** Of many migrations each has its own answer, which can be an error. */
  function toOutcomes(answer: unknown): readonly ReadOutcome[] {
    if (!(answer instanceof Map)) return ['ok'];
    return Array.from(answer.values(), (each) =>
      MigrationStatusError.isInstance(each) ? adapter.classify(each) : 'ok',
    );
  }
}
