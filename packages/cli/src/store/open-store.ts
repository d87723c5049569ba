import path from 'node:path';
import type { Store, TrackerExport } from '@migration-status/core';
import type { LoadedConfig } from '../config/load-config.ts';

/** What earlier runs have left, and where this one leaves its own. Both are absent where no store is configured. */
export interface OpenStore extends AsyncDisposable {
  readonly store?: Store;
  readonly known?: TrackerExport;
}

/** Opens the store of a configuration. Rejects with a `StoreError` while another process has it open. */
export async function openStore({ config, folder }: LoadedConfig): Promise<OpenStore> {
  if (config.store === undefined) return { async [Symbol.asyncDispose]() {} };
  const { createFileStore } = await import('@migration-status/core/file-store');
  const store = createFileStore({ path: path.resolve(folder, config.store.file) });
  try {
    const known = await store.load();
    return { store, ...(known && { known }), [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}
