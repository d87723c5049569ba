import { ConfigurationError } from '@migration-status/core';
import type { Account } from '../config/accounts.ts';

/** An address as it was typed: whose account, and what comes after it. */
export interface Address {
  readonly account: Account;
  /** The parts after the account, decoded. */
  readonly parts: readonly string[];
}

/**
 * Takes an address apart: `velt/org_1/mig_7`. Its first part is the name of an account, or that of an adapter which only one
 * account uses; the others are encoded as in a key. Throws a `ConfigurationError` that says which accounts there are.
 */
export function parseAddress(text: string, accounts: ReadonlyMap<string, Account>): Address {
  const [first = '', ...rest] = text.split('/');
  const parts = rest.map(decode);
  if (parts.includes(undefined)) throw toError(`the address ${JSON.stringify(text)} is not well encoded`);
  const account = accounts.get(first) ?? toOnlyUser(first, accounts);
  return { account, parts: parts.filter((part) => part !== undefined) };
}

function toOnlyUser(adapterName: string, accounts: ReadonlyMap<string, Account>): Account {
  const users = [...accounts.values()].filter((account) => account.adapterName === adapterName);
  const [only, ...others] = users;
  if (only !== undefined && others.length === 0) return only;
  const names = [...(users.length > 0 ? users : accounts.values())].map(({ name }) => name).join(', ');
  throw toError(
    users.length > 0
      ? `there are several accounts at ${adapterName}: say ${names} in its place`
      : `there is no account ${JSON.stringify(adapterName)}: there are ${names}`,
  );
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function toError(message: string): ConfigurationError {
  return new ConfigurationError({ option: 'address', message });
}
