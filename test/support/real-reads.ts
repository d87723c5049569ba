import { setImmediate } from 'node:timers/promises';
import type { MigrationAdapter } from '@migration-status/core/adapter';
import type { ManualClock } from './manual-clock.ts';

/** Reads over real sockets, followed by an engine whose time is driven by hand. */
export interface RealReads {
  /** The same adapter; its reads are counted while they are under way. */
  watch<Adapter extends MigrationAdapter>(adapter: Adapter): Adapter;
  /** Moves time to the next timer, and lets it stand still until the reads that it sets off have come back. */
  nextTurn(clock: ManualClock): Promise<void>;
}

export function createRealReads(): RealReads {
  let underWay = 0;

  async function count<Result>(read: Promise<Result>): Promise<Result> {
    underWay += 1;
    return read.finally(() => {
      underWay -= 1;
    });
  }

  return {
    watch(adapter) {
      const { getStatus, getStatuses } = adapter;
      return {
        ...adapter,
        getStatus: (ref: unknown, context: object) => count(getStatus(ref, context)),
        ...(getStatuses && {
          getStatuses: (refs: readonly unknown[], context: object) => count(getStatuses(refs, context)),
        }),
      };
    },
    async nextTurn(clock) {
      await clock.advance(Math.max(0, (clock.nextTimerAt ?? clock.now()) - clock.now()));
      while (underWay > 0) await setImmediate();
      await setImmediate();
    },
  };
}
