import {
  createStatusView,
  createTracker,
  type EnginePolicy,
  type MigrationStatus,
  MigrationStatusError,
  type StatusSnapshot,
  WaitTimeoutError,
} from '@migration-status/core';
import { describeError } from './describe-error.ts';
import { exitCodes, signalExitCodes } from './exit-codes.ts';
import type { Follower } from './follower.ts';
import { onlyKeys } from './only-keys.ts';
import type { Reporter } from './output/reporter.ts';
import type { OpenStore } from './store/open-store.ts';
import { toResume } from './store/to-resume.ts';
import { toInterruptingSignal } from './surroundings.ts';
import type { Target } from './target.ts';

/** What is followed, and until when. */
export interface FollowRequest {
  readonly targets: readonly Target[];
  readonly policy?: Partial<EnginePolicy> | undefined;
  /** What earlier runs have left, and where this one leaves its own. */
  readonly memory?: Omit<OpenStore, typeof Symbol.asyncDispose> | undefined;
  /** Who follows them already. Default: a tracker of this process. */
  readonly follower?: Follower | undefined;
  /** What is said at the first Ctrl-C. Default: {@link interruptionNote}. */
  readonly note?: string | undefined;
  /** Ends the wait for one of them; the end of the migration does so in any case. */
  readonly until: (status: MigrationStatus, target: Target) => boolean;
  /** Default: no limit. */
  readonly timeoutMs?: number | undefined;
  /** The exit code where neither time nor patience ran out. */
  readonly judge: (snapshot: StatusSnapshot) => number;
}

/** What {@link followTargets} speaks to. */
export interface FollowContext {
  readonly reporter: Reporter;
  readonly interruption: AbortSignal;
}

/** What is said at the first Ctrl-C where nobody else looks. */
export const interruptionNote = 'Interrupted: nobody looks any more. The migrations themselves go on.';

/** Follows migrations until each has come where it was to come, and tells of it. Gives the exit code. */
export async function followTargets(request: FollowRequest, context: FollowContext): Promise<number> {
  const { targets, until, timeoutMs, judge, note = interruptionNote } = request;
  const { reporter, interruption } = context;
  await using follower = request.follower ?? openTracker(request, reporter);
  // Others on the same database have theirs there too.
  const tracker = request.follower ? onlyKeys(follower, toKeys(targets)) : follower;
  using view = createStatusView(tracker);
  const onInterrupt = () => reporter.note(note);
  interruption.addEventListener('abort', onInterrupt, { once: true });
  reporter.start({ tracker, view });
  let exitCode: number = exitCodes.usage;
  try {
    const handles = targets.map((target) => {
      const { adapter, ref, name, group } = target;
      return { target, handle: follower.track(adapter, ref, { name, group }) };
    });
    const waits = await Promise.allSettled(
      handles.map(({ target, handle }) =>
        handle.settled({ until: (status) => until(status, target), signal: interruption, timeoutMs }),
      ),
    );
    throwDatabaseError(waits);
    exitCode = toEarlyExitCode(waits, interruption) ?? judge(view.getSnapshot());
  } finally {
    interruption.removeEventListener('abort', onInterrupt);
    reporter.finish({ snapshot: view.getSnapshot(), exitCode, historyOf: view.getHistory });
  }
  return exitCode;
}

function toKeys(targets: readonly Target[]): ReadonlySet<string> {
  return new Set(targets.map(({ adapter, ref }) => adapter.key(ref)));
}

function openTracker({ targets, policy, memory }: FollowRequest, reporter: Reporter): Follower {
  return createTracker({
    adapters: [...new Set(targets.map(({ adapter }) => adapter))],
    policy,
    store: memory?.store,
    resume: toResume(memory?.known, targets),
    onListenerError: (error) => reporter.note(describeError(error).message),
  });
}

/** What never came to be followed is no matter of the migrations. */
function throwDatabaseError(waits: readonly PromiseSettledResult<unknown>[]): void {
  for (const wait of waits) {
    if (wait.status === 'fulfilled' || !MigrationStatusError.isInstance(wait.reason)) continue;
    if (wait.reason.kind === 'database') throw wait.reason;
  }
}

function toEarlyExitCode(
  waits: readonly PromiseSettledResult<unknown>[],
  interruption: AbortSignal,
): number | undefined {
  const signal = toInterruptingSignal(interruption);
  if (signal !== undefined) return signalExitCodes[signal];
  const isLate = waits.some((wait) => wait.status === 'rejected' && WaitTimeoutError.isInstance(wait.reason));
  return isLate ? exitCodes.timedOut : undefined;
}
