import type { MigrationProgress, MigrationRow } from '@migration-status/core';

/** The name of a migration: its key without the provider, decoded. */
export function toName({ key, provider }: MigrationRow): string {
  const address = key.startsWith(`${provider}/`) ? key.slice(provider.length + 1) : key;
  return address.split('/').map(decode).join(' / ');
}

/** How far it is, 0 to 100; undefined where the provider does not say. */
export function toPercent(progress: MigrationProgress | undefined): number | undefined {
  const { percent, completed, total } = progress ?? {};
  return percent ?? (completed !== undefined && total ? (100 * completed) / total : undefined);
}

/** Whether we cannot see how it is, so that what is shown may be old. */
export function isStale({ conditions }: MigrationRow): boolean {
  return conditions.some(({ kind }) => kind !== 'stalled');
}

/** What the provider has to say: an issue, the worst first, or its message; empty where it says nothing. */
export function toDetail({ status }: MigrationRow): string {
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
