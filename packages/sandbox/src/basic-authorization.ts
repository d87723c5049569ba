/** The `Authorization` header that carries a name and a password. */
export function toBasicAuthorization(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}
