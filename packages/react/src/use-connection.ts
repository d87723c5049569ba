'use client';
import type { StatusView } from '@migration-status/core';
import { useSyncExternalStore } from 'react';
import type { RemoteConnection } from './event-stream.ts';
import type { RemoteStatusView } from './remote-status-view.ts';

/**
 * How a view hears of its server: anything but `live` means that what it shows may be of an earlier time, of `view.heardAt`. A
 * view of a tracker in the same process is always `live`.
 *
 * @example
 * const connection = useConnection(view);
 */
export function useConnection(view: StatusView): RemoteConnection {
  const getConnection = () => (isRemoteView(view) ? view.connection : 'live');
  const getServerConnection = () => toServerConnection(view);
  return useSyncExternalStore(view.subscribe, getConnection, getServerConnection);
}

/**
 * While a server renders, and until its page has come to life, all views of the same rows say the same: rows are of this moment,
 * and where there are none it is not known whether there are any.
 */
function toServerConnection(view: StatusView): RemoteConnection {
  return view.getSnapshot().total > 0 ? 'live' : 'connecting';
}

/** Whether a view hears of its rows from a server. */
export function isRemoteView(view: StatusView): view is RemoteStatusView {
  return 'connection' in view;
}
