import { type MigrationRow, toPercent } from '@migration-status/core';

/** Progress is news at every tenth of the way. */
const steps = 10;

/** What makes a line worth another one: while this text is the same, nothing has happened that people would want to read. */
export function toNewsKey({ status, conditions }: MigrationRow): string {
  const share = toPercent(status?.progress);
  return JSON.stringify([
    status?.state,
    status?.nativeState,
    status?.phase,
    share === undefined ? null : Math.floor(share / (100 / steps)),
    conditions.map(({ kind, code }) => [kind, code]),
  ]);
}
