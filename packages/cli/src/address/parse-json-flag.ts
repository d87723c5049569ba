import { ConfigurationError } from '@migration-status/core';

/** The value of a flag that takes JSON. Throws a `ConfigurationError` that names the flag, and does not repeat the value. */
export function parseJsonFlag(flag: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigurationError({ option: flag, message: `${flag} must be JSON, such as '{"jobId":"7"}'` });
  }
}
