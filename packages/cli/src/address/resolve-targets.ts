import { ConfigurationError, type MigrationAdapter } from '@migration-status/core';
import { toMigrationKey } from '@migration-status/core/adapter';
import type { Account, Accounts } from '../config/accounts.ts';
import type { MigrationConfig } from '../config/config.ts';
import type { Target } from '../target.ts';
import { type Address, parseAddress } from './parse-address.ts';
import { parseJsonFlag } from './parse-json-flag.ts';
import { toRef } from './to-ref.ts';

/**
 * What is to be looked at: the addresses, each the name of a configured migration or an address proper; all configured
 * migrations where there is none. Rejects with a `ConfigurationError` before anything is asked of a provider.
 *
 * @param ref The JSON of a ref, for an address that is an account alone.
 * @param listKnown Gives what a store or a database holds and has not ended; called where no address is given.
 */
export async function resolveTargets(
  addresses: readonly string[],
  ref: string | undefined,
  configured: Accounts,
  listKnown: () => Promise<readonly Target[]> = async () => [],
): Promise<readonly Target[]> {
  const { accounts, migrations } = configured;
  if (ref !== undefined) return [await toTargetOfRef(addresses, ref, accounts)];
  const named = new Map(migrations.map((migration) => [migration.name, migration]));
  const wanted = addresses.length > 0 ? addresses : named.keys();
  const targets = await Promise.all(
    Array.from(wanted, (text) => {
      const migration = named.get(text);
      return migration ? toNamedTarget(migration, accounts) : toTarget(parseAddress(text, accounts));
    }),
  );
  const remembered = addresses.length > 0 ? [] : await listKnown();
  const keys = new Set(targets.map(({ adapter, ref: given }) => adapter.key(given)));
  const all = [...targets, ...remembered.filter((target) => !keys.has(target.adapter.key(target.ref)))];
  if (all.length > 0) return all;
  const message =
    'nothing to look at: give an address such as velt/org_1/mig_7, or "migrations" in the configuration';
  throw new ConfigurationError({ option: 'address', message });
}

async function toTargetOfRef(
  addresses: readonly string[],
  ref: string,
  accounts: ReadonlyMap<string, Account>,
): Promise<Target> {
  const [only = '', ...others] = addresses;
  const { account, parts } = parseAddress(only, accounts);
  if (others.length > 0 || parts.length > 0) {
    const message = '--ref goes with one account, and takes the place of the rest of its address';
    throw new ConfigurationError({ option: '--ref', message });
  }
  const adapter = await account.load();
  return { adapter, ref: adapter.parseRef(parseJsonFlag('--ref', ref)) };
}

async function toNamedTarget(
  { name, account: accountName, ref, group }: MigrationConfig,
  accounts: ReadonlyMap<string, Account>,
): Promise<Target> {
  const account = accounts.get(accountName);
  if (account === undefined) {
    const message = `the migration ${name} names the account ${accountName}, and there are ${[...accounts.keys()].join(', ')}`;
    throw new ConfigurationError({ option: 'migrations', message });
  }
  const adapter = await account.load();
  return { adapter, ref: adapter.parseRef(ref), name, group };
}

async function toTarget(address: Address): Promise<Target> {
  const ref = toRef(address);
  const adapter = await address.account.load();
  const parsed = adapter.parseRef(ref);
  requireSameKey(address, adapter, adapter.key(parsed));
  return { adapter, ref: parsed };
}

/** Whoever gives a whole key means it: one of another portal or environment is not taken for ours. */
function requireSameKey({ account, parts }: Address, { provider }: MigrationAdapter, key: string): void {
  const isWhole = parts.length > (account.refFields?.length ?? 0);
  if (!isWhole || toMigrationKey(provider, parts) === key) return;
  const message = `${toMigrationKey(provider, parts)} is not at the account ${account.name}, where it would be ${key}`;
  throw new ConfigurationError({ option: 'address', message });
}
