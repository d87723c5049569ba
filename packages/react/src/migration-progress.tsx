'use client';
import { isOutOfSight, type MigrationRow, toPercent } from '@migration-status/core';
import type { ReactElement } from 'react';
import { defaultTexts, type MigrationTexts } from './migration-texts.ts';

/** What `<MigrationProgress>` takes. */
export interface MigrationProgressProps {
  readonly row: MigrationRow;
  /** Texts in the place of the usual ones. */
  readonly texts?: Partial<MigrationTexts> | undefined;
}

/**
 * How far a migration is: a native `<progress>` and its words. Where the provider does not say how far, the bar has no value,
 * and there is none unless work is seen to be done.
 *
 * @example
 * <MigrationProgress row={row} />
 */
export function MigrationProgress({ row, texts }: MigrationProgressProps): ReactElement | null {
  const { toProgress, unknownProgress } = { ...defaultTexts, ...texts };
  const { status } = row;
  const percent = toPercent(status?.progress);
  const words = toProgress(status?.progress);
  const isMoving = percent === undefined && status?.state === 'running' && !isOutOfSight(row);
  if (percent === undefined && !isMoving) return words ? <span>{words}</span> : null;
  return (
    <>
      <progress max={100} value={percent} aria-label={words || unknownProgress} />
      {words && (
        <>
          {' '}
          <span aria-hidden="true">{words}</span>
        </>
      )}
    </>
  );
}
