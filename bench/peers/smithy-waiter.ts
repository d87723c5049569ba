import { createWaiter, WaiterState } from '@smithy/util-waiter';
import type { Operation, Peer } from './peer.ts';

/** Longer than any measurement, in seconds. */
const maxWaitTime = 1_000_000;

/** The waiter of the AWS clients, with the acceptor that they generate: done, or again. */
export const smithyWaiter: Peer = {
  packageName: '@smithy/util-waiter',
  entry: `export { createWaiter } from '@smithy/util-waiter'`,
  createFollower({ intervalMs, signal }) {
    const delay = intervalMs / 1_000;
    return (operation) => {
      const options = {
        client: operation,
        maxWaitTime,
        minDelay: delay,
        maxDelay: delay,
        ...(signal && { abortSignal: signal }),
      };
      return createWaiter(options, undefined, check);
    };
  },
};

const done = { state: WaiterState.SUCCESS };
const again = { state: WaiterState.RETRY };

async function check(operation: Operation) {
  const { isDone } = await operation.read();
  return isDone ? done : again;
}
