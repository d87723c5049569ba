import {
  ConfigurationError,
  isMigrationState,
  isTerminalState,
  type MigrationState,
  migrationStates,
} from '@migration-status/core';
import { resolveTargets } from '../address/resolve-targets.ts';
import { toExitCode } from '../exit-codes.ts';
import { followTargets } from '../follow-targets.ts';
import { createReporter } from '../output/create-reporter.ts';
import { outputVariable } from '../output/output-mode.ts';
import { parseDuration } from '../parse-duration.ts';
import { openStore } from '../store/open-store.ts';
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
  await using memory = await openStore(opened);
  const targets = await resolveTargets(addresses, flags.ref, opened, memory.known);
  const reporter = createReporter(surroundings, flags, { isFollowing: true });
  return await followTargets(
    {
      targets,
      policy: opened.config.policy,
      memory,
      timeoutMs,
      until: ({ state }) => state === goal || isTerminalState(state) || isRest(state),
      judge: ({ rows }) => toExitCode(rows, { goal, allowPartial: flags.allowPartial }),
    },
    { reporter, interruption: surroundings.interruption },
  );
}

function parseState(text: string | undefined): MigrationState | undefined {
  if (text === undefined || isMigrationState(text)) return text;
  const message = `--for must be one of ${migrationStates.join(', ')}, got "${text}"`;
  throw new ConfigurationError({ option: '--for', message });
}
