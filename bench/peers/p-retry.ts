import pRetry from 'p-retry';
import type { Peer } from './peer.ts';

/** Not-yet is thrown, because the only thing that it repeats is a failure. */
export const retry: Peer = {
  packageName: 'p-retry',
  entry: `export { default } from 'p-retry'`,
  createFollower({ intervalMs, signal }) {
    const options = {
      retries: Number.POSITIVE_INFINITY,
      factor: 1,
      minTimeout: intervalMs,
      maxTimeout: intervalMs,
      ...(signal && { signal }),
    };
    return (operation) =>
      pRetry(async () => {
        const { isDone } = await operation.read();
        if (!isDone) throw new Error('not yet');
      }, options);
  },
};
