import { requireKnownKeys, requireOneOf } from '../argument-checks.ts';
import type { ProviderControls } from '../provider-controls.ts';
import { createControlDesk } from '../provider-controls.ts';
import type { ProviderServer, RunningProvider } from '../provider-server.ts';
import { startProviderServer } from '../provider-server.ts';
import type { ProviderSetup } from '../provider-setup.ts';
import { createSeededRandom } from '../seeded-random.ts';
import { emptyInfo } from './migration-info.ts';
import type { PortalCredentials } from './portal-access.ts';
import { createPortalApi } from './portal-api.ts';
import type { ImportScript, ParseScript } from './portal-script.ts';
import { completeImport, completeParse } from './portal-script.ts';
import { createPortalState } from './portal-state.ts';
import { chosenPeople, migratorNames } from './sample-migration.ts';

/** How a portal behaves. */
export interface PortalScript {
  readonly parse?: ParseScript | undefined;
  readonly import?: ImportScript | undefined;
  /** The migrator of a job that `begin` puts there. Default `Nextcloud`. */
  readonly migratorName?: (typeof migratorNames)[number] | undefined;
  /** How many status reads answer "no migration" although a job runs, every other one. Default 0. */
  readonly emptyReads?: number | undefined;
  /** A job freezes in the middle of its running time and never ends. Default `false`. */
  readonly isZombie?: boolean | undefined;
  /** Cancelling a running parse leaves a frozen entry, which a second cancel removes. Default `false`. */
  readonly leavesZombieOnCancel?: boolean | undefined;
}

/** One portal: an origin with at most one migration job, which has no id. */
export interface OnlyOfficePortal extends ProviderControls {
  /** The portal's origin; the API's paths begin with `/api/2.0/migration`. */
  readonly portalUrl: string;
  readonly credentials: PortalCredentials;
  /** An API key of somebody who is not an admin, and is answered with 403. */
  readonly memberApiKey: string;
  /**
   * Puts a job on the portal, in the place of whatever is there, as if the admin had used the web page. For an
   * import that includes the answers before it, as scripted with `staleForMs` and `emptyForMs`.
   *
   * @throws Error when `phase` is neither `parse` nor `import`.
   */
  begin(phase: 'parse' | 'import'): void;
}

/**
 * ONLYOFFICE DocSpace on loopback. Its own controls see the requests to all portals, and a fault injected here
 * hits whichever portal is asked next.
 */
export interface OnlyOfficeSandbox extends ProviderControls {
  /**
   * Starts a portal without a job, on a port of its own.
   *
   * @throws Error when an argument is not valid or the sandbox is closed.
   */
  addPortal(script?: PortalScript): Promise<OnlyOfficePortal>;
}

const scriptKeys = ['parse', 'import', 'migratorName', 'emptyReads', 'isZombie', 'leavesZombieOnCancel'];

/** Starts ONLYOFFICE, with no portal yet. */
export async function startOnlyOffice(setup: ProviderSetup): Promise<RunningProvider<OnlyOfficeSandbox>> {
  const { clock, seed, logSize } = setup;
  const sharedDesk = createControlDesk(clock, logSize);
  const servers: Promise<ProviderServer>[] = [];
  let isClosed = false;

  async function addPortal(script: PortalScript = {}): Promise<OnlyOfficePortal> {
    if (isClosed) throw new Error('addPortal must be called before the sandbox is closed');
    const plan = toPlan(script, clock.toClockMs);
    const { migratorName = 'Nextcloud' } = script;
    const random = createSeededRandom(seed, `onlyoffice/${servers.length}`);
    const credentials = {
      apiKey: `sk-${random.hex(48)}`,
      token: random.text(32),
      username: 'owner@example.com',
      password: random.text(16),
    };
    const memberApiKey = `sk-${random.hex(48)}`;
    const state = createPortalState(plan);
    const desk = createControlDesk(clock, logSize);
    const starting = startProviderServer({
      createApi: (origin) => createPortalApi({ origin, state, credentials, memberApiKey, migratorName }),
      desks: [desk, sharedDesk],
      setup,
      port: setup.nextPort(),
    });
    servers.push(starting);
    const { origin } = await starting;

    return {
      portalUrl: origin,
      credentials,
      memberApiKey,
      begin(phase) {
        requireOneOf('phase', phase, ['parse', 'import']);
        if (phase === 'parse') {
          state.beginParse(migratorName, clock.now());
          return;
        }
        const posted = { ...emptyInfo(true), ...chosenPeople, migratorName };
        state.beginImport(migratorName, posted, clock.now());
      },
      ...desk.controls,
    };
  }

  return {
    provider: { addPortal, ...sharedDesk.controls },
    async close() {
      isClosed = true;
      // One that could not listen has told whoever added it, and has nothing to close.
      const started = await Promise.allSettled(servers);
      await Promise.all(started.map((start) => start.status === 'fulfilled' && start.value.close()));
    },
  };
}

function toPlan(script: PortalScript, convert: (providerMs: number) => number) {
  requireKnownKeys('addPortal', script, scriptKeys);
  requireOneOf('migratorName', script.migratorName, [undefined, ...migratorNames]);
  const { emptyReads = 0, isZombie = false, leavesZombieOnCancel = false } = script;
  if (!Number.isInteger(emptyReads) || emptyReads < 0) {
    throw new Error(`emptyReads must be a whole number, 0 or more; got ${String(emptyReads)}`);
  }
  return {
    parse: completeParse(script.parse ?? {}, convert),
    import: completeImport(script.import ?? {}, convert),
    emptyReads,
    isZombie,
    leavesZombieOnCancel,
  };
}
