import type { MigrationAdapter } from '@migration-status/core/adapter';
import { createGenericMigrationsAdapter } from '@migration-status/generic-migrations';
import { createOnlyOfficeAdapter } from '@migration-status/onlyoffice';
import { createSnapLogicAdapter } from '@migration-status/snaplogic';
import { createVeltAdapter } from '@migration-status/velt';

/** How a provider is asked with real credentials. */
export interface LiveProvider {
  /** Environment variables that must be set: the credentials. */
  readonly secrets: readonly string[];
  /** Environment variables that must be set: where to look, and the ref of a migration as JSON. */
  readonly settings: readonly string[];
  create(read: (name: string) => string, baseUrl: string | undefined): MigrationAdapter;
}

/** By the name of the provider. `<NAME>_BASE_URL` leads to another address than the vendor's. */
export const liveProviders: Readonly<Record<string, LiveProvider>> = {
  velt: {
    secrets: ['VELT_API_KEY', 'VELT_AUTH_TOKEN'],
    settings: ['VELT_REF'],
    create: (read, baseUrl) =>
      createVeltAdapter({ apiKey: read('VELT_API_KEY'), authToken: read('VELT_AUTH_TOKEN'), baseUrl }),
  },
  onlyoffice: {
    secrets: ['ONLYOFFICE_API_KEY'],
    settings: ['ONLYOFFICE_REF', 'ONLYOFFICE_BASE_URL'],
    create: (read, baseUrl = '') =>
      createOnlyOfficeAdapter({ portalUrl: baseUrl, auth: { apiKey: read('ONLYOFFICE_API_KEY') } }),
  },
  snaplogic: {
    secrets: ['SNAPLOGIC_JWT'],
    settings: ['SNAPLOGIC_REF', 'SNAPLOGIC_ORG'],
    create: (read, baseUrl) =>
      createSnapLogicAdapter({
        orgName: read('SNAPLOGIC_ORG'),
        auth: { jwt: read('SNAPLOGIC_JWT') },
        controlPlane: baseUrl,
      }),
  },
  'generic-migrations': {
    secrets: ['MIGRATIONS_API_KEY'],
    settings: ['GENERIC_MIGRATIONS_REF'],
    create: (read, baseUrl) =>
      createGenericMigrationsAdapter({ apiKey: read('MIGRATIONS_API_KEY'), baseUrl }),
  },
};
