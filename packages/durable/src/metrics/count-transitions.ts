import type { ShardStore } from '../store/shard-store.ts';
import type { ProcessCounters } from './process-counters.ts';

/** The same store, with the transitions counted that it has recorded. */
export function countTransitions(store: ShardStore, counters: ProcessCounters): ShardStore {
  return {
    ...store,
    async write(claim, batch, signal) {
      const isHeld = await store.write(claim, batch, signal);
      if (!isHeld) return false;
      const providers = new Map(batch.rows.map(({ id, row }) => [id, row.provider]));
      for (const { migrationId, to } of batch.transitions)
        counters.noteTransition(providers.get(migrationId) ?? '', to);
      return true;
    },
  };
}
