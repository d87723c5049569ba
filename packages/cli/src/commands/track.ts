import { loadAdapters } from '../address/load-adapters.ts';
import { resolveTargets } from '../address/resolve-targets.ts';
import { openDurableTracker } from '../database/open-durable-tracker.ts';
import { requireDatabase } from '../database/to-database-place.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Surroundings } from '../surroundings.ts';
import type { SourceFlags } from './flags.ts';
import { openAccounts } from './open-accounts.ts';

/** The flags of `track`. */
export interface TrackFlags extends SourceFlags {
  readonly ref?: string | undefined;
}

/**
 * Puts migrations on the database of the configuration, so that its workers follow them, and prints their keys. Doing it again
 * changes nothing. Gives the exit code.
 */
export async function track(
  addresses: readonly string[],
  flags: TrackFlags,
  surroundings: Surroundings,
): Promise<number> {
  const opened = await openAccounts(flags, surroundings);
  requireDatabase(opened.config.database);
  const targets = await resolveTargets(addresses, flags.ref, opened);
  const adapters = await loadAdapters(addresses, opened);
  const { stdout, stderr } = surroundings;
  const tell = (message: string) => stderr.write(`${message}\n`);
  await using tracker = await openDurableTracker(opened, adapters, surroundings, {
    isFollowing: false,
    tell,
  });
  const handles = targets.map(({ adapter, ref, group }) => tracker.track(adapter, ref, { group }));
  await Promise.all(handles.map(({ stored }) => stored));
  for (const { key } of handles) stdout.write(`${key}\n`);
  return exitCodes.succeeded;
}
