import {
  createStatusView,
  type MigrationRow,
  type MigrationStatus,
  type StatusSnapshot,
} from '@migration-status/core';

/** When the samples are looked at. */
export const now = Date.parse('2026-11-21T12:00:00.000Z');

/** A time before that, as a provider writes it. */
export function ago(seconds: number): string {
  return new Date(now - seconds * 1_000).toISOString();
}

/** A row as a tracker would have it. */
export function createRow(key: string, given: Partial<MigrationRow> = {}): MigrationRow {
  const [provider = ''] = key.split('/');
  return { provider, key, ref: {}, conditions: [], reads: 1, ...given };
}

/** A row with a status. */
export function createRead(
  key: string,
  said: Partial<MigrationStatus>,
  given: Partial<MigrationRow> = {},
): MigrationRow {
  const [provider = ''] = key.split('/');
  const address = { provider, key, ref: {}, observedAt: ago(2) };
  const status: MigrationStatus = { ...address, state: 'running', nativeState: '', native: null, ...said };
  return createRow(key, { status, ...given });
}

/** The snapshot of a view that shows these rows. */
export function toSnapshot(rows: readonly MigrationRow[]): StatusSnapshot {
  return createStatusView({ rows: () => rows, on: () => () => {} }).getSnapshot();
}

/** One row of each kind that there is to show. */
export const sampleRows: readonly MigrationRow[] = [
  createRead('velt/org_1/mig_7', { state: 'pending', nativeState: 'pending', createdAt: ago(8) }),
  createRead(
    'generic-migrations/acme',
    {
      startedAt: ago(192),
      progress: { percent: 37.04, completed: 1_204, total: 3_250, failed: 2, unit: 'items' },
    },
    { estimatedEndAt: ago(-252) },
  ),
  createRead('onlyoffice/portal.example.com/import', {
    nativeState: 'import:running',
    phase: 'import',
    progress: { completed: 1_204, unit: 'users' },
    startedAt: ago(7_500),
  }),
  createRead(
    'snaplogic/pet-store',
    { startedAt: ago(350_000) },
    {
      name: 'pet store',
      conditions: [
        {
          kind: 'unreachable',
          since: ago(245),
          message: 'snaplogic answered HTTP 502',
          failure: 'transient',
          code: 'server_error',
        },
      ],
    },
  ),
  createRead('velt/org_1/mig_8', { state: 'awaiting_input', nativeState: 'waiting' }),
  createRead('velt/org_1/mig_9', { state: 'paused', nativeState: 'on_hold', message: 'on hold since noon' }),
  createRead('velt/org_1/mig_10', { state: 'unknown', nativeState: 'rolling\u001b[2Jback' }),
  createRead(
    'velt/org_1/日本語の引っ越し',
    { state: 'succeeded', startedAt: ago(60), finishedAt: ago(10) },
    { stopped: 'settled' },
  ),
  createRead(
    'velt/org_1/cafe\u0301',
    {
      state: 'failed',
      nativeState: 'ERROR',
      issues: [
        { severity: 'warning', message: 'a user has no address' },
        {
          severity: 'error',
          code: 'disk_full',
          subject: 'file.docx',
          message: 'disk\u001b[31m full\u202e\n, no room',
        },
      ],
    },
    { stopped: 'settled' },
  ),
  createRead('velt/org_1/mig_11', { state: 'partially_succeeded', message: '👩‍👩‍👧 were left out' }),
  createRead('velt/org_1/mig_12', { state: 'canceled', nativeState: 'canceled' }),
  createRead('velt/org_1/mig_13', { state: 'not_found', nativeState: 'HTTP 404' }),
  createRow('velt/org_1/mig_14', {
    reads: 3,
    stopped: 'refused',
    conditions: [
      {
        kind: 'unauthorized',
        since: ago(30),
        message: 'velt refuses the credentials',
        failure: 'unauthorized',
        code: 'unauthorized',
        stopsReading: true,
      },
    ],
  }),
];
