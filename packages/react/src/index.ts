/**
 * Migrations in React: hooks over views, a table and a progress bar without styles, and the view over a stream of events.
 *
 * @module
 */
export type { EventStreamOptions, RemoteConnection } from './event-stream.ts';
export { MigrationProgress, type MigrationProgressProps } from './migration-progress.tsx';
export { MigrationTable, type MigrationTableProps } from './migration-table.tsx';
export { defaultTexts, type MigrationColumnName, type MigrationTexts } from './migration-texts.ts';
export type { RemoteStatusViewOptions } from './remote-options.ts';
export { createRemoteStatusView, type RemoteStatusView } from './remote-status-view.ts';
export type { MigrationColumn } from './table-columns.tsx';
export { useConnection } from './use-connection.ts';
export { useMigration, useMigrationHistory } from './use-migration.ts';
export { useStatusView } from './use-status-view.ts';
