import { ConfigurationError } from '@migration-status/core';
import type { Address } from './parse-address.ts';

/**
 * The ref that an address stands for: its last parts, by the names that the account gives them. What comes before them tells
 * two accounts apart and may be left out. Throws a `ConfigurationError` that says what the address should look like.
 */
export function toRef({ account, parts }: Address): Readonly<Record<string, string>> {
  const { name, refFields } = account;
  if (refFields === undefined) {
    const message = `${name}: what stands in its addresses is not known: give "refFields" in the configuration, or --ref`;
    throw new ConfigurationError({ option: 'refFields', message });
  }
  const values = parts.slice(-refFields.length);
  if (values.length < refFields.length || values.includes('')) {
    const form = [name, ...refFields.map((field) => `<${field}>`)].join('/');
    throw new ConfigurationError({
      option: 'address',
      message: `an address of ${name} has the form ${form}`,
    });
  }
  return Object.fromEntries(refFields.map((field, index) => [field, values[index] ?? '']));
}
