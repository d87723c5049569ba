import { requireKnownKeys, requireOneOf, requireOptionalText } from '../argument-checks.ts';
import type { BookedProvider } from '../booked-provider.ts';
import { createBookedProviderParts } from '../booked-provider.ts';
import type { MigrationScript } from '../migration-book.ts';
import type { RunningProvider } from '../provider-server.ts';
import type { ProviderSetup } from '../provider-setup.ts';
import type { VeltCredentials, VeltDetails } from './velt-api.ts';
import { createVeltApi } from './velt-api.ts';
import { veltCourses } from './velt-courses.ts';

/** The address of one Velt migration: both ids are needed to ask for its status. */
export interface VeltMigrationRef {
  readonly organizationId: string;
  readonly migrationId: string;
}

/** A Velt migration to be put on the server. */
export interface VeltMigrationScript extends MigrationScript {
  /** Default `org_sandbox`. */
  readonly organizationId?: string | undefined;
  /** Default: a seeded `mig_…`. */
  readonly migrationId?: string | undefined;
}

/** Velt's document migration API on loopback. */
export interface VeltSandbox extends BookedProvider<VeltMigrationScript, VeltMigrationRef> {
  /** The server's origin; the API's paths begin with `/v2`. */
  readonly baseUrl: string;
  readonly credentials: VeltCredentials;
  /**
   * Answer every unknown migration with HTTP 500 `INTERNAL` and `not-found` in the details instead of 404
   * `NOT_FOUND`. May be set at any time; anything but a boolean throws. Default `false`.
   */
  hidesNotFoundBehind500: boolean;
}

/** Starts Velt. */
export async function startVelt(setup: ProviderSetup): Promise<RunningProvider<VeltSandbox>> {
  const { random, migrations, controls, serve } = createBookedProviderParts<VeltDetails>(
    setup,
    'velt',
    ({ text }) => `mig_${text(10)}`,
  );
  const credentials = { apiKey: random.text(20), authToken: random.hex(32) };
  let hidesNotFound = false;
  const { origin, close } = await serve(
    createVeltApi({ credentials, migrations, hidesNotFound: () => hidesNotFound }),
  );

  const provider: VeltSandbox = {
    baseUrl: origin,
    credentials,
    get hidesNotFoundBehind500() {
      return hidesNotFound;
    },
    set hidesNotFoundBehind500(wanted) {
      requireOneOf('hidesNotFoundBehind500', wanted, [true, false]);
      hidesNotFound = wanted;
    },
    addMigration(script = {}) {
      requireKnownKeys('addMigration', script, [
        'timeline',
        'notFoundForMs',
        'organizationId',
        'migrationId',
      ]);
      requireOptionalText('organizationId', script.organizationId);
      requireOptionalText('migrationId', script.migrationId);
      const { organizationId = 'org_sandbox' } = script;
      const { id } = migrations.add({
        script,
        id: script.migrationId,
        courses: veltCourses,
        details: { organizationId },
      });
      return { organizationId, migrationId: id };
    },
    ...controls,
  };
  return { provider, close };
}
