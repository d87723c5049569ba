import pWaitFor from 'p-wait-for';
import type { Peer } from './peer.ts';

/** A condition, an interval and, where there is one, a signal. */
export const waitFor: Peer = {
  packageName: 'p-wait-for',
  entry: `export { default } from 'p-wait-for'`,
  createFollower({ intervalMs, signal }) {
    const options = { interval: intervalMs, ...(signal && { signal }) };
    return (operation) => pWaitFor(async () => (await operation.read()).isDone, options);
  },
};
