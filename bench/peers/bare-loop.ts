import type { Peer } from './peer.ts';

/** The least that anybody could write: ask, sleep, ask again. */
export const bareLoop: Peer = {
  createFollower({ intervalMs, signal }) {
    return async (operation) => {
      while (!signal?.aborted) {
        const { isDone } = await operation.read(signal);
        if (isDone) return;
        await sleep(intervalMs);
      }
    };
  },
};

function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}
