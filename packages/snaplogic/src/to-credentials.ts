import { type HttpClientOptions, toBasicAuthorization } from '@migration-status/core/adapter';
import type { SnapLogicAuth } from './snaplogic-options.ts';

/**
 * The header that proves who asks, and what of it to keep out of errors besides: an error may repeat the password, or the
 * header without its first word.
 */
export function toCredentials(auth: SnapLogicAuth): Pick<HttpClientOptions, 'credentials' | 'secrets'> {
  const authorization = toAuthorization(auth);
  const token = authorization.split(' ').at(-1) ?? authorization;
  return {
    credentials: { authorization },
    secrets: 'password' in auth ? [token, auth.password] : [token],
  };
}

function toAuthorization(auth: SnapLogicAuth): string {
  if ('authorization' in auth) return auth.authorization;
  if ('jwt' in auth) return `Bearer ${auth.jwt}`;
  return toBasicAuthorization(auth.email, auth.password);
}
