import type { MigrationAdapter } from '@migration-status/core';
import type { LoadedConfig } from '../config/load-config.ts';
import { openStore } from './open-store.ts';

/** Puts down a migration that has just been started, so that `watch` finds it. Does nothing where no store is configured. */
export async function rememberStart(
  loaded: LoadedConfig,
  adapter: MigrationAdapter,
  ref: unknown,
): Promise<void> {
  await using opened = await openStore(loaded);
  const trackedAt = Date.now();
  const { provider } = adapter;
  const row = { provider, key: adapter.key(ref), lane: adapter.lane(ref), ref, trackedAt };
  await opened.store?.append({ type: 'row', at: new Date(trackedAt).toISOString(), row });
}
