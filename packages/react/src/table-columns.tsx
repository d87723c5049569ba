import { describeState, type MigrationRow, toMigrationName, toRemark } from '@migration-status/core';
import type { ReactNode } from 'react';
import { Age } from './age.tsx';
import { MigrationProgress } from './migration-progress.tsx';
import type { MigrationColumnName, MigrationTexts } from './migration-texts.ts';

/** A column of your own. */
export interface MigrationColumn {
  /** Unique in the table; stands in `data-column` of its cells. */
  readonly id: string;
  readonly header: ReactNode;
  /** What stands in the cell of a row. Called once each time that the row renders. */
  readonly cell: (row: MigrationRow) => ReactNode;
  /** Whether its cells are what a row is called by. Default false. */
  readonly isRowHeader?: boolean | undefined;
}

/** All columns that the table knows, in the order in which it shows them. */
export const defaultColumns: readonly MigrationColumnName[] = [
  'migration',
  'provider',
  'state',
  'progress',
  'news',
  'trouble',
];

/** A column by its name. */
export function toColumn(name: MigrationColumnName, texts: MigrationTexts): MigrationColumn {
  return {
    id: name,
    header: texts.columns[name],
    cell: (row) => cells[name](row, texts),
    isRowHeader: name === 'migration',
  };
}

const cells: Readonly<Record<MigrationColumnName, (row: MigrationRow, texts: MigrationTexts) => ReactNode>> =
  {
    migration: toMigrationName,
    provider: ({ provider }) => provider,
    state: ({ status }, { states }) => describeState(status, states),
    progress: (row, texts) => <MigrationProgress row={row} texts={texts} />,
    news: ({ status }, { toAge, toTime }) =>
      status && <Age since={status.observedAt} toWords={toAge} toTime={toTime} />,
    trouble: toTrouble,
  };

function toTrouble(row: MigrationRow, { conditions, toCondition, toTime }: MigrationTexts): ReactNode {
  const remark = toRemark(row);
  return (
    <>
      {row.conditions.map(({ kind, since, message }) => (
        <div key={kind} data-condition={kind}>
          <Age
            since={since}
            toWords={(ageMs) => toCondition(conditions[kind], ageMs)}
            toTime={(time) => `${conditions[kind]}, ${toTime(time)}`}
          />{' '}
          <span>{message}</span>
        </div>
      ))}
      {remark && <div>{remark}</div>}
    </>
  );
}
