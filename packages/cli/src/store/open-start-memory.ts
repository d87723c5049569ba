import type { MigrationAdapter } from '@migration-status/core';
import type { LoadedConfig } from '../config/load-config.ts';
import { openDurableTracker } from '../database/open-durable-tracker.ts';
import type { Surroundings } from '../surroundings.ts';
import { rememberStart } from './remember-start.ts';

/** Where a migration that is about to be started will be put down. */
export interface StartMemory extends AsyncDisposable {
  readonly name: 'store' | 'database';
  remember(ref: unknown): Promise<void>;
}

/**
 * Opens the database of the configuration, where workers find what was started. A store is opened only afterwards, because
 * another process may have it for the moment; without either nothing is put down.
 */
export async function openStartMemory(
  loaded: LoadedConfig,
  adapter: MigrationAdapter,
  surroundings: Surroundings,
): Promise<StartMemory> {
  if (loaded.config.database === undefined) {
    const remember = (ref: unknown) => rememberStart(loaded, adapter, ref);
    return { name: 'store', remember, async [Symbol.asyncDispose]() {} };
  }
  const tell = (message: string) => surroundings.stderr.write(`${message}\n`);
  const tracker = await openDurableTracker(loaded, [adapter], surroundings, { isFollowing: false, tell });
  return {
    name: 'database',
    remember: (ref) => tracker.track(adapter, ref).stored,
    [Symbol.asyncDispose]: () => tracker[Symbol.asyncDispose](),
  };
}
