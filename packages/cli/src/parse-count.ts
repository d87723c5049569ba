import { ConfigurationError } from '@migration-status/core';

/** A whole number above 0. Throws a `ConfigurationError` that names the flag. */
export function parseCount(flag: string, text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new ConfigurationError({ option: flag, message: `${flag} must be a whole number above 0` });
}
