import type { MigrationAdapter } from '@migration-status/core';
import type { DurableTracker } from '@migration-status/durable';
import type { LoadedConfig } from '../config/load-config.ts';
import { describeError } from '../describe-error.ts';
import { createSayer } from '../say-seldom.ts';
import type { Surroundings } from '../surroundings.ts';
import { loadDurable } from './load-durable.ts';
import { requireDatabase, toDatabasePlace } from './to-database-place.ts';

/** Said where migrations wait for somebody who reads them. */
const noWorkerNote =
  'No worker is running on the database: nothing is read until one is. That is: migration-status worker';

/** How a tracker is opened. */
export interface DurableTrackerPurpose {
  /** Whether the command stays and shows what becomes of the migrations; then a folder's migrations are read too. */
  readonly isFollowing: boolean;
  /** Is told what goes wrong in the background; the same words come seldom. */
  readonly tell: (message: string) => void;
}

/**
 * Opens a tracker on the database of a configuration. On a server it only looks and asks, because workers are there for
 * the rest, and nothing is migrated; a folder is this process's own.
 */
export async function openDurableTracker(
  loaded: LoadedConfig,
  adapters: readonly MigrationAdapter[],
  { environment }: Pick<Surroundings, 'environment'>,
  { isFollowing, tell }: DurableTrackerPurpose,
): Promise<DurableTracker> {
  const { policy, database } = loaded.config;
  const { retainMs, retainTransitions } = requireDatabase(database);
  const place = await toDatabasePlace(loaded, environment);
  const isOwn = place.dataDir !== undefined;
  const { createDurableTracker } = await loadDurable();
  const sayError = createSayer(tell);
  const tracker = await createDurableTracker({
    ...place,
    ...{ adapters, policy, retainMs, retainTransitions },
    migrate: isOwn,
    worker: isOwn && isFollowing,
    onError: (error) => sayError(describeError(error).message),
    onNotice: isFollowing ? tell : () => {},
  });
  if (isFollowing && !isOwn && (await tracker.count()).workers === 0) tell(noWorkerNote);
  return tracker;
}
