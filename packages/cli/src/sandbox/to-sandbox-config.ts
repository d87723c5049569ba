import type { AccountConfig, CredentialTree, MigrationConfig } from '../config/config.ts';
import { isCredentialTree } from '../config/credential-tree.ts';
import { setAtPath } from '../config/set-at-path.ts';
import type { CastMember, SandboxAccount } from './scenario.ts';

/** A configuration for a sandbox that listens, and the variables that it reads. */
export interface SandboxConfig {
  readonly config: {
    readonly accounts: Readonly<Record<string, AccountConfig>>;
    readonly migrations: readonly MigrationConfig[];
  };
  readonly variables: Readonly<Record<string, string>>;
}

/** What another terminal needs in order to follow the migrations of a sandbox. */
export function toSandboxConfig(cast: readonly CastMember[]): SandboxConfig {
  const accounts = [...new Set(cast.map(({ account }) => account))];
  return {
    config: {
      accounts: Object.fromEntries(accounts.map((account) => [account.name, toAccountConfig(account)])),
      migrations: cast.map(({ name, account, ref }) => ({ name, account: account.name, ref })),
    },
    variables: Object.fromEntries(
      accounts.flatMap((account) =>
        Object.entries(account.credentials).map(([path, value]) => [toVariable(account, path), value]),
      ),
    ),
  };
}

function toAccountConfig(account: SandboxAccount): AccountConfig {
  const tree = Object.keys(account.credentials).reduce(
    (credentials: Readonly<Record<string, unknown>>, path) =>
      setAtPath(credentials, path.split('.'), { env: toVariable(account, path) }),
    {},
  );
  const credentials: CredentialTree = isCredentialTree(tree) ? tree : {};
  return { adapter: account.adapterName, options: account.options, credentials };
}

/** `SANDBOX_VELT_API_KEY` */
function toVariable({ name }: SandboxAccount, path: string): string {
  const last = path.split('.').at(-1) ?? '';
  const words = `sandbox_${name}_${last.replaceAll(/[A-Z]/g, '_$&')}`;
  return words.replaceAll('-', '_').toUpperCase();
}
