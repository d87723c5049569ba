import {
  isTerminalState,
  type MigrationAdapter,
  type MigrationState,
  type MigrationStatus,
} from '@migration-status/core';
import { createGenericMigrationsAdapter } from '@migration-status/generic-migrations';
import { createOnlyOfficeAdapter } from '@migration-status/onlyoffice';
import type { PortalScript, Sandbox, Timeline } from '@migration-status/sandbox';
import { createSnapLogicAdapter } from '@migration-status/snaplogic';
import { createVeltAdapter } from '@migration-status/velt';

/** One account at one of the four providers: what a configuration would say of it. */
export interface SandboxAccount {
  readonly name: string;
  /** The word for its adapter in a configuration. */
  readonly adapterName: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Their names as paths: `auth.apiKey`. A sandbox has no secrets: they are made up for it. */
  readonly credentials: Readonly<Record<string, string>>;
}

/** One of the fourteen migrations, and how its script ends. */
export interface CastMember {
  readonly name: string;
  readonly account: SandboxAccount;
  readonly adapter: MigrationAdapter;
  readonly ref: unknown;
  readonly endsAs: MigrationState;
}

/** The story of the sandbox: who takes part, and what goes wrong on the way. */
export interface Scenario {
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

  return { cast: parties.flat(), beginFaults };
}

/** Ends the wait for one of the cast: where its script ends, or wherever else it comes to an end. */
export function hasEnded({ state }: MigrationStatus, endsAs: MigrationState): boolean {
  return state === endsAs || isTerminalState(state);
}

function castVelt({ velt }: Sandbox): readonly CastMember[] {
  const { baseUrl, credentials } = velt;
  const adapter = createVeltAdapter({ baseUrl, ...credentials });
  const account = {
    name: 'velt',
    adapterName: 'velt',
    options: { baseUrl },
    credentials: { ...credentials },
  };
  const cast = (name: string, endsAs: MigrationState, ref: unknown) => ({
    name,
    account,
    adapter,
    ref,
    endsAs,
  });
  const place = (...timeline: Timeline) => velt.addMigration({ timeline });
  return [
    cast('handbook', 'succeeded', place(entry('pending', 2), entry('in_progress', 9), entry('completed'))),
    cast('roadmap', 'failed', place(entry('pending', 1), entry('in_progress', 6), entry('failed'))),
    cast(
      'style-guide',
      'succeeded',
      place(entry('in_progress', 4), entry('rolling_back', 6), entry('completed')),
    ),
    cast('old-notes', 'not_found', { organizationId: 'org_sandbox', migrationId: 'mig_forgotten' }),
  ];
}

async function castOnlyOffice(sandbox: Sandbox): Promise<readonly CastMember[]> {
  const berlin = await openPortal(sandbox, 'berlin', { parse: { runningForMs: 6_000 } });
  berlin.portal.begin('parse');

  const paris = await openPortal(sandbox, 'paris', {
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

  const madrid = await openPortal(sandbox, 'madrid', { import: { runningForMs: 9_000, outcome: 'failed' } });
  madrid.portal.begin('import');

  return [
    { name: 'berlin', account: berlin.account, adapter: berlin.adapter, ref: {}, endsAs: 'awaiting_input' },
    {
      name: 'paris',
      account: paris.account,
      adapter: paris.adapter,
      ref: parisRef,
      endsAs: 'partially_succeeded',
    },
    { name: 'madrid', account: madrid.account, adapter: madrid.adapter, ref: {}, endsAs: 'failed' },
  ];
}

async function openPortal({ onlyoffice }: Sandbox, name: string, script: PortalScript) {
  const portal = await onlyoffice.addPortal(script);
  const { portalUrl } = portal;
  const { apiKey } = portal.credentials;
  const account = {
    name,
    adapterName: 'onlyoffice',
    options: { portalUrl },
    credentials: { 'auth.apiKey': apiKey },
  };
  return { portal, account, adapter: createOnlyOfficeAdapter({ portalUrl, auth: { apiKey } }) };
}

function castSnapLogic({ snaplogic }: Sandbox): readonly CastMember[] {
  const { controlPlane, orgName } = snaplogic;
  const { jwt } = snaplogic.credentials;
  const adapter = createSnapLogicAdapter({ controlPlane, orgName, auth: { jwt } });
  const account = {
    name: 'snaplogic',
    adapterName: 'snaplogic',
    options: { controlPlane, orgName },
    credentials: { 'auth.jwt': jwt },
  };
  const cast = (name: string, endsAs: MigrationState, ...timeline: Timeline) => {
    return { name, account, adapter, ref: snaplogic.addMigration({ timeline }), endsAs };
  };
  return [
    cast('book-store', 'succeeded', entry('Started', 3), entry('Migrating', 6), entry('Completed')),
    cast('pet-store', 'succeeded', entry('Started', 7), entry('Migrating', 8), entry('Completed')),
    cast('payments', 'failed', entry('Started', 4), entry('Migrating', 8), entry('Failed')),
    cast('invoices', 'succeeded', entry('Started', 10), entry('Migrating', 9), entry('Completed')),
  ];
}

function castGenericMigrations({ genericMigrations }: Sandbox): readonly CastMember[] {
  const { baseUrl, credentials } = genericMigrations;
  const options = { baseUrl, taskProgress: true };
  const adapter = createGenericMigrationsAdapter({ ...options, ...credentials });
  const account = {
    name: 'generic-migrations',
    adapterName: 'generic-migrations',
    options,
    credentials: { ...credentials },
  };
  const cast = (name: string, endsAs: MigrationState, timeline: Timeline, tasks = createTasks()) => {
    return { name, account, adapter, ref: genericMigrations.addMigration({ timeline, tasks }), endsAs };
  };
  return [
    cast('acme', 'succeeded', [
      entry('NOT_STARTED', 2),
      entry('WORKING', 3),
      entry('PENDING_USER_INPUT', 4),
      entry('WORKING', 9),
      entry('COMPLETE'),
    ]),
    cast('globex', 'partially_succeeded', [entry('WORKING', 16), entry('COMPLETED_WITH_FAILURES')]),
    cast('initech', 'canceled', [entry('NOT_STARTED', 8), entry('LOGIN_ABANDONED')], []),
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
