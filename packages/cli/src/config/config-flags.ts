import { ConfigurationError } from '@migration-status/core';
import type { AccountConfig, CredentialSource, CredentialTree } from './config.ts';
import { isCredentialTree } from './credential-tree.ts';
import { findSecretName } from './find-secret-name.ts';
import { knownAdapters } from './known-adapters.ts';
import { parseSource } from './parse-source.ts';
import { setAtPath } from './set-at-path.ts';

/** The flags that say what a configuration would. */
export interface ConfigFlags {
  /** `velt.baseUrl=https://…`: an option of an account. */
  readonly option?: readonly string[] | undefined;
  /** `velt.apiKey=env:NAME` or `velt.apiKey=file:path`: where a credential is read from. */
  readonly credential?: readonly string[] | undefined;
}

interface Assignment {
  readonly account: string;
  readonly path: readonly string[];
  readonly value: string;
}

/**
 * The accounts with what the flags add to them. Throws a `ConfigurationError` for a flag that does not fit, above all for a
 * credential on the command line, where every process of the machine can read it.
 */
export function withConfigFlags(
  accounts: ReadonlyMap<string, AccountConfig>,
  { option = [], credential = [] }: ConfigFlags,
): ReadonlyMap<string, AccountConfig> {
  const next = new Map(accounts);
  for (const flag of option) {
    const { account, path, value } = parseAssignment('--option', flag, next);
    const [name = ''] = path.slice(-1);
    if (findSecretName({ [name]: value }) !== undefined)
      throw toError(
        '--option',
        `never takes a credential: use --credential ${account}.${path.join('.')}=env:…`,
      );
    const { options = {}, ...config } = next.get(account) ?? { adapter: account };
    next.set(account, { ...config, options: setAtPath(options, path, parseValue(value)) });
  }
  for (const flag of credential) {
    const { account, path, value } = parseAssignment('--credential', flag, next);
    const config = next.get(account) ?? { adapter: account };
    const credentials = config.credentials ?? toDefaults(config, path);
    next.set(account, {
      ...config,
      credentials: withCredential(credentials, path, parseSource('--credential <account>.<name>=', value)),
    });
  }
  return next;
}

/** What is not named is read from where it always is, but of options that hold several ways to sign in only one may be there. */
function toDefaults({ adapter }: AccountConfig, [name = '', ...inner]: readonly string[]): CredentialTree {
  const { credentials = {} } = (typeof adapter === 'string' && knownAdapters.get(adapter)) || {};
  const isWay = inner.length > 0;
  return Object.fromEntries(Object.entries(credentials).filter(([key]) => !isWay || key !== name));
}

function withCredential(
  credentials: CredentialTree,
  path: readonly string[],
  source: CredentialSource,
): CredentialTree {
  const tree = setAtPath(credentials, path, source);
  return isCredentialTree(tree) ? tree : credentials;
}

function parseAssignment(
  flag: string,
  text: string,
  accounts: ReadonlyMap<string, AccountConfig>,
): Assignment {
  const [, account = '', path = '', value = ''] = /^([\w-]+)\.([\w.-]+)=(.*)$/s.exec(text) ?? [];
  if (account === '') throw toError(flag, 'must be <account>.<name>=<value>');
  if (!accounts.has(account))
    throw toError(flag, `names no account: there are ${[...accounts.keys()].join(', ')}`);
  return { account, path: path.split('.'), value };
}

/** JSON where it is JSON and no text in quotes would be meant: `true`, `30000`, `{"A":"failed"}`. */
function parseValue(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function toError(option: string, complaint: string): ConfigurationError {
  return new ConfigurationError({ option, message: `${option} ${complaint}` });
}
