'use client';
import { isOutOfSight, type MigrationRow, type StatusView } from '@migration-status/core';
import { type ComponentPropsWithoutRef, memo, type ReactElement, useMemo } from 'react';
import { HasNews } from './age.tsx';
import { defaultTexts, type MigrationColumnName, type MigrationTexts } from './migration-texts.ts';
import { defaultColumns, type MigrationColumn, toColumn } from './table-columns.tsx';
import { isRemoteView, useConnection } from './use-connection.ts';
import { useStatusView } from './use-status-view.ts';

/** What `<MigrationTable>` takes: everything else goes to its `<table>`. */
export interface MigrationTableProps extends Omit<ComponentPropsWithoutRef<'table'>, 'children'> {
  /** Made once, outside of components. Its options say which rows are shown, and in what order. */
  readonly view: StatusView;
  /**
   * Columns by name, and columns of your own. Default: all that have a name. Keep the array the same: another one renders all
   * rows again.
   */
  readonly columns?: readonly (MigrationColumnName | MigrationColumn)[] | undefined;
  /** Texts in the place of the usual ones. Keep the object the same, too. */
  readonly texts?: Partial<MigrationTexts> | undefined;
}

/**
 * All rows of a view as a table without styles. News of a row renders that row, and ages are kept by one timer.
 *
 * An outage stands beside the last good state, never in its place; a lost connection to the server stands in the caption, and
 * while it lasts times stand in the place of ages.
 *
 * To style it: `data-connection` on the table, `data-key`, `data-provider`, `data-state` (`unread` before the first good read)
 * and `data-stale` on rows, `data-column` on cells and `data-condition` on what is wrong.
 *
 * @example
 * <MigrationTable view={view} columns={['migration', 'state', 'progress']} />
 */
export function MigrationTable({
  view,
  columns = defaultColumns,
  texts,
  ...attributes
}: MigrationTableProps): ReactElement {
  const rows = useStatusView(view, toRows);
  const connection = useConnection(view);
  const heardAt = isRemoteView(view) ? view.heardAt : undefined;
  const words = useMemo(() => ({ ...defaultTexts, ...texts }), [texts]);
  const shown = useMemo(
    () => columns.map((column) => (typeof column === 'string' ? toColumn(column, words) : column)),
    [columns, words],
  );
  const isEmpty = rows.size === 0 && connection === 'live';
  return (
    <table {...attributes} data-connection={connection} aria-busy={connection === 'connecting'}>
      <caption>
        {words.caption} <span role="status">{words.toConnection(connection, heardAt)}</span>
      </caption>
      <thead>
        <tr>
          {shown.map(({ id, header }) => (
            <th key={id} scope="col" data-column={id}>
              {header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <HasNews.Provider value={connection === 'live'}>
          {Array.from(rows, (row) => (
            <TableRow key={row.key} row={row} columns={shown} />
          ))}
        </HasNews.Provider>
        {isEmpty && (
          <tr>
            <td colSpan={shown.length}>{words.empty}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

interface TableRowProps {
  readonly row: MigrationRow;
  readonly columns: readonly MigrationColumn[];
}

/** A row stays the same object until there is news of it, so that the others are not rendered again. */
const TableRow = memo(function TableRow({ row, columns }: TableRowProps): ReactElement {
  return (
    <tr
      data-key={row.key}
      data-provider={row.provider}
      data-state={row.status?.state ?? 'unread'}
      data-stale={isOutOfSight(row) ? '' : undefined}
    >
      {columns.map(({ id, cell, isRowHeader = false }) =>
        isRowHeader ? (
          <th key={id} scope="row" data-column={id}>
            {cell(row)}
          </th>
        ) : (
          <td key={id} data-column={id}>
            {cell(row)}
          </td>
        ),
      )}
    </tr>
  );
});

function toRows({ rows }: ReturnType<StatusView['getSnapshot']>) {
  return rows;
}
