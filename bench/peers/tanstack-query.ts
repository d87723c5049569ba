import { environmentManager, QueryClient, QueryObserver } from '@tanstack/query-core';
import type { Peer } from './peer.ts';

/** One client, one observer per operation, and an interval that ends with the operation. */
export const tanstackQuery: Peer = {
  packageName: '@tanstack/query-core',
  entry: `export { QueryClient, QueryObserver } from '@tanstack/query-core'`,
  createFollower({ intervalMs, signal }) {
    // It does not refetch in what it takes for a server.
    environmentManager.setIsServer(() => false);
    const client = new QueryClient();
    return (operation) =>
      new Promise<void>((resolve) => {
        const observer = new QueryObserver(client, {
          queryKey: [operation.id],
          async queryFn({ signal: fetchSignal }) {
            const answer = await operation.read(fetchSignal);
            if (answer.statusCode === 429) throw new Error('too many requests');
            return answer;
          },
          refetchInterval: ({ state }) => (state.data?.isDone ? false : intervalMs),
        });
        const unsubscribe = observer.subscribe(({ data }) => {
          if (data?.isDone) stop();
        });
        signal?.addEventListener('abort', stop);

        function stop(): void {
          signal?.removeEventListener('abort', stop);
          unsubscribe();
          resolve();
        }
      });
  },
};
