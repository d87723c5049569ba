import { type Accounts, createAccounts } from '../config/accounts.ts';
import { type LoadedConfig, loadConfig } from '../config/load-config.ts';
import type { Surroundings } from '../surroundings.ts';
import type { SourceFlags } from './flags.ts';

/** Loads the configuration, and makes accounts of it and of the flags. No adapter is loaded yet. */
export async function openAccounts(
  flags: SourceFlags,
  { folder, environment }: Pick<Surroundings, 'folder' | 'environment'>,
): Promise<Accounts & LoadedConfig> {
  const loaded = await loadConfig(folder, flags.config);
  return { ...loaded, ...createAccounts(loaded, flags, { environment }) };
}
