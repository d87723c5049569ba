import { ConfigurationError, type MigrationAdapter } from '@migration-status/core';
import type { AccountConfig, AdapterFactory, MigrationConfig } from './config.ts';
import { type ConfigFlags, withConfigFlags } from './config-flags.ts';
import { type CredentialLeaf, listCredentials } from './credential-tree.ts';
import { createErrorCleaner, withCleanErrors } from './hide-credentials.ts';
import { importAdapterFactory, isAdapter } from './import-adapter.ts';
import { knownAdapters } from './known-adapters.ts';
import type { LoadedConfig } from './load-config.ts';
import { type CredentialPlaces, readCredential } from './read-credential.ts';
import { setAtPath } from './set-at-path.ts';

/** One account, ready to be spoken to. */
export interface Account {
  readonly name: string;
  /** The word of the configuration; undefined for a function. */
  readonly adapterName: string | undefined;
  /** Whether the configuration names it; the four known adapters can be used without that. */
  readonly isConfigured: boolean;
  /** The fields of a ref that stand in an address; undefined where that is not known. */
  readonly refFields: readonly string[] | undefined;
  readonly credentials: readonly CredentialLeaf[];
  /** Makes the adapter, the same one at every call. Rejects with a `ConfigurationError` that says what is missing. */
  load(): Promise<MigrationAdapter>;
  /** Reads one credential, to see whether it is there. */
  readCredential(leaf: CredentialLeaf): Promise<string>;
}

/** Everything that is configured. */
export interface Accounts {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly migrations: readonly MigrationConfig[];
}

/** Puts together what the configuration, the flags and the known adapters say. */
export function createAccounts(
  { config, folder }: LoadedConfig,
  flags: ConfigFlags,
  { environment }: Pick<CredentialPlaces, 'environment'>,
): Accounts {
  const configured = new Map(Object.entries(config.accounts ?? {}));
  const places = { environment, folder };
  const all = withConfigFlags(withKnownAdapters(configured), flags);
  const accounts = new Map(
    Array.from(all, ([name, account]) => [
      name,
      createAccount(name, account, { places, isConfigured: configured.has(name) }),
    ]),
  );
  return { accounts, migrations: config.migrations ?? [] };
}

/** A known adapter that no account uses is an account by itself, so that a command works without a configuration. */
function withKnownAdapters(
  configured: ReadonlyMap<string, AccountConfig>,
): ReadonlyMap<string, AccountConfig> {
  const used = new Set(Array.from(configured.values(), ({ adapter }) => adapter));
  const idle = [...knownAdapters.keys()].filter((name) => !used.has(name) && !configured.has(name));
  const added = idle.map((name): [string, AccountConfig] => [name, { adapter: name }]);
  return new Map([...configured, ...added]);
}

function createAccount(
  name: string,
  { adapter, factory, options = {}, credentials, refFields }: AccountConfig,
  { places, isConfigured }: { readonly places: CredentialPlaces; readonly isConfigured: boolean },
): Account {
  const known = typeof adapter === 'string' ? knownAdapters.get(adapter) : undefined;
  const leaves = listCredentials(credentials ?? known?.credentials ?? {});
  const place = `accounts.${name}`;
  let loading: Promise<MigrationAdapter> | undefined;

  const read = ({ path, source }: CredentialLeaf) =>
    readCredential(source, `${place}.credentials.${path.join('.')}`, places);

  async function toFactory(): Promise<AdapterFactory> {
    if (typeof adapter === 'function') return adapter;
    if (known === undefined)
      return importAdapterFactory({
        name: adapter,
        factory,
        folder: places.folder,
        option: `${place}.adapter`,
      });
    try {
      return (await known.load()).create;
    } catch (cause) {
      const message = `"${place}.adapter": the package ${known.packageName} is needed, and is not installed`;
      throw new ConfigurationError({ option: `${place}.adapter`, message, cause });
    }
  }

  async function make(): Promise<MigrationAdapter> {
    const create = await toFactory();
    const credentials: string[] = [];
    let complete = options;
    for (const leaf of leaves) {
      const credential = await read(leaf);
      credentials.push(credential);
      complete = setAtPath(complete, leaf.path, credential);
    }
    const clean = createErrorCleaner(credentials);
    const made = await makeCleanly(() => create(complete), clean);
    if (isAdapter(made)) return known ? made : withCleanErrors(made, clean);
    const message = `"${place}.adapter" must make an adapter`;
    throw new ConfigurationError({ option: `${place}.adapter`, message });
  }

  return {
    name,
    adapterName: typeof adapter === 'string' ? adapter : undefined,
    isConfigured,
    refFields: refFields ?? known?.refFields,
    credentials: leaves,
    load: () => (loading ??= make()),
    readCredential: read,
  };
}

/** What an adapter says of its options may quote them. */
async function makeCleanly(make: () => unknown, clean: (error: unknown) => unknown): Promise<unknown> {
  try {
    return await make();
  } catch (error) {
    throw clean(error);
  }
}
