import { ConfigurationError } from '@migration-status/core';
import type { ListenAddress } from './listen.ts';
import { toName } from './parse-serve-flags.ts';

/** Says where nobody can listen, and why. */
export function toListenError(
  error: unknown,
  { host, port }: ListenAddress,
  option: string,
): ConfigurationError {
  const reason = error instanceof Error ? error.message : String(error);
  const message = `nobody can listen on ${toName(host)}:${port}: ${reason}`;
  return new ConfigurationError({ option, message, cause: error });
}
