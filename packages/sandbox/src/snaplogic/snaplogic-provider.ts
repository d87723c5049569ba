import { requireKnownKeys, requireOptionalText } from '../argument-checks.ts';
import type { BookedProvider } from '../booked-provider.ts';
import { createBookedProviderParts } from '../booked-provider.ts';
import type { MigrationScript } from '../migration-book.ts';
import type { RunningProvider } from '../provider-server.ts';
import type { ProviderSetup } from '../provider-setup.ts';
import type { SnapLogicAsset, SnapLogicCredentials, SnapLogicDetails } from './snaplogic-api.ts';
import { createSnapLogicApi, snapLogicBasePath } from './snaplogic-api.ts';
import { snapLogicCourses } from './snaplogic-courses.ts';

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
export interface SnapLogicSandbox extends BookedProvider<SnapLogicMigrationScript, SnapLogicMigrationRef> {
  /** The control plane: the server's origin. */
  readonly controlPlane: string;
  /** The control plane with `/api/1/rest/public`, which every path of the API begins with. */
  readonly baseUrl: string;
  /** The only environment there is; any other is answered with 404. */
  readonly orgName: string;
  readonly credentials: SnapLogicCredentials;
}

/** Starts SnapLogic. */
export async function startSnapLogic(setup: ProviderSetup): Promise<RunningProvider<SnapLogicSandbox>> {
  const { random, migrations, controls, serve } = createBookedProviderParts<SnapLogicDetails>(
    setup,
    'snaplogic',
    ({ uuid }) => uuid(),
  );
  const orgName = 'sandbox-env';
  const credentials = {
    email: 'admin@example.com',
    password: random.text(16),
    jwt: `${random.text(16)}.${random.text(32)}.${random.text(24)}`,
  };

  function createDetails(asset: SnapLogicAsset): SnapLogicDetails {
    const { targetPath = `${orgName}/projects/default`, serviceName = 'BookStoreService' } = asset;
    const { serviceSlug = toSlug(serviceName) } = asset;
    return { assetSnid: random.hex(24), targetPath, serviceName, serviceSlug };
  }

  const { origin, close } = await serve(
    createSnapLogicApi({ orgName, credentials, migrations, createDetails }),
  );

  const provider: SnapLogicSandbox = {
    controlPlane: origin,
    baseUrl: origin + snapLogicBasePath,
    orgName,
    credentials,
    addMigration(script = {}) {
      const texts = ['statusToken', 'targetPath', 'serviceName', 'serviceSlug'] as const;
      requireKnownKeys('addMigration', script, ['timeline', 'notFoundForMs', ...texts]);
      for (const name of texts) requireOptionalText(name, script[name]);
      const { id } = migrations.add({
        script,
        id: script.statusToken,
        courses: snapLogicCourses,
        details: createDetails(script),
      });
      return { statusToken: id };
    },
    ...controls,
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
