import {
  ConfigurationError,
  isMigrationState,
  isTerminalState,
  type MigrationState,
  type MigrationStatus,
  migrationStates,
  type StatusSnapshot,
} from '@migration-status/core';
import { loadAdapters } from '../address/load-adapters.ts';
import { resolveTargets } from '../address/resolve-targets.ts';
import { openDurableTracker } from '../database/open-durable-tracker.ts';
import { toKnownTargets } from '../database/to-known-targets.ts';
import { toExitCode } from '../exit-codes.ts';
import { followTargets } from '../follow-targets.ts';
import { createReporter } from '../output/create-reporter.ts';
import { outputVariable } from '../output/output-mode.ts';
import type { Reporter } from '../output/reporter.ts';
import { parseDuration } from '../parse-duration.ts';
import { openStore } from '../store/open-store.ts';
import { toRememberedTargets } from '../store/to-remembered-targets.ts';
import type { Surroundings } from '../surroundings.ts';
import type { LookFlags } from './flags.ts';
import { openAccounts } from './open-accounts.ts';

/** The flags of `watch` and `wait`. */
export interface WatchFlags extends LookFlags {
  /** The state that is waited for. */
  readonly for?: string | undefined;
  /** `30m` */
  readonly timeout?: string | undefined;
}

const workersNote =
  'Interrupted: the migrations go on, and the workers of the database go on following them.';

/** Follows migrations until all have ended, or come to the state that is asked for. Gives the exit code. */
export function watch(
  addresses: readonly string[],
  flags: WatchFlags,
  surroundings: Surroundings,
): Promise<number> {
  return followUntil(addresses, flags, surroundings, () => false);
}

/** The same without a picture, for scripts: it also stops where a person has to act. */
export function wait(
  addresses: readonly string[],
  flags: WatchFlags,
  surroundings: Surroundings,
): Promise<number> {
  const output = flags.output ?? (surroundings.environment[outputVariable] || 'quiet');
  return followUntil(addresses, { ...flags, output }, surroundings, (state) => state === 'awaiting_input');
}

async function followUntil(
  addresses: readonly string[],
  flags: WatchFlags,
  surroundings: Surroundings,
  isRest: (state: MigrationState) => boolean,
): Promise<number> {
  const goal = parseState(flags.for);
  const timeoutMs = flags.timeout === undefined ? undefined : parseDuration('--timeout', flags.timeout);
  const opened = await openAccounts(flags, surroundings);
  const request = {
    timeoutMs,
    until: ({ state }: MigrationStatus) => state === goal || isTerminalState(state) || isRest(state),
    judge: ({ rows }: StatusSnapshot) => toExitCode(rows, { goal, allowPartial: flags.allowPartial }),
  };
  const { interruption } = surroundings;
  const toReporter = () => createReporter(surroundings, flags, { isFollowing: true });
  if (opened.config.database !== undefined) {
    const adapters = await loadAdapters(addresses, opened);
    let reporter: Reporter | undefined;
    await using follower = await openDurableTracker(opened, adapters, surroundings, {
      isFollowing: true,
      tell: (message) => (reporter ? reporter.note(message) : surroundings.stderr.write(`${message}\n`)),
    });
    const listKnown = async () => toKnownTargets(follower.rows(), adapters);
    const targets = await resolveTargets(addresses, flags.ref, opened, listKnown);
    reporter = toReporter();
    const note = opened.config.database.dataDir === undefined ? workersNote : undefined;
    return await followTargets({ targets, follower, note, ...request }, { reporter, interruption });
  }
  await using memory = await openStore(opened);
  const listKnown = () => toRememberedTargets(memory.known, opened.accounts);
  const targets = await resolveTargets(addresses, flags.ref, opened, listKnown);
  const { policy } = opened.config;
  const reporter = toReporter();
  return await followTargets({ targets, policy, memory, ...request }, { reporter, interruption });
}

function parseState(text: string | undefined): MigrationState | undefined {
  if (text === undefined || isMigrationState(text)) return text;
  const message = `--for must be one of ${migrationStates.join(', ')}, got "${text}"`;
  throw new ConfigurationError({ option: '--for', message });
}
