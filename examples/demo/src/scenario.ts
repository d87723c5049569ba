import {
  createTracker,
  isTerminalState,
  type MigrationState,
  type MigrationStatus,
  type Tracker,
} from '@migration-status/core';
import type { MigrationAdapter } from '@migration-status/core/adapter';
import { createGenericMigrationsAdapter } from '@migration-status/generic-migrations';
import { createOnlyOfficeAdapter } from '@migration-status/onlyoffice';
import type { PortalScript, Sandbox, Timeline } from '@migration-status/sandbox';
import { createSnapLogicAdapter } from '@migration-status/snaplogic';
import { createVeltAdapter } from '@migration-status/velt';

/** One of the fourteen migrations, and how its script ends. */
export interface CastMember {
  readonly name: string;
  readonly adapter: MigrationAdapter;
  readonly ref: unknown;
  readonly endsAs: MigrationState;
}

/** The story of the demo: who takes part, and what goes wrong on the way. */
export interface Scenario {
  readonly tracker: Tracker;
  readonly cast: readonly CastMember[];
  /** Lets the rate limit and the outage happen at their time; gives a function that calls them off. */
  beginFaults(): () => void;
}

/**
 * Puts fourteen migrations at four providers: between them they end in every terminal state, one rests for input, one
 * says a word that nobody knows, SnapLogic limits the rate and the Migrations API goes down for a while.
 *
 * @param speed How many times faster than written it all happens.
 */
export async function createScenario(sandbox: Sandbox, speed: number): Promise<Scenario> {
  const parties = [
    castVelt(sandbox),
    await castOnlyOffice(sandbox),
    castSnapLogic(sandbox),
    castGenericMigrations(sandbox),
  ];
  const cast = parties.flat();
  const tracker = createTracker({
    adapters: [...new Set(cast.map(({ adapter }) => adapter))],
    policy: {
      floorMs: 400 / speed,
      ceilingMs: 1_500 / speed,
      parkFloorMs: 500 / speed,
      parkCeilingMs: 2_000 / speed,
      requestsPerSecond: 17 * speed,
      notFoundGraceMs: 4_000 / speed,
    },
  });

  function beginFaults(): () => void {
    const rateLimit = setTimeout(() => {
      sandbox.snaplogic.injectFault({ type: 'rate_limit', retryAfterMs: 4_000 / speed });
    }, 5_000 / speed);
    const outage = setTimeout(() => {
      sandbox.genericMigrations.injectFault(
        { type: 'server_error', status: 502, body: 'html' },
        { forMs: 4_000 },
      );
    }, 7_000 / speed);
    return () => {
      clearTimeout(rateLimit);
      clearTimeout(outage);
    };
  }

  return { tracker, cast, beginFaults };
}

/** Ends the wait for one of the cast: where its script ends, or wherever else it comes to an end. */
export function hasEnded({ endsAs }: CastMember): (status: MigrationStatus) => boolean {
  return ({ state }) => state === endsAs || isTerminalState(state);
}

function castVelt({ velt }: Sandbox): readonly CastMember[] {
  const adapter = createVeltAdapter({ baseUrl: velt.baseUrl, ...velt.credentials });
  const place = (...timeline: Timeline) => velt.addMigration({ timeline });
  const forgotten = { organizationId: 'org_sandbox', migrationId: 'mig_forgotten' };
  return [
    {
      name: 'handbook',
      adapter,
      ref: place(entry('pending', 2), entry('in_progress', 9), entry('completed')),
      endsAs: 'succeeded',
    },
    {
      name: 'roadmap',
      adapter,
      ref: place(entry('pending', 1), entry('in_progress', 6), entry('failed')),
      endsAs: 'failed',
    },
    {
      name: 'style-guide',
      adapter,
      ref: place(entry('in_progress', 4), entry('rolling_back', 6), entry('completed')),
      endsAs: 'succeeded',
    },
    { name: 'old-notes', adapter, ref: forgotten, endsAs: 'not_found' },
  ];
}

async function castOnlyOffice(sandbox: Sandbox): Promise<readonly CastMember[]> {
  const berlin = await openPortal(sandbox, { parse: { runningForMs: 6_000 } });
  berlin.portal.begin('parse');

  const paris = await openPortal(sandbox, {
    parse: { queuedForMs: 0, runningForMs: 0 },
    import: {
      staleForMs: 2_000,
      emptyForMs: 1_000,
      runningForMs: 12_000,
      outcome: 'completed_with_failures',
    },
  });
  paris.portal.begin('parse');
  const parisRef = await paris.adapter.start({ selection: { migratorName: 'Nextcloud', users: [] } });

  const madrid = await openPortal(sandbox, { import: { runningForMs: 9_000, outcome: 'failed' } });
  madrid.portal.begin('import');

  return [
    { name: 'berlin', adapter: berlin.adapter, ref: {}, endsAs: 'awaiting_input' },
    { name: 'paris', adapter: paris.adapter, ref: parisRef, endsAs: 'partially_succeeded' },
    { name: 'madrid', adapter: madrid.adapter, ref: {}, endsAs: 'failed' },
  ];
}

async function openPortal({ onlyoffice }: Sandbox, script: PortalScript) {
  const portal = await onlyoffice.addPortal(script);
  const { apiKey } = portal.credentials;
  return { portal, adapter: createOnlyOfficeAdapter({ portalUrl: portal.portalUrl, auth: { apiKey } }) };
}

function castSnapLogic({ snaplogic }: Sandbox): readonly CastMember[] {
  const { controlPlane, orgName, credentials } = snaplogic;
  const adapter = createSnapLogicAdapter({ controlPlane, orgName, auth: { jwt: credentials.jwt } });
  const place = (...timeline: Timeline) => snaplogic.addMigration({ timeline });
  return [
    {
      name: 'book-store',
      adapter,
      ref: place(entry('Started', 3), entry('Migrating', 6), entry('Completed')),
      endsAs: 'succeeded',
    },
    {
      name: 'pet-store',
      adapter,
      ref: place(entry('Started', 7), entry('Migrating', 8), entry('Completed')),
      endsAs: 'succeeded',
    },
    {
      name: 'payments',
      adapter,
      ref: place(entry('Started', 4), entry('Migrating', 8), entry('Failed')),
      endsAs: 'failed',
    },
    {
      name: 'invoices',
      adapter,
      ref: place(entry('Started', 10), entry('Migrating', 9), entry('Completed')),
      endsAs: 'succeeded',
    },
  ];
}

function castGenericMigrations({ genericMigrations }: Sandbox): readonly CastMember[] {
  const { baseUrl, credentials } = genericMigrations;
  const adapter = createGenericMigrationsAdapter({ baseUrl, ...credentials, taskProgress: true });
  const place = (...timeline: Timeline) => genericMigrations.addMigration({ timeline, tasks: createTasks() });
  const abandoned = [entry('NOT_STARTED', 8), entry('LOGIN_ABANDONED')];
  return [
    {
      name: 'acme',
      adapter,
      ref: place(
        entry('NOT_STARTED', 2),
        entry('WORKING', 3),
        entry('PENDING_USER_INPUT', 4),
        entry('WORKING', 9),
        entry('COMPLETE'),
      ),
      endsAs: 'succeeded',
    },
    {
      name: 'globex',
      adapter,
      ref: place(entry('WORKING', 16), entry('COMPLETED_WITH_FAILURES')),
      endsAs: 'partially_succeeded',
    },
    {
      name: 'initech',
      adapter,
      ref: genericMigrations.addMigration({ timeline: abandoned, tasks: [] }),
      endsAs: 'canceled',
    },
  ];
}

function createTasks() {
  return ['EMPLOYEE', 'COMPENSATION', 'TAX', 'COMPANY'].map((dataCategory, index) => ({
    dataCategory,
    dataType: 'Roster',
    timeline: [entry('IN_PROGRESS', 4 + 4 * index), entry('COMPLETE')],
  }));
}

/** A stretch of a timeline; the last one has no end. */
function entry(status: string, seconds?: number): Timeline[number] {
  return seconds === undefined ? { status } : { status, forMs: seconds * 1_000 };
}
