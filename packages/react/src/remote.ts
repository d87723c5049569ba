/**
 * A view of what a server follows, without React: the contract of core's views over a stream of events.
 *
 * @module
 */
export type { RemoteConnection } from './event-stream.ts';
export type {
  EventSourceConstructor,
  EventSourceLike,
  EventSourceMessage,
  RemoteStatusViewOptions,
} from './remote-options.ts';
export { createRemoteStatusView, type RemoteStatusView } from './remote-status-view.ts';
