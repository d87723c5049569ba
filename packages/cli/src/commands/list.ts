import {
  ConfigurationError,
  createStatusView,
  type ListedMigration,
  type MigrationAdapter,
  type MigrationRow,
} from '@migration-status/core';
import { toMigrationStatus } from '@migration-status/core/adapter';
import { parseAddress } from '../address/parse-address.ts';
import { parseJsonFlag } from '../address/parse-json-flag.ts';
import { openDurableTracker } from '../database/open-durable-tracker.ts';
import { type EndingSignal, exitCodes, signalExitCodes } from '../exit-codes.ts';
import { createReporter } from '../output/create-reporter.ts';
import { parseCount } from '../parse-count.ts';
import { type Surroundings, toInterruptingSignal } from '../surroundings.ts';
import type { LookFlags } from './flags.ts';
import { openAccounts } from './open-accounts.ts';

/** The flags of `list`. */
export interface ListFlags extends LookFlags {
  /** What the adapter's `list` is handed, as JSON. */
  readonly filter?: string | undefined;
  readonly limit?: string | undefined;
}

/**
 * Shows what an account has, where its provider can list that; without an account what the database of the configuration
 * holds, as it was last seen by whoever follows it. Gives the exit code.
 */
export async function list(
  name: string | undefined,
  flags: ListFlags,
  surroundings: Surroundings,
): Promise<number> {
  if (name === undefined) return listDatabase(flags, surroundings);
  const limit = toLimit(flags);
  const filter = flags.filter === undefined ? undefined : parseJsonFlag('--filter', flags.filter);
  const { accounts } = await openAccounts(flags, surroundings);
  const adapter = await parseAddress(name, accounts).account.load();
  if (adapter.list === undefined) {
    throw new ConfigurationError({ option: 'account', message: `${adapter.provider} has no list` });
  }
  const reporter = createReporter(surroundings, flags, { isFollowing: false });
  const rows = new Map<string, MigrationRow>();
  let signal: EndingSignal | undefined;
  try {
    const listing = adapter.list(filter, { signal: surroundings.interruption });
    signal = await collect(listing, adapter, rows, limit, surroundings);
  } catch (error) {
    throw flags.filter === undefined ? withFilterHint(error) : error;
  }
  using view = createStatusView({ rows: () => [...rows.values()], on: () => () => {} });
  const exitCode = signal === undefined ? exitCodes.succeeded : signalExitCodes[signal];
  reporter.finish({ snapshot: view.getSnapshot(), exitCode });
  return exitCode;
}

/** Some adapters list nothing without a filter, and cannot know how it is given here. */
function withFilterHint(error: unknown): unknown {
  if (!ConfigurationError.isInstance(error)) return error;
  const message = `${error.message}; --filter gives it as JSON`;
  return new ConfigurationError({ option: '--filter', message, cause: error });
}

async function listDatabase(flags: ListFlags, surroundings: Surroundings): Promise<number> {
  const limit = toLimit(flags);
  if (flags.filter !== undefined) {
    const message = '--filter is what a provider is asked with: name an account';
    throw new ConfigurationError({ option: '--filter', message });
  }
  const opened = await openAccounts(flags, surroundings);
  if (opened.config.database === undefined) {
    const message = 'name an account; without one, list shows what the "database" of a configuration holds';
    throw new ConfigurationError({ option: 'account', message });
  }
  const tell = (message: string) => surroundings.stderr.write(`${message}\n`);
  await using tracker = await openDurableTracker(opened, [], surroundings, { isFollowing: false, tell });
  const reporter = createReporter(surroundings, flags, { isFollowing: false });
  using view = createStatusView({ rows: () => tracker.rows().slice(0, limit), on: () => () => {} });
  const exitCode = exitCodes.succeeded;
  reporter.finish({ snapshot: view.getSnapshot(), exitCode });
  return exitCode;
}

function toLimit({ limit }: ListFlags): number {
  return limit === undefined ? Number.POSITIVE_INFINITY : parseCount('--limit', limit);
}

/** What was listed until Ctrl-C is shown all the same. */
async function collect(
  listing: AsyncIterable<ListedMigration<unknown, unknown>>,
  adapter: MigrationAdapter,
  rows: Map<string, MigrationRow>,
  limit: number,
  { interruption }: Pick<Surroundings, 'interruption'>,
) {
  try {
    for await (const listed of listing) {
      rows.set(listed.key, toRow(listed, adapter));
      if (rows.size >= limit) break;
    }
  } catch (error) {
    if (!interruption.aborted) throw error;
  }
  return toInterruptingSignal(interruption);
}

/** A listed migration as if it had been read. */
function toRow(
  { key, ref = null, reading }: ListedMigration<unknown, unknown>,
  { provider }: MigrationAdapter,
): MigrationRow {
  const observedAt = new Date().toISOString();
  const status = toMigrationStatus(reading, { provider, key, ref, observedAt });
  return { provider, key, ref, status, conditions: [], reads: 1 };
}
