import type { MigrationRow } from '../tracker/migration-row.ts';

/**
 * The name of a migration for people: the one that it was given, or else its key without the provider, decoded.
 *
 * @example
 * for (const row of tracker.rows()) console.log(toMigrationName(row)); // 'org_1 / mig_7'
 */
export function toMigrationName({
  name,
  key,
  provider,
}: Pick<MigrationRow, 'name' | 'key' | 'provider'>): string {
  if (name) return name;
  const address = key.startsWith(`${provider}/`) ? key.slice(provider.length + 1) : key;
  return address.split('/').map(decode).join(' / ');
}

/**
 * Whether we cannot see at present how a migration is, so that its status may be old: mark it as such, and do not show it as
 * fresh. `stalled` alone is no reason, because then reads succeed.
 *
 * @example
 * for (const row of tracker.rows()) if (isOutOfSight(row)) console.log(row.key, row.status?.observedAt);
 */
export function isOutOfSight({ conditions }: Pick<MigrationRow, 'conditions'>): boolean {
  return conditions.some(({ kind }) => kind !== 'stalled');
}

/**
 * What the provider has to say: the first issue that is an error, else the first issue, else its message; empty where it says
 * nothing. It is the provider's text, with whatever signs are in it.
 *
 * @example
 * for (const row of tracker.rows()) console.log(row.key, toRemark(row));
 */
export function toRemark({ status }: Pick<MigrationRow, 'status'>): string {
  const issue = status?.issues?.find(({ severity }) => severity === 'error') ?? status?.issues?.[0];
  return issue?.message ?? status?.message ?? '';
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
