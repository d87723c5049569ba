import {
  createTracker,
  type MigrationAdapter,
  type MigrationRow,
  type RowSource,
} from '@migration-status/core';
import type { HealthSource } from '@migration-status/durable';
import { findAdapter } from '../address/find-adapter.ts';
import { loadAdapters } from '../address/load-adapters.ts';
import { resolveTargets } from '../address/resolve-targets.ts';
import type { Accounts } from '../config/accounts.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { openDurableTracker } from '../database/open-durable-tracker.ts';
import { describeError } from '../describe-error.ts';
import type { Follower } from '../follower.ts';
import { onlyKeys } from '../only-keys.ts';
import { openStore } from '../store/open-store.ts';
import { toRememberedTargets } from '../store/to-remembered-targets.ts';
import { toResume } from '../store/to-resume.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Target } from '../target.ts';

/** What is served, and what can be done about it. */
export interface Served extends AsyncDisposable {
  readonly source: RowSource;
  findAdapter(row: MigrationRow): MigrationAdapter | undefined;
  refresh(row: MigrationRow): Promise<unknown>;
  /** What probes ask; absent where there is no database. */
  readonly health?: HealthSource | undefined;
}

/** What is to be served, and how it is told what goes wrong meanwhile. */
export interface ServeRequest {
  readonly addresses: readonly string[];
  readonly flags: { readonly ref?: string | undefined; readonly allow?: readonly string[] | undefined };
  readonly opened: Accounts & LoadedConfig;
  readonly surroundings: Surroundings;
  readonly tell: (message: string) => void;
}

/** Migrations that this process follows itself. */
export async function openServedHere({ addresses, flags, opened, tell }: ServeRequest): Promise<Served> {
  const memory = await openStore(opened);
  return closingOnFailure(memory, async () => {
    const listKnown = () => toRememberedTargets(memory.known, opened.accounts);
    const targets = await resolveTargets(addresses, flags.ref, opened, listKnown);
    const adapters = [...new Set(targets.map(({ adapter }) => adapter))];
    const tracker = createTracker({
      adapters,
      policy: opened.config.policy,
      store: memory.store,
      resume: toResume(memory.known, targets),
      onListenerError: (error) => tell(describeError(error).message),
    });
    trackAll(tracker, targets);
    return toServed(tracker, tracker, adapters, async () => {
      await tracker.close();
      await memory[Symbol.asyncDispose]();
    });
  });
}

/**
 * What is on the database of the configuration, or what is asked for of it. On a server no account is needed to look at it,
 * only for addresses and for actions; a folder is followed by this process.
 */
export async function openServedDatabase({
  addresses,
  flags,
  opened,
  surroundings,
  tell,
}: ServeRequest): Promise<Served> {
  const isFolder = opened.config.database?.dataDir !== undefined;
  const isAsked = addresses.length > 0;
  const needsAdapters = isAsked || isFolder || flags.allow !== undefined;
  const adapters = needsAdapters ? await loadAdapters(addresses, opened) : [];
  const isTracked = isAsked || (isFolder && opened.migrations.length > 0);
  const targets = isTracked ? await resolveTargets(addresses, flags.ref, opened) : [];
  const tracker = await openDurableTracker(opened, adapters, surroundings, { isFollowing: true, tell });
  return closingOnFailure(tracker, async () => {
    trackAll(tracker, targets);
    const keys = new Set(targets.map(({ adapter, ref }) => adapter.key(ref)));
    const source = isAsked ? onlyKeys(tracker, keys) : tracker;
    return { ...toServed(source, tracker, adapters, tracker.close), health: tracker };
  });
}

async function closingOnFailure<Result>(
  resource: AsyncDisposable,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await resource[Symbol.asyncDispose]();
    throw error;
  }
}

function trackAll(follower: Follower, targets: readonly Target[]): void {
  for (const { adapter, ref, name, group } of targets) follower.track(adapter, ref, { name, group });
}

function toServed(
  source: RowSource,
  follower: Follower,
  adapters: readonly MigrationAdapter[],
  close: () => Promise<void>,
): Served {
  return {
    source,
    findAdapter: (row) => findAdapter(row, adapters),
    async refresh(row) {
      const adapter = findAdapter(row, adapters);
      if (adapter) await follower.track(adapter, row.ref).refresh();
    },
    [Symbol.asyncDispose]: close,
  };
}
