/**
 * A view of migrations as a web page, as JSON and as a stream of events, in one handler for any server of web standards.
 *
 * @module
 */
export type { ChangeJson, SnapshotNumbers } from './feed-event.ts';
export type { RowAction, StatusHandlerOptions } from './handler-options.ts';
export { createStatusHandler, type StatusHandler } from './status-handler.ts';
