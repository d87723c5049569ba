import type { MigrationRow, MigrationStatus } from '@migration-status/core';
import type { TableLine } from '../src/render-table.ts';

const observedAt = '2026-11-21T12:00:00.000Z';

function createRow(provider: string, given: Partial<MigrationRow>): MigrationRow {
  return { provider, key: `${provider}/1`, ref: {}, conditions: [], reads: 1, ...given };
}

function createStatus(provider: string, said: Partial<MigrationStatus>): MigrationStatus {
  const address = { provider, key: `${provider}/1`, ref: {}, observedAt };
  return { ...address, state: 'running', nativeState: '', native: null, ...said };
}

/** One row of each kind that the demo can show. */
export const sampleRows = {
  running: createRow('onlyoffice', { status: createStatus('onlyoffice', { progress: { percent: 27.5 } }) }),
  counted: createRow('generic-migrations', {
    status: createStatus('generic-migrations', { progress: { completed: 2, total: 4, unit: 'tasks' } }),
  }),
  failed: createRow('velt', {
    status: createStatus('velt', {
      state: 'failed',
      issues: [
        { severity: 'warning', message: 'a user has no address' },
        { severity: 'error', message: 'disk\u001b[31m full\n' },
      ],
    }),
  }),
  unknown: createRow('velt', {
    status: createStatus('velt', { state: 'unknown', nativeState: 'rolling_back' }),
  }),
  waiting: createRow('onlyoffice', { status: createStatus('onlyoffice', { state: 'awaiting_input' }) }),
  unreachable: createRow('snaplogic', {
    status: createStatus('snaplogic', {}),
    conditions: [{ kind: 'unreachable', since: observedAt, message: 'snaplogic answered HTTP 502' }],
  }),
  unread: createRow('velt', {}),
} as const;

/** The same as lines of the table. */
export const sampleLines: readonly TableLine[] = Object.entries(sampleRows).map(([name, row], index) => ({
  name,
  row,
  elapsedMs: index * 1_500,
}));
