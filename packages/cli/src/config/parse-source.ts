import { ConfigurationError } from '@migration-status/core';
import type { CredentialSource } from './config.ts';

/**
 * Where a credential is read from, as a flag says it: `env:NAME` or `file:path`. Throws a `ConfigurationError` that does not
 * repeat the text, which may be the credential itself.
 *
 * @param flag What stands before it, for the message.
 */
export function parseSource(flag: string, text: string): CredentialSource {
  const [, kind, name = ''] = /^(env|file):(.+)$/s.exec(text) ?? [];
  if (kind === 'env') return { env: name };
  if (kind === 'file') return { file: name };
  const message = `${flag} must be env:<variable> or file:<path>, never the credential itself`;
  throw new ConfigurationError({ option: flag, message });
}
