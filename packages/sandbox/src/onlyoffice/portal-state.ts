import type { MigrationInfo } from './migration-info.ts';
import type { ImportJob, JobView, ParseJob, PortalJob } from './portal-job.ts';
import { cancelJob, clearJob, isUnfinished, replaceJob, viewAt } from './portal-job.ts';
import type { CompletePhase, ImportOutcome, ParseOutcome } from './portal-script.ts';
import { migratorNames } from './sample-migration.ts';

/** Where a job stops that was scripted as a zombie. */
const zombieFraction = 0.3;

/** How a portal behaves; durations are clock milliseconds. */
export interface PortalPlan {
  readonly parse: CompletePhase<ParseOutcome>;
  readonly import: CompletePhase<ImportOutcome>;
  readonly emptyReads: number;
  readonly isZombie: boolean;
  readonly leavesZombieOnCancel: boolean;
}

/** The job of one portal, and what may be done to it. */
export interface PortalState {
  /** What the status endpoint sees; uses up the empty answers that the plan asks for. */
  read(nowMs: number): JobView;
  /** The same without empty answers. */
  peek(nowMs: number): JobView;
  /** Like `migrate`, it does nothing while a job is unfinished. */
  init(migratorName: string, nowMs: number): void;
  migrate(migratorName: string, posted: MigrationInfo, nowMs: number): void;
  cancel(nowMs: number): void;
  clear(nowMs: number): void;
  /** Puts a parse in the place of whatever is there. */
  beginParse(migratorName: string, nowMs: number): void;
  /** Puts an import in the place of whatever is there, as if a parse had ended before it. */
  beginImport(migratorName: string, posted: MigrationInfo, nowMs: number): void;
}

/** Creates a portal without a job. */
export function createPortalState(plan: PortalPlan): PortalState {
  let job: PortalJob | undefined;
  let emptyReadsLeft = plan.emptyReads;
  let runningReads = 0;
  const scriptedFreeze = plan.isZombie ? zombieFraction : undefined;

  function toParse(migratorName: string, startedAtMs: number, frozenAtFraction?: number): ParseJob {
    return { operation: 'parse', migratorName, phase: plan.parse, startedAtMs, frozenAtFraction };
  }

  function toImport(migratorName: string, posted: MigrationInfo, startedAtMs: number): ImportJob {
    return {
      operation: 'migration',
      migratorName,
      phase: plan.import,
      posted,
      startedAtMs,
      frozenAtFraction: scriptedFreeze,
    };
  }

  return {
    peek: (nowMs) => viewAt(job, nowMs),
    read(nowMs) {
      const view = viewAt(job, nowMs);
      if (view.shape !== 'running' || emptyReadsLeft === 0) return view;
      runningReads += 1;
      // Every other read only, so that two empty answers never come in a row.
      if (runningReads % 2 === 1) return view;
      emptyReadsLeft -= 1;
      return { shape: 'none' };
    },
    init(migratorName, nowMs) {
      if (isUnfinished(job, nowMs)) return;
      const wanted = migratorName.toLowerCase();
      const canonicalName = migratorNames.find((name) => name.toLowerCase() === wanted);
      const parse = toParse(canonicalName ?? migratorName, nowMs, scriptedFreeze);
      const phase = canonicalName ? plan.parse : { ...plan.parse, outcome: 'unknown_migrator' as const };
      job = replaceJob(job, { ...parse, phase });
    },
    migrate(migratorName, posted, nowMs) {
      if (isUnfinished(job, nowMs)) return;
      const importJob = toImport(migratorName, posted, nowMs);
      // The upload is deleted with the parse, and when an import ends.
      const phase =
        job?.operation === 'parse' ? plan.import : { ...plan.import, outcome: 'missing_upload' as const };
      job = replaceJob(job, { ...importJob, phase });
    },
    cancel(nowMs) {
      job = cancelJob(job, nowMs, plan.leavesZombieOnCancel);
    },
    clear(nowMs) {
      job = clearJob(job, nowMs);
    },
    beginParse(migratorName, nowMs) {
      job = toParse(migratorName, nowMs, scriptedFreeze);
    },
    beginImport(migratorName, posted, nowMs) {
      const longAgoMs = Number.NEGATIVE_INFINITY;
      job = replaceJob(toParse(migratorName, longAgoMs), toImport(migratorName, posted, nowMs));
    },
  };
}
