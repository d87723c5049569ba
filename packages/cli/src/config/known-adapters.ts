import type { MigrationAdapter, StateTable } from '@migration-status/core';
import type { CredentialTree } from './config.ts';

/** An adapter that comes with the command line: everything that does not need its package to be loaded. */
export interface KnownAdapter {
  readonly packageName: string;
  /** The fields of a ref that stand in an address, after whatever tells two accounts apart. */
  readonly refFields: readonly string[];
  /** Where credentials are read from when nothing else is said. */
  readonly credentials: CredentialTree;
  /** The ref of a migration that is not there: whoever says so has answered, and taken the credentials. */
  readonly probe: unknown;
  /** Loads the package. */
  load(): Promise<LoadedAdapter>;
}

/** What a package of an adapter offers. */
export interface LoadedAdapter {
  /** Checks the options itself, and throws a `ConfigurationError` for what does not fit. */
  create(options: unknown): MigrationAdapter;
  readonly states: StateTable;
}

/** By the name that stands in a configuration, which is also the provider's. */
export const knownAdapters: ReadonlyMap<string, KnownAdapter> = new Map(
  Object.entries({
    velt: {
      packageName: '@migration-status/velt',
      refFields: ['organizationId', 'migrationId'],
      credentials: { apiKey: { env: 'VELT_API_KEY' }, authToken: { env: 'VELT_AUTH_TOKEN' } },
      probe: { organizationId: 'migration-status-check', migrationId: 'migration-status-check' },
      async load() {
        const { createVeltAdapter, veltStates } = await import('@migration-status/velt');
        return { create: trusting(createVeltAdapter), states: veltStates };
      },
    },
    onlyoffice: {
      packageName: '@migration-status/onlyoffice',
      refFields: ['awaiting'],
      credentials: { auth: { apiKey: { env: 'ONLYOFFICE_API_KEY' } } },
      probe: {},
      async load() {
        const { createOnlyOfficeAdapter, onlyOfficeStates } = await import('@migration-status/onlyoffice');
        return { create: trusting(createOnlyOfficeAdapter), states: onlyOfficeStates };
      },
    },
    snaplogic: {
      packageName: '@migration-status/snaplogic',
      refFields: ['statusToken'],
      credentials: { auth: { jwt: { env: 'SNAPLOGIC_JWT' } } },
      probe: { statusToken: '00000000-0000-0000-0000-000000000000' },
      async load() {
        const { createSnapLogicAdapter, snapLogicStates } = await import('@migration-status/snaplogic');
        return { create: trusting(createSnapLogicAdapter), states: snapLogicStates };
      },
    },
    'generic-migrations': {
      packageName: '@migration-status/generic-migrations',
      refFields: ['migrationId'],
      credentials: { apiKey: { env: 'MIGRATIONS_API_KEY' } },
      probe: { migrationId: '00000000-0000-0000-0000-000000000000' },
      async load() {
        const { createGenericMigrationsAdapter, genericMigrationsStates } = await import(
          '@migration-status/generic-migrations'
        );
        return { create: trusting(createGenericMigrationsAdapter), states: genericMigrationsStates };
      },
    },
  } satisfies Record<string, KnownAdapter>),
);

/** The adapters check whatever they are made with, so that anything can be handed to them. */
function trusting<Options>(create: (options: Options) => MigrationAdapter): LoadedAdapter['create'] {
  return (options) => create(options as Options);
}
