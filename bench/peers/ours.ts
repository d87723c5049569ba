import { createTracker, type EnginePolicy, pollUntilDone } from '@migration-status/core';
import { type MigrationReading, ProviderRequestError } from '@migration-status/core/adapter';
import type { Answer, Operation, Peer } from './peer.ts';
import { createStubAdapter, runningReading, succeededReading } from './stub-adapter.ts';

/** Many migrations on one tracker. */
export const ours: Peer = {
  createFollower({ intervalMs, signal }) {
    const operations: Operation[] = [];
    const adapter = createStubAdapter({
      read: async ({ index }, readSignal) => toReading(await operations[index]?.read(readSignal)),
    });
    const tracker = createTracker({ adapters: [adapter], policy: toEvenPace(intervalMs) });
    signal?.addEventListener('abort', () => tracker.close(), { once: true });
    return (operation) => {
      const index = operations.push(operation) - 1;
      return tracker.track(adapter, { key: operation.id, index }).settled();
    };
  },
};

/** A wait for one migration. */
export const oursAlone: Peer = {
  createFollower({ intervalMs, signal }) {
    return (operation) => {
      const adapter = createStubAdapter({
        read: async (_ref, readSignal) => toReading(await operation.read(readSignal)),
      });
      const policy = toEvenPace(intervalMs);
      return pollUntilDone(adapter, { key: operation.id, index: 0 }, { policy, signal });
    };
  },
};

/** The same gap between any two reads, as the peers have it. */
function toEvenPace(intervalMs: number): Partial<EnginePolicy> {
  return { floorMs: intervalMs, ceilingMs: intervalMs, jitterShare: 0 };
}

/** The same with lanes that let everything through: what is measured is the engine, and not its patience. */
export function toPolicy(intervalMs: number): Partial<EnginePolicy> {
  return {
    ...toEvenPace(intervalMs),
    batchWindowMs: 1,
    concurrency: 10_000,
    requestsPerSecond: 1e9,
    burst: 1e9,
  };
}

function toReading(answer: Answer | undefined): MigrationReading<null> {
  if (answer?.statusCode === 429) {
    throw new ProviderRequestError({
      provider: 'stub',
      code: 'throttled',
      failure: 'throttled',
      message: 'too many requests',
      httpStatus: 429,
      retryAfterMs: answer.retryAfterMs,
    });
  }
  return answer?.isDone ? succeededReading : runningReading;
}
