import type { RemoteConnection } from './event-stream.ts';

/** What each connection is called in English. */
export const connectionWords: Readonly<Record<RemoteConnection, string>> = {
  connecting: 'connecting',
  live: 'live',
  lost: 'connection lost',
  locked: 'access refused, sign in',
};
