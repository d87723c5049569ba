/**
 * A view of what a server follows, without React: the contract of core's views over a stream of events.
 *
 * @module
 */
export { connectionWords } from './connection-words.ts';
export {
  createEventStream,
  type EventStream,
  type EventStreamHandlers,
  type EventStreamOptions,
  type RemoteConnection,
} from './event-stream.ts';
export type { RemoteStatusViewOptions } from './remote-options.ts';
export { createRemoteStatusView, type RemoteStatusView } from './remote-status-view.ts';
