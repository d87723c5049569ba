import {
  ConfigurationError,
  type ExportedRow,
  type MigrationAdapter,
  type TrackerExport,
} from '@migration-status/core';
import type { Account } from '../config/accounts.ts';
import { knownAdapters } from '../config/known-adapters.ts';
import type { Target } from '../target.ts';

/** The migrations of a store that have not ended, as targets. Rejects with a `ConfigurationError` where nobody speaks for one. */
export async function toRememberedTargets(
  known: TrackerExport | undefined,
  accounts: ReadonlyMap<string, Account>,
): Promise<readonly Target[]> {
  const rows = known?.rows.filter(({ stopped }) => stopped !== 'settled') ?? [];
  return Promise.all(
    rows.map(async (row) => {
      const adapter = await findAdapter(row, accounts);
      return { adapter, ref: adapter.parseRef(row.ref), group: row.group };
    }),
  );
}

/** Of several accounts at one provider the one with the same lane. */
async function findAdapter(
  row: ExportedRow,
  accounts: ReadonlyMap<string, Account>,
): Promise<MigrationAdapter> {
  for (const account of accounts.values()) {
    const { adapterName = '', isConfigured } = account;
    const mayBe = knownAdapters.has(adapterName) ? adapterName === row.provider : isConfigured;
    if (!mayBe) continue;
    const adapter = await account.load();
    const isSame = adapter.provider === row.provider && adapter.lane(adapter.parseRef(row.ref)) === row.lane;
    if (isSame) return adapter;
  }
  const message = `the store holds ${row.key}, and no account is configured for it`;
  throw new ConfigurationError({ option: 'store', message });
}
