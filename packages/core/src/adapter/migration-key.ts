/**
 * Joins a provider and the parts of an address into a key. Each part is encoded, so that an id with a slash in it cannot
 * be mistaken for two parts.
 *
 * @example
 * toMigrationKey('velt', ['org_1', 'mig/7']); // 'velt/org_1/mig%2F7'
 */
export function toMigrationKey(provider: string, parts: readonly string[]): string {
  return [provider, ...parts].map((part) => encodeURIComponent(part.toWellFormed())).join('/');
}
