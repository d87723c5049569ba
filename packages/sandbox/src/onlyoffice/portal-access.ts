import { toBasicAuthorization } from '../basic-authorization.ts';
import type { ApiRequest } from '../provider-api.ts';

/** The ways to be an admin of a portal. */
export interface PortalCredentials {
  /** `sk-…`. Taken as `Authorization: Bearer …`, without `Bearer`, and as the cookie `asc_auth_key`. */
  readonly apiKey: string;
  /** A portal token, taken in the same three places. */
  readonly token: string;
  /** The admin's e-mail address, with the password for `Authorization: Basic …`. */
  readonly username: string;
  readonly password: string;
}

/** Who sends a request. */
export type Caller = 'admin' | 'member' | 'nobody';

/** Tells who sends a request; `memberApiKey` belongs to somebody who is not an admin. */
export function callerOf(
  { headers }: ApiRequest,
  { apiKey, token, username, password }: PortalCredentials,
  memberApiKey: string,
): Caller {
  const authorization = headers.authorization ?? '';
  const given = [authorization.replace(/^Bearer /, ''), ...cookiesOf(headers.cookie ?? '')];
  if (authorization === toBasicAuthorization(username, password)) return 'admin';
  if (given.includes(apiKey) || given.includes(token)) return 'admin';
  return given.includes(memberApiKey) ? 'member' : 'nobody';
}

function cookiesOf(header: string): readonly string[] {
  const prefix = 'asc_auth_key=';
  const cookies = header.split(';').map((cookie) => cookie.trim());
  return cookies.filter((cookie) => cookie.startsWith(prefix)).map((cookie) => cookie.slice(prefix.length));
}
