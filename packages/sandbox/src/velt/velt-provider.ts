import { requireKnownKeys, requireOptionalText } from '../argument-checks.ts';
import type { MigrationScript, NextTimelineOptions } from '../migration-book.ts';
import { createMigrationBook } from '../migration-book.ts';
import type { ProviderControls } from '../provider-controls.ts';
import { createControlDesk } from '../provider-controls.ts';
import { startProviderServer } from '../provider-server.ts';
import type { ProviderSetup, RunningProvider } from '../running-provider.ts';
import { createSeededRandom } from '../seeded-random.ts';
import type { Timeline } from '../timeline.ts';
import type { VeltCredentials, VeltDetails } from './velt-api.ts';
import { createVeltApi } from './velt-api.ts';
import { veltPaths } from './velt-timelines.ts';

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
  /** While unknown (`notFoundForMs`, or asked for under another organization): answer 500 `INTERNAL`. Default `false`. */
  readonly hidesNotFoundBehind500?: boolean | undefined;
}

/** Velt's document migration API on loopback. */
export interface VeltSandbox extends ProviderControls {
  /** The server's origin; the API's paths begin with `/v2`. */
  readonly baseUrl: string;
  readonly credentials: VeltCredentials;
  /**
   * Answer every unknown migration with HTTP 500 `INTERNAL` and `not-found` in the details instead of 404
   * `NOT_FOUND`. May be set at any time. Default `false`.
   */
  hidesNotFoundBehind500: boolean;
  /**
   * Starts a migration; its timeline begins at once.
   *
   * @throws Error when an argument is not valid or the id is taken.
   */
  addMigration(script?: VeltMigrationScript): VeltMigrationRef;
  /** Scripts the next migration that is started over HTTP; may be called several times in advance. */
  nextTimeline(timeline: Timeline, options?: NextTimelineOptions): void;
}

/** Starts Velt. */
export async function startVelt({ clock, seed }: ProviderSetup): Promise<RunningProvider<VeltSandbox>> {
  const random = createSeededRandom(seed, 'velt');
  const credentials = { apiKey: random.text(20), authToken: random.hex(32) };
  const migrations = createMigrationBook<VeltDetails>(clock, random, () => `mig_${random.text(10)}`);
  const desk = createControlDesk(clock);
  const { origin, close } = await startProviderServer({
    createApi: () =>
      createVeltApi({ credentials, migrations, hidesNotFound: () => provider.hidesNotFoundBehind500 }),
    desks: [desk],
    now: clock.now,
  });

  const provider: VeltSandbox = {
    baseUrl: origin,
    credentials,
    hidesNotFoundBehind500: false,
    addMigration(script = {}) {
      requireKnownKeys('addMigration', script, [
        'timeline',
        'notFoundForMs',
        'organizationId',
        'migrationId',
        'hidesNotFoundBehind500',
      ]);
      requireOptionalText('organizationId', script.organizationId);
      requireOptionalText('migrationId', script.migrationId);
      const { organizationId = 'org_sandbox', migrationId, hidesNotFoundBehind500 = false } = script;
      const details = { organizationId, hidesNotFoundBehind500 };
      const { id } = migrations.add({ script, id: migrationId, paths: veltPaths, details });
      return { organizationId, migrationId: id };
    },
    nextTimeline: migrations.queue,
    ...desk.controls,
  };
  return { provider, close };
}
