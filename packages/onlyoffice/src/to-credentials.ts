import { type HttpClientOptions, toBasicAuthorization } from '@migration-status/core/adapter';
import type { CheckedAuth } from './onlyoffice-options.ts';

/** Each way to sign in → its header, and the secrets that it holds in another form than its own value. */
export function toCredentials(auth: CheckedAuth): Pick<HttpClientOptions, 'credentials' | 'secrets'> {
  const { cookie, username = '', password, authorization = '' } = auth;
  const bearer = auth.apiKey ?? auth.token;
  if (bearer !== undefined) return { credentials: { authorization: `Bearer ${bearer}` }, secrets: [] };
  if (cookie !== undefined) return { credentials: { cookie: `asc_auth_key=${cookie}` }, secrets: [cookie] };
  if (password !== undefined) {
    return { credentials: { authorization: toBasicAuthorization(username, password) }, secrets: [password] };
  }
  return { credentials: { authorization }, secrets: [] };
}
