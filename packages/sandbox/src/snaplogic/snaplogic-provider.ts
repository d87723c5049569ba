import { requireKnownKeys, requireOptionalText } from '../argument-checks.ts';
import type { MigrationScript, NextTimelineOptions } from '../migration-book.ts';
import { createMigrationBook } from '../migration-book.ts';
import type { ProviderControls } from '../provider-controls.ts';
import { createControlDesk } from '../provider-controls.ts';
import { startProviderServer } from '../provider-server.ts';
import type { ProviderSetup, RunningProvider } from '../running-provider.ts';
import { createSeededRandom } from '../seeded-random.ts';
import type { Timeline } from '../timeline.ts';
import type { SnapLogicAsset, SnapLogicCredentials, SnapLogicDetails } from './snaplogic-api.ts';
import { createSnapLogicApi, snaplogicBasePath } from './snaplogic-api.ts';
import { snaplogicPaths } from './snaplogic-timelines.ts';

/** What identifies a SnapLogic migration within its environment. */
export interface SnapLogicMigrationRef {
  readonly statusToken: string;
}

/** A SnapLogic migration to be put on the server. */
export interface SnapLogicMigrationScript extends MigrationScript, SnapLogicAsset {
  /** Default: a seeded UUID. */
  readonly statusToken?: string | undefined;
}

/** SnapLogic's service migration API on loopback. */
export interface SnapLogicSandbox extends ProviderControls {
  /** The control plane: the server's origin. */
  readonly controlPlane: string;
  /** The control plane with `/api/1/rest/public`, which every path of the API begins with. */
  readonly baseUrl: string;
  /** The only environment there is; any other is answered with 404. */
  readonly orgName: string;
  readonly credentials: SnapLogicCredentials;
  /**
   * Starts a migration; its timeline begins at once.
   *
   * @throws Error when an argument is not valid or the token is taken.
   */
  addMigration(script?: SnapLogicMigrationScript): SnapLogicMigrationRef;
  /** Scripts the next migration that is started over HTTP; may be called several times in advance. */
  nextTimeline(timeline: Timeline, options?: NextTimelineOptions): void;
}

/** Starts SnapLogic. */
export async function startSnapLogic({
  clock,
  seed,
}: ProviderSetup): Promise<RunningProvider<SnapLogicSandbox>> {
  const random = createSeededRandom(seed, 'snaplogic');
  const orgName = 'sandbox-env';
  const credentials = {
    email: 'admin@example.com',
    password: random.text(16),
    jwt: `${random.text(16)}.${random.text(32)}.${random.text(24)}`,
  };
  const migrations = createMigrationBook<SnapLogicDetails>(clock, random, random.uuid);
  const slugUses = new Map<string, number>();
  const desk = createControlDesk(clock);

  function createDetails(asset: SnapLogicAsset): SnapLogicDetails {
    const { targetPath = `${orgName}/projects/default`, serviceName = 'BookStoreService' } = asset;
    const wantedSlug = asset.serviceSlug ?? toSlug(serviceName);
    const uses = slugUses.get(wantedSlug) ?? 0;
    slugUses.set(wantedSlug, uses + 1);
    // The provider makes a slug that is taken unique by counting up.
    const serviceSlug = uses === 0 ? wantedSlug : `${wantedSlug}_${uses}`;
    return { assetSnid: random.hex(24), targetPath, serviceName, serviceSlug };
  }

  const { origin, close } = await startProviderServer({
    createApi: () => createSnapLogicApi({ orgName, credentials, migrations, createDetails }),
    desks: [desk],
    now: clock.now,
  });

  const provider: SnapLogicSandbox = {
    controlPlane: origin,
    baseUrl: origin + snaplogicBasePath,
    orgName,
    credentials,
    addMigration(script = {}) {
      const texts = ['statusToken', 'targetPath', 'serviceName', 'serviceSlug'] as const;
      requireKnownKeys('addMigration', script, ['timeline', 'notFoundForMs', ...texts]);
      for (const name of texts) requireOptionalText(name, script[name]);
      const details = createDetails(script);
      const { id } = migrations.add({ script, id: script.statusToken, paths: snaplogicPaths, details });
      return { statusToken: id };
    },
    nextTimeline: migrations.queue,
    ...desk.controls,
  };
  return { provider, close };
}

/** `BookStoreService` → `book-store-service` */
function toSlug(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase();
}
