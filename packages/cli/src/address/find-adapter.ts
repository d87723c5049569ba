import type { MigrationAdapter, MigrationRow } from '@migration-status/core';

/** The one of some adapters that a row is addressed to; undefined where none of them is. */
export function findAdapter(
  { provider, key, ref }: Pick<MigrationRow, 'provider' | 'key' | 'ref'>,
  adapters: readonly MigrationAdapter[],
): MigrationAdapter | undefined {
  return adapters.find((adapter) => {
    if (adapter.provider !== provider) return false;
    try {
      return adapter.key(adapter.parseRef(ref)) === key;
    } catch {
      return false;
    }
  });
}
