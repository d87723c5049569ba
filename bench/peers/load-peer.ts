import type { Peer } from './peer.ts';

/** Everybody but us, by the name of the column. */
export const peerNames = ['bare', 'p-wait-for', 'waiter', 'p-retry', 'query', 'core-lro'] as const;

export type PeerName = (typeof peerNames)[number];

/** Whether a name is that of a peer. */
export function isPeerName(name: string): name is PeerName {
  return peerNames.some((known) => known === name);
}

/** One peer, without loading the others: each process holds only what it measures. */
export async function loadPeer(name: PeerName): Promise<Peer> {
  switch (name) {
    case 'bare':
      return (await import('./bare-loop.ts')).bareLoop;
    case 'p-wait-for':
      return (await import('./p-wait-for.ts')).waitFor;
    case 'waiter':
      return (await import('./smithy-waiter.ts')).smithyWaiter;
    case 'p-retry':
      return (await import('./p-retry.ts')).retry;
    case 'query':
      return (await import('./tanstack-query.ts')).tanstackQuery;
    case 'core-lro':
      return (await import('./azure-core-lro.ts')).azureCoreLro;
  }
}
