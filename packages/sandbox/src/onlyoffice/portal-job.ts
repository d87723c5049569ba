import type { MigrationInfo } from './migration-info.ts';
import type { CompletePhase, ImportOutcome, ParseOutcome } from './portal-script.ts';

/** What both kinds of job have. */
interface JobBase {
  readonly migratorName: string;
  readonly startedAtMs: number;
  /** Set for a job that stops moving at this fraction of its running time and never ends. */
  readonly frozenAtFraction?: number | undefined;
  /** The job that is answered while this one is only a queued command. */
  readonly previous?: PortalJob | undefined;
}

/** Reading the uploaded archives. */
export interface ParseJob extends JobBase {
  readonly operation: 'parse';
  readonly phase: CompletePhase<ParseOutcome>;
}

/** Importing what the admin chose. */
export interface ImportJob extends JobBase {
  readonly operation: 'migration';
  readonly phase: CompletePhase<ImportOutcome>;
  /** The body of the command that started it, which is served while it is queued. */
  readonly posted: MigrationInfo;
}

/** The one job of a portal; durations are clock milliseconds. */
export type PortalJob = ParseJob | ImportJob;

/** What a reader sees of a job. */
export type JobView =
  | { readonly shape: 'none' }
  | { readonly shape: 'queued'; readonly job: PortalJob }
  | { readonly shape: 'running'; readonly job: PortalJob; readonly fraction: number }
  | { readonly shape: 'finished'; readonly job: PortalJob };

/** These end before any work is done, so no reader ever sees them running. */
const outcomesWithoutRunning = ['wrong_archive_type', 'unknown_migrator', 'missing_upload'];

/** What a read at `nowMs` sees. */
export function viewAt(job: PortalJob | undefined, nowMs: number): JobView {
  if (job === undefined) return { shape: 'none' };
  const { staleForMs, emptyForMs, queuedForMs, runningForMs, outcome } = job.phase;
  const elapsedMs = nowMs - job.startedAtMs;
  if (elapsedMs < staleForMs) return viewAt(job.previous, nowMs);
  if (elapsedMs < staleForMs + emptyForMs) return { shape: 'none' };

  const sinceQueuedMs = elapsedMs - staleForMs - emptyForMs;
  if (sinceQueuedMs < queuedForMs) return { shape: 'queued', job };
  if (outcomesWithoutRunning.includes(outcome)) return { shape: 'finished', job };

  const sinceRunningMs = sinceQueuedMs - queuedForMs;
  if (sinceRunningMs < runningForMs) {
    const fraction = Math.min(sinceRunningMs / runningForMs, job.frozenAtFraction ?? 1);
    return { shape: 'running', job, fraction };
  }
  if (job.frozenAtFraction !== undefined) return { shape: 'running', job, fraction: job.frozenAtFraction };
  return { shape: 'finished', job };
}

/** Whether the portal refuses to begin another job. It knows of a queued command before its readers do. */
export function isUnfinished(job: PortalJob | undefined, nowMs: number): boolean {
  if (job === undefined) return false;
  const view = viewAt(job, nowMs);
  return view.shape !== 'finished' || view.job !== job;
}

/** A job that takes the place of `previous`. */
export function replaceJob<Job extends PortalJob>(previous: PortalJob | undefined, job: Job): Job {
  // Only one job back can ever be read.
  return { ...job, previous: previous && { ...previous, previous: undefined } };
}

/**
 * What `cancel` leaves behind. It takes away a parse, running or finished, and nothing else; a running one may
 * stay as a frozen entry that a second `cancel` takes away.
 */
export function cancelJob(
  job: PortalJob | undefined,
  nowMs: number,
  leavesZombie: boolean,
): PortalJob | undefined {
  if (job?.operation !== 'parse') return job;
  const view = viewAt(job, nowMs);
  const becomesZombie = leavesZombie && view.shape === 'running' && job.frozenAtFraction === undefined;
  return becomesZombie ? { ...job, frozenAtFraction: view.fraction } : undefined;
}

/** What `clear` leaves behind: it takes away a completed import and nothing else. */
export function clearJob(job: PortalJob | undefined, nowMs: number): PortalJob | undefined {
  return job?.operation === 'migration' && !isUnfinished(job, nowMs) ? undefined : job;
}
