import type { MigrationInfo } from './migration-info.ts';
import { emptyInfo } from './migration-info.ts';
import type { ImportJob, JobView, ParseJob, PortalJob } from './portal-job.ts';
import { archivesOf, toImportedPeople, toParsedPeople } from './sample-migration.ts';

/** `response` of the status endpoint. */
export interface StatusBody {
  readonly progress: number;
  readonly error: string;
  readonly parseResult?: MigrationInfo;
  readonly isCompleted: boolean;
}

/** From which fraction of the running time on which progress is reported: flat stretches, jumps, one step back. */
const parseSteps = [
  [0, 1],
  [0.1, 7.5],
  [0.25, 27.5],
  [0.45, 50],
  [0.65, 72.5],
  [0.8, 90],
  [0.95, 100],
] as const;

const importSteps = [
  [0, 1],
  [0.1, 0],
  [0.15, 10],
  [0.25, 25],
  [0.35, 45],
  [0.6, 72],
  [0.75, 85],
  [0.85, 90],
  [0.95, 100],
] as const;

const importListsPeopleFrom = 0.15;
const importMeetsErrorsFrom = 0.6;
const userError = "Couldn't import user";
const fileError = "Couldn't create file report.docx";

/** The body for a view, or `undefined` when there is no job to speak of. */
export function toStatusBody(view: JobView): StatusBody | undefined {
  if (view.shape === 'none') return undefined;
  const { job, shape } = view;
  if (shape === 'queued') {
    const posted = job.operation === 'migration' && { parseResult: job.posted };
    return { progress: 0, error: '', ...posted, isCompleted: false };
  }
  if (job.operation === 'parse') {
    return shape === 'running' ? parseRunning(job, view.fraction) : parseFinished(job);
  }
  return shape === 'running' ? importRunning(job, view.fraction) : importFinished(job);
}

function parseRunning(job: ParseJob, fraction: number): StatusBody {
  const progress = progressAt(parseSteps, fraction);
  // The list of people is there with the last report, a moment before the job is marked as completed.
  const people = progress === 100 ? parsedPeople(job) : {};
  return { progress, error: '', parseResult: toInfo(job, people), isCompleted: false };
}

function parseFinished(job: ParseJob): StatusBody {
  const files = archivesOf(job.migratorName);
  const lastFile = files.at(-1) ?? '';
  switch (job.phase.outcome) {
    case 'parsed':
    case 'no_users':
      return finished(100, '', toInfo(job, parsedPeople(job)));
    case 'some_archives_failed':
      return finished(100, '', toInfo(job, { ...parsedPeople(job), failedArchives: [lastFile] }));
    case 'failed': {
      const error = `Couldn't parse ${lastFile.replace(/(\.tar)?\.\w+$/, '')} archive`;
      return finished(100, error, toInfo(job, { failedArchives: [lastFile] }));
    }
    case 'wrong_archive_type': {
      const { files: _, ...info } = toInfo(job, {
        failedArchives: ['/app/onlyoffice/data/Products/Files/migration/k3x1.t2m/backup.rar'],
      });
      return finished(0, 'Archive must be .zip', info);
    }
    case 'unknown_migrator':
      return finished(0, 'Object reference not set to an instance of an object.', emptyInfo());
  }
}

function importRunning(job: ImportJob, fraction: number): StatusBody {
  const { outcome } = job.phase;
  // An import that fails does so while it reads the archives again, which is reported as 1 % throughout.
  const reached = outcome === 'failed' ? 0 : fraction;
  const people = reached < importListsPeopleFrom ? {} : toImportedPeople('nobody');
  const meetsErrors = outcome === 'completed_with_failures' || outcome === 'file_errors_only';
  const errors = meetsErrors && reached >= importMeetsErrorsFrom ? [fileError] : [];
  const progress = progressAt(importSteps, reached);
  return { progress, error: '', parseResult: toInfo(job, { ...people, errors }), isCompleted: false };
}

function importFinished(job: ImportJob): StatusBody {
  switch (job.phase.outcome) {
    case 'completed':
      return finished(100, '', toInfo(job, { ...toImportedPeople('nobody'), successedUsers: 2 }));
    case 'completed_with_failures': {
      const errors = [`ben - ${userError}`, fileError];
      const counts = { successedUsers: 1, failedUsers: 1 };
      return finished(100, '', toInfo(job, { ...toImportedPeople('ben'), ...counts, errors }));
    }
    case 'file_errors_only': {
      const people = toImportedPeople('nobody');
      return finished(100, '', toInfo(job, { ...people, successedUsers: 2, errors: [fileError] }));
    }
    case 'all_users_failed': {
      const errors = [`anna - ${userError}`, `ben - ${userError}`];
      return finished(100, '', toInfo(job, { ...toImportedPeople('everybody'), failedUsers: 2, errors }));
    }
    case 'failed':
      return finished(1, 'Backup is larger than the total size of the portal', toInfo(job, {}));
    case 'missing_upload':
      return finished(0, 'The required file was not found', job.posted);
  }
}

function parsedPeople({ phase, migratorName }: ParseJob): MigrationInfo {
  const finds = phase.outcome === 'parsed' || phase.outcome === 'some_archives_failed';
  return finds ? toParsedPeople(migratorName) : {};
}

function toInfo({ migratorName, operation }: PortalJob, known: MigrationInfo): MigrationInfo {
  return {
    migratorName,
    operation,
    ...emptyInfo(),
    files: archivesOf(migratorName),
    errors: [],
    ...known,
  };
}

function finished(progress: number, error: string, parseResult: MigrationInfo): StatusBody {
  return { progress, error, parseResult, isCompleted: true };
}

function progressAt(steps: readonly (readonly [number, number])[], fraction: number): number {
  return steps.findLast(([from]) => fraction >= from)?.[1] ?? 0;
}
