import { AsyncLocalStorage } from 'node:async_hooks';
import type { MigrationAdapter } from '@migration-status/core';
import { createLeanFetch } from '@migration-status/core/lean-fetch';
import { createGenericMigrationsAdapter } from '@migration-status/generic-migrations';
import { createOnlyOfficeAdapter } from '@migration-status/onlyoffice';
import type { OnlyOfficePortal, Sandbox } from '@migration-status/sandbox';
import { createSnapLogicAdapter } from '@migration-status/snaplogic';
import { createVeltAdapter } from '@migration-status/velt';

/** How a process gets to the four providers of a sandbox. It survives JSON. */
export interface Access {
  readonly velt: Pick<Sandbox['velt'], 'baseUrl' | 'credentials'>;
  readonly snaplogic: Pick<Sandbox['snaplogic'], 'controlPlane' | 'orgName' | 'credentials'>;
  readonly genericMigrations: Pick<Sandbox['genericMigrations'], 'baseUrl' | 'credentials'>;
  readonly portal: Pick<OnlyOfficePortal, 'portalUrl' | 'credentials'>;
}

/** The part of a query that tells when the engine asked for it, in epoch milliseconds: on its way it may be overtaken. */
export const askedParameter = 'asked';

export function toAccess(sandbox: Sandbox, { portalUrl, credentials }: OnlyOfficePortal): Access {
  const { velt, snaplogic, genericMigrations } = sandbox;
  return {
    velt: { baseUrl: velt.baseUrl, credentials: velt.credentials },
    snaplogic: {
      controlPlane: snaplogic.controlPlane,
      orgName: snaplogic.orgName,
      credentials: snaplogic.credentials,
    },
    genericMigrations: { baseUrl: genericMigrations.baseUrl, credentials: genericMigrations.credentials },
    portal: { portalUrl, credentials },
  };
}

/** The adapters of a sandbox, by the names that {@link Access} has for its providers. */
export function createAdapters({ velt, snaplogic, genericMigrations, portal }: Access) {
  const fetch = createStampingFetch();
  return {
    velt: stamp(createVeltAdapter({ ...velt.credentials, baseUrl: velt.baseUrl, fetch })),
    snaplogic: stamp(
      createSnapLogicAdapter({
        orgName: snaplogic.orgName,
        auth: { jwt: snaplogic.credentials.jwt },
        controlPlane: snaplogic.controlPlane,
        fetch,
      }),
    ),
    genericMigrations: stamp(
      createGenericMigrationsAdapter({
        ...genericMigrations.credentials,
        baseUrl: genericMigrations.baseUrl,
        fetch,
      }),
    ),
    portal: stamp(
      createOnlyOfficeAdapter({
        portalUrl: portal.portalUrl,
        auth: { apiKey: portal.credentials.apiKey },
        fetch,
      }),
    ),
  } satisfies Record<keyof Access, MigrationAdapter>;
}

const askedAt = new AsyncLocalStorage<number>();

/** The same adapter; what it sends says when it was asked to. */
function stamp<Adapter extends MigrationAdapter>(adapter: Adapter): Adapter {
  const { getStatus, getStatuses } = adapter;
  const now = () => performance.timeOrigin + performance.now();
  return {
    ...adapter,
    getStatus: (ref: unknown, context: object) => askedAt.run(now(), () => getStatus(ref, context)),
    ...(getStatuses && {
      getStatuses: (refs: readonly unknown[], context: object) =>
        askedAt.run(now(), () => getStatuses(refs, context)),
    }),
  };
}

function createStampingFetch(): typeof fetch {
  const send = createLeanFetch();
  return (input, init) => {
    const url = String(input);
    return send(`${url}${url.includes('?') ? '&' : '?'}${askedParameter}=${askedAt.getStore()}`, init);
  };
}
