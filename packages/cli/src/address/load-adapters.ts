import type { MigrationAdapter } from '@migration-status/core';
import type { Account, Accounts } from '../config/accounts.ts';
import { parseAddress } from './parse-address.ts';

/**
 * The adapters of the accounts that addresses are about, or else of all that are configured. Rejects with a
 * `ConfigurationError` where one of them cannot be made.
 */
export async function loadAdapters(
  addresses: readonly string[],
  configured: Accounts,
): Promise<readonly MigrationAdapter[]> {
  const accounts = addresses.length > 0 ? toNamed(addresses, configured) : toConfigured(configured);
  return [...new Set(await Promise.all(Array.from(accounts, (account) => account.load())))];
}

function toNamed(addresses: readonly string[], { accounts, migrations }: Accounts): ReadonlySet<Account> {
  const named = new Map(migrations.map(({ name, account }) => [name, accounts.get(account)]));
  return new Set(addresses.map((text) => named.get(text) ?? parseAddress(text, accounts).account));
}

/** Those that stand in the configuration, and those that its migrations are at. */
function toConfigured({ accounts, migrations }: Accounts): ReadonlySet<Account> {
  const used = new Set(migrations.map(({ account }) => account));
  return new Set([...accounts.values()].filter(({ name, isConfigured }) => isConfigured || used.has(name)));
}
