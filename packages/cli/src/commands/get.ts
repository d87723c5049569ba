import { createStatusView, createTracker, type MigrationHandle } from '@migration-status/core';
import { resolveTargets } from '../address/resolve-targets.ts';
import { exitCodes, signalExitCodes, toExitCode } from '../exit-codes.ts';
import { createReporter } from '../output/create-reporter.ts';
import { parseDuration } from '../parse-duration.ts';
import { type Surroundings, toInterruptingSignal } from '../surroundings.ts';
import type { LookFlags } from './flags.ts';
import { openAccounts } from './open-accounts.ts';

/** The flags of `get`. */
export interface GetFlags extends LookFlags {
  /** Whether what is still under way ends with a code of its own. */
  readonly exitStatus?: boolean | undefined;
  /** How long an outage may be sat out. */
  readonly timeout?: string | undefined;
}

const defaultTimeout = '15s';

/** Looks once, and says what there is to see. Gives the exit code. */
export async function get(
  addresses: readonly string[],
  flags: GetFlags,
  surroundings: Surroundings,
): Promise<number> {
  const timeoutMs = parseDuration('--timeout', flags.timeout ?? defaultTimeout);
  const { config, ...accounts } = await openAccounts(flags, surroundings);
  const targets = await resolveTargets(addresses, flags.ref, accounts);
  const reporter = createReporter(surroundings, flags, { isFollowing: false });
  const adapters = [...new Set(targets.map(({ adapter }) => adapter))];
  // Credentials that are refused once are refused: nobody waits here for somebody to mend them.
  await using tracker = createTracker({ adapters, policy: { refusedReads: 1, ...config.policy } });
  using view = createStatusView(tracker, { historySize: 0 });
  const { interruption } = surroundings;
  const handles = targets.map(({ adapter, ref, name, group }) =>
    tracker.track(adapter, ref, { name, group }),
  );
  await Promise.all(handles.map((handle) => lookOnce(handle, timeoutMs, interruption)));
  const snapshot = view.getSnapshot();
  const signal = toInterruptingSignal(interruption);
  const underWay = flags.exitStatus ? exitCodes.underWay : exitCodes.succeeded;
  const judged = toExitCode(snapshot.rows, { allowPartial: flags.allowPartial, underWay });
  const exitCode = signal === undefined ? judged : signalExitCodes[signal];
  reporter.finish({ snapshot, exitCode });
  return exitCode;
}

/** One read; where it brings nothing for a reason that may pass, the next ones too, for a while. */
async function lookOnce(handle: MigrationHandle, timeoutMs: number, signal: AbortSignal): Promise<void> {
  try {
    const row = await handle.refresh({ signal });
    if (row.status === undefined && row.stopped === undefined)
      await handle.settled({ until: () => true, timeoutMs, signal });
  } catch {
    // What kept us from finding out stands in the row's conditions.
  }
}
