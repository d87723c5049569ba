import type { CheckedAuth } from './onlyoffice-options.ts';

/** The header that signs a request in, and the secrets that it holds in another form than its own value. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/** Each way to sign in → its header. */
export function toCredentials(auth: CheckedAuth): Credentials {
  const { cookie, username, password, authorization = '' } = auth;
  const bearer = auth.apiKey ?? auth.token;
  if (bearer !== undefined) return { headers: { authorization: `Bearer ${bearer}` }, secrets: [] };
  if (cookie !== undefined) return { headers: { cookie: `asc_auth_key=${cookie}` }, secrets: [cookie] };
  if (password !== undefined) {
    const encoded = toBase64(`${username}:${password}`);
    return { headers: { authorization: `Basic ${encoded}` }, secrets: [password] };
  }
  return { headers: { authorization }, secrets: [] };
}

/** `btoa` takes bytes only; names and passwords may hold any letter. */
function toBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
