import type { MigrationRow } from '@migration-status/core';
import { describeProgress, describeTrouble } from './describe-row.ts';

/** A migration in one line, for output that is piped or kept: its name, what is known, what is wrong. */
export function renderLine(name: string, row: MigrationRow): string {
  const known = [row.status?.state ?? 'not read yet', describeProgress(row)].filter(Boolean).join(' ');
  const trouble = describeTrouble(row);
  return `${row.provider}/${name} ${known}${trouble ? ` (${trouble})` : ''}`;
}
