import {
  createTracker,
  isTerminalState,
  type MigrationRow,
  type MigrationState,
} from '@migration-status/core';
import type { MigrationAdapter } from '@migration-status/core/adapter';
import { createGenericMigrationsAdapter } from '@migration-status/generic-migrations';
import { createOnlyOfficeAdapter } from '@migration-status/onlyoffice';
import {
  createSandbox,
  type Fault,
  type LoggedRequest,
  type ProviderControls,
} from '@migration-status/sandbox';
import { createSnapLogicAdapter } from '@migration-status/snaplogic';
import { createVeltAdapter } from '@migration-status/velt';
import { describe, expect, it } from 'vitest';
import { expectNoCanary } from './support/canary.ts';
import { createLoopbackServer } from './support/loopback-server.ts';
import { createManualClock } from './support/manual-clock.ts';
import { createRealReads } from './support/real-reads.ts';

/** A migration that is followed, and what its script says about it. */
interface Scripted {
  readonly adapter: MigrationAdapter;
  readonly ref: unknown;
  /** The states that it goes through, in order; some may pass too fast to be seen, none may be made up. */
  readonly states: readonly MigrationState[];
}

/** Native words that end a migration, as the servers' logs write them. */
const lastWords = new Set([
  'completed',
  'failed',
  'migration_completed',
  'migration_completed_with_failures',
  'migration_failed',
  'parse_failed',
  'Completed',
  'Failed',
  'COMPLETE',
  'FAILED',
  'COMPLETED_WITH_FAILURES',
  'LOGIN_ABANDONED',
]);

describe('four providers behind one tracker, with everything going wrong', { timeout: 60_000 }, () => {
  it('shows each migration as its script says, reads none after its end, and keeps every secret', async () => {
    const clock = createManualClock();
    await using sandbox = await createSandbox({ seed: 11, now: () => clock.wallTime() });
    await using elsewhere = await createLoopbackServer((_request, response) => response.end('{}'));
    const { watch, nextTurn } = createRealReads();
    const options = { timeoutMs: 1_000 };

    const velt = watch(
      createVeltAdapter({ ...options, baseUrl: sandbox.velt.baseUrl, ...sandbox.velt.credentials }),
    );
    const snapLogic = watch(
      createSnapLogicAdapter({
        ...options,
        controlPlane: sandbox.snaplogic.controlPlane,
        orgName: sandbox.snaplogic.orgName,
        auth: {
          email: sandbox.snaplogic.credentials.email,
          password: sandbox.snaplogic.credentials.password,
        },
      }),
    );
    const generic = watch(
      createGenericMigrationsAdapter({
        ...options,
        baseUrl: sandbox.genericMigrations.baseUrl,
        apiKey: sandbox.genericMigrations.credentials.apiKey,
      }),
    );
    const portals = await Promise.all(
      (['completed', 'completed_with_failures', 'failed'] as const).map(async (outcome) => {
        const portal = await sandbox.onlyoffice.addPortal({
          parse: { queuedForMs: 0, runningForMs: 0 },
          import: { staleForMs: 8_000, emptyForMs: 3_000, queuedForMs: 9_000, runningForMs: 90_000, outcome },
          emptyReads: 2,
        });
        portal.begin('parse');
        const adapter = watch(
          createOnlyOfficeAdapter({
            ...options,
            portalUrl: portal.portalUrl,
            auth: { apiKey: portal.credentials.apiKey },
          }),
        );
        const ref = await adapter.start({ selection: { migratorName: 'Nextcloud', users: [] } });
        return {
          portal,
          adapter,
          ref: { ...ref, importRequestedAt: new Date(clock.wallTime()).toISOString() },
        };
      }),
    );
    const importEnds = ['succeeded', 'partially_succeeded', 'failed'] as const;

    const scripted: readonly Scripted[] = [
      ...(['completed', 'failed'] as const).map((end) => ({
        adapter: velt,
        ref: sandbox.velt.addMigration({
          notFoundForMs: 2_500,
          timeline: [
            { status: 'pending', forMs: 20_000 },
            { status: 'in_progress', forMs: 60_000 },
            { status: 'rolling_back', forMs: 600_000 },
            { status: end },
          ],
        }),
        states: [
          'not_found',
          'pending',
          'running',
          'unknown',
          end === 'completed' ? 'succeeded' : 'failed',
        ] as const,
      })),
      {
        adapter: velt,
        ref: { organizationId: 'org_sandbox', migrationId: 'nobody/knows?it#' },
        states: ['not_found'],
      },
      ...portals.map(({ adapter, ref }, index) => ({
        adapter,
        ref,
        states: ['pending', 'running', importEnds[index] ?? 'unknown'] as const,
      })),
      ...Array.from({ length: 12 }, (_, index) => ({
        adapter: snapLogic,
        ref: sandbox.snaplogic.addMigration({
          timeline: [
            { status: 'Started', forMs: 10_000 + 5_000 * index },
            { status: 'Migrating', forMs: 30_000 },
            { status: index % 3 === 0 ? 'Failed' : 'Completed' },
          ],
        }),
        states: ['pending', 'running', index % 3 === 0 ? 'failed' : 'succeeded'] as const,
      })),
      { adapter: snapLogic, ref: { statusToken: '__proto__' }, states: ['not_found'] },
      ...(
        [
          ['COMPLETE', 'succeeded'],
          ['COMPLETED_WITH_FAILURES', 'partially_succeeded'],
          ['FAILED', 'failed'],
          ['LOGIN_ABANDONED', 'canceled'],
        ] as const
      ).map(([end, state]) => ({
        adapter: generic,
        ref: sandbox.genericMigrations.addMigration({
          timeline: [
            { status: 'NOT_STARTED', forMs: 15_000 },
            { status: 'WORKING', forMs: 40_000 },
            { status: 'PENDING_USER_INPUT', forMs: 40_000 },
            { status: 'WORKING', forMs: 40_000 },
            { status: end },
          ],
        }),
        states: ['pending', 'running', 'awaiting_input', 'running', state] as const,
      })),
    ];

    const tracker = createTracker({
      adapters: [velt, snapLogic, generic, ...portals.map(({ adapter }) => adapter)],
      clock,
      random: () => 0.5,
    });
    const seen = new Map<string, MigrationState[]>();
    const shown: unknown[] = [];
    const words: string[] = [];
    tracker.on('change', ({ row, transition }) => {
      shown.push(row);
      if (transition) seen.set(row.key, [...(seen.get(row.key) ?? []), transition.to]);
    });
    tracker.on('condition', (event) => shown.push(event));
    tracker.on('anomaly', ({ kind, row }) => words.push(`${kind} ${row.status?.nativeState}`));

    const handles = scripted.map(({ adapter, ref }) => tracker.track(adapter, ref));
    const ends = Promise.all(
      handles.map((handle) => handle.settled({ until: ({ state }) => isTerminalState(state) })),
    );

    const providers: readonly ProviderControls[] = [
      sandbox.velt,
      sandbox.snaplogic,
      sandbox.genericMigrations,
      ...portals.map(({ portal }) => portal),
    ];
    const faults = createFaults(elsewhere.origin);
    const isOver = () => tracker.rows().every(({ stopped }) => stopped === 'settled');
    for (let turn = 0; !isOver() && turn < 5_000; turn += 1) {
      const fault = clock.now() < 200_000 ? faults[turn % 40] : undefined;
      const isTooSlow = fault?.type === 'hang' && turn > 40;
      if (fault && !isTooSlow) for (const provider of providers) provider.injectFault(fault);
      await nextTurn(clock);
    }

    const statuses = await ends;
    expect(statuses.map(({ key, state }) => ({ key, state }))).toEqual(
      scripted.map(({ states }, index) => ({ key: handles[index]?.key, state: states.at(-1) })),
    );
    for (const [index, { states }] of scripted.entries()) {
      const key = handles[index]?.key ?? '';
      expect(isSubsequence(seen.get(key) ?? [], states), `${key}: ${seen.get(key)}`).toBe(true);
    }
    expect(words).toEqual(['unknown_state rolling_back']);
    expect(faults.map(({ type }) => type).filter((type) => !metFaults(providers).has(type))).toEqual([]);
    for (const { requests } of providers) expect(readsAfterTheEnd(requests)).toEqual([]);
    expect(elsewhere.requests).toEqual([]);

    const secrets = [
      ...Object.values(sandbox.velt.credentials),
      sandbox.snaplogic.credentials.password,
      sandbox.genericMigrations.credentials.apiKey,
      ...portals.map(({ portal }) => portal.credentials.apiKey),
    ];
    const everything = [
      ...shown,
      ...statuses,
      ...tracker.rows().map(withLane),
      ...providers.map(({ requests }) => requests),
    ];
    for (const thing of everything) expectNoCanary(thing, secrets);

    await tracker.close();
    expect(clock.pendingTimers).toBe(0);

    function withLane(row: MigrationRow): unknown {
      const { adapter } = scripted.find(({ ref }) => JSON.stringify(ref) === JSON.stringify(row.ref)) ?? {};
      return { row, lane: adapter?.lane(row.ref) };
    }
  });
});

function createFaults(elsewhere: string): readonly Fault[] {
  return [
    { type: 'rate_limit', retryAfterMs: 5_000, retryAfterForm: 'seconds' },
    { type: 'server_error', status: 500, body: 'provider' },
    { type: 'server_error', status: 502, body: 'html' },
    { type: 'rate_limit', retryAfterMs: 5_000, retryAfterForm: 'http_date' },
    { type: 'reset' },
    { type: 'slow_body', chunkDelayMs: 1, chunkBytes: 64 },
    { type: 'truncated_json' },
    { type: 'malformed_json' },
    { type: 'redirect', location: `${elsewhere}/stolen` },
    { type: 'rate_limit', retryAfterForm: 'absent' },
    { type: 'hang' },
  ];
}

function metFaults(providers: readonly ProviderControls[]): ReadonlySet<string | undefined> {
  return new Set(providers.flatMap(({ requests }) => requests.map(({ fault }) => fault)));
}

/** Requests for a migration whose end had been answered before. */
function readsAfterTheEnd(requests: readonly LoggedRequest[]): readonly string[] {
  const ended = new Set<string>();
  const late: string[] = [];
  for (const { path, fault, subjects, answered } of requests) {
    if (path.endsWith('/migrate')) continue;
    late.push(...subjects.filter((subject) => ended.has(subject)));
    const isUnderstood = fault === undefined || fault === 'slow_body';
    for (const [index, subject] of subjects.entries()) {
      if (isUnderstood && lastWords.has(answered[index] ?? '')) ended.add(subject);
    }
  }
  return late;
}

function isSubsequence(part: readonly unknown[], whole: readonly unknown[]): boolean {
  let position = 0;
  for (const item of whole) if (item === part[position]) position += 1;
  return position === part.length;
}
