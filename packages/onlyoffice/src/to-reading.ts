import {
  type MigrationIssue,
  type MigrationProgress,
  type MigrationReading,
  parseTimestamp,
} from '@migration-status/core/adapter';
import type { OnlyOfficeRef } from './onlyoffice-options.ts';
import type { OnlyOfficeJob, OnlyOfficeParseResult } from './onlyoffice-schema.ts';
import { onlyOfficeStates } from './onlyoffice-states.ts';

/** What a reading depends on besides the job. */
export interface ReadingContext {
  readonly ref: OnlyOfficeRef;
  /** What the last reading of the same ref left as `memo`. */
  readonly memo: unknown;
  /** The wall clock at the time of the read, epoch milliseconds. */
  readonly wallTime: number;
  /** How long after a request an end is not taken for the end of what was asked for. */
  readonly staleGraceMs: number;
}

/** What the ref says has been asked for. */
interface PhaseRequest {
  readonly phase: 'parse' | 'import';
  readonly requestedAt: string;
}

type Reading = MigrationReading<OnlyOfficeJob>;
type StateWord = keyof typeof onlyOfficeStates;

/** The job of a portal, or none → what it says to somebody who awaits what the ref says. */
export function toReading(job: OnlyOfficeJob | null | undefined, context: ReadingContext): Reading {
  const { ref } = context;
  const shown = job ? toJobReading(job) : toReadingOfNothing();
  const reading = ref.awaiting === 'parse' ? asParse(shown) : shown;
  const request = toPhaseRequest(ref);
  return request ? asAnswerTo(request, reading, context) : reading;
}

/**
 * For somebody who awaits the parse: it is over when the portal says so, and also when the job is an import already, however
 * that goes. The progress and the issues of an import are not the parse's.
 */
function asParse(reading: Reading): Reading {
  const { state, nativeState, phase, native } = reading;
  if (state === 'awaiting_input') return { ...reading, state: 'succeeded' };
  if (state === 'unknown' || native === null || !isImport(native)) return reading;
  return { state: 'succeeded', nativeState, ...(phase && { phase }), native };
}

/** An import is asked for after the parse, and is nothing to somebody who awaits the parse. */
function toPhaseRequest(ref: OnlyOfficeRef): PhaseRequest | undefined {
  const { awaiting, parseRequestedAt, importRequestedAt } = ref;
  if (importRequestedAt !== undefined && awaiting !== 'parse')
    return { phase: 'import', requestedAt: importRequestedAt };
  return parseRequestedAt === undefined ? undefined : { phase: 'parse', requestedAt: parseRequestedAt };
}

/**
 * A command is only queued: until a worker takes it up, the portal goes on showing how the job before it ended, then
 * possibly no job. Neither says anything about what was asked for, so nothing of it is kept, until that has been seen to
 * go on or the grace is over. The memo names the request, so that it vouches for no other one.
 */
function asAnswerTo(request: PhaseRequest, reading: Reading, context: ReadingContext): Reading {
  const { phase, requestedAt } = request;
  if (isBegunBy(context.memo, request) || (isGoingOn(reading) && reading.phase === phase))
    return { ...reading, memo: { begun: requestedAt } };
  const saysNoEnd = isGoingOn(reading) || reading.state === 'unknown';
  if (saysNoEnd || !isJustRequested(request, context)) return reading;
  return { state: 'pending', nativeState: reading.nativeState, phase, native: reading.native };
}

function isBegunBy(memo: unknown, { requestedAt }: PhaseRequest): boolean {
  return typeof memo === 'object' && memo !== null && 'begun' in memo && memo.begun === requestedAt;
}

function isGoingOn({ state }: Reading): boolean {
  return state === 'pending' || state === 'running';
}

/** Both directions count: the clock that wrote the ref may be ahead of the one that reads it. */
function isJustRequested({ requestedAt }: PhaseRequest, { wallTime, staleGraceMs }: ReadingContext): boolean {
  const time = parseTimestamp(requestedAt)?.iso;
  return time !== undefined && Math.abs(wallTime - Date.parse(time)) < staleGraceMs;
}

function toReadingOfNothing(): Reading {
  return { state: onlyOfficeStates.none, nativeState: 'none', native: null };
}

function toJobReading(job: OnlyOfficeJob): Reading {
  const word = toStateWord(job);
  const phase = phaseOf(word);
  const progress = toProgress(job, word);
  const issues = toIssues(job, word);
  return {
    state: word === undefined ? 'unknown' : onlyOfficeStates[word],
    nativeState: word ?? operationOf(job) ?? '',
    ...(phase && { phase }),
    ...(progress && { progress }),
    ...(issues.length > 0 && { issues }),
    native: job,
  };
}

/**
 * The portal shows both phases as one job and tells them apart by `operation`, which a worker sets when it takes the job up.
 * Undefined for a combination that nobody has described.
 */
function toStateWord(job: OnlyOfficeJob): StateWord | undefined {
  const { isCompleted, error } = job;
  switch (operationOf(job)) {
    case 'parse':
      if (!isCompleted) return isImport(job) ? 'import:queued' : 'parse:running';
      return error ? 'parse:failed' : 'parse:completed';
    case 'migration':
      if (!isCompleted) return 'import:running';
      if (error) return 'import:failed';
      return hasFailures(job.parseResult) ? 'import:completed_with_failures' : 'import:completed';
    case undefined:
      if (!isCompleted) return isImport(job) ? 'import:queued' : 'parse:queued';
      return error ? 'failed' : undefined;
    default:
      return undefined;
  }
}

function operationOf(job: OnlyOfficeJob): string | undefined {
  return job.parseResult?.operation || undefined;
}

/**
 * Whether a job is an import, also one that still waits: then its `parseResult` is what the caller posted, which has no
 * `operation` or that of the parse it came from, and is given away by what to import.
 */
function isImport(job: OnlyOfficeJob): boolean {
  const { parseResult } = job;
  const operation = operationOf(job);
  if (!parseResult || operation === 'migration') return operation === 'migration';
  if (operation === undefined && parseResult.migratorName) return true;
  return [
    parseResult.importPersonalFiles,
    parseResult.importSharedFiles,
    parseResult.importSharedFolders,
    parseResult.importCommonFiles,
    parseResult.importProjectFiles,
    parseResult.importGroups,
  ].includes(true);
}

/** `failedUsers` counts accounts only; a file that failed is in `errors` only. */
function hasFailures(parseResult: OnlyOfficeJob['parseResult']): boolean {
  return (parseResult?.failedUsers ?? 0) > 0 || (parseResult?.errors ?? []).length > 0;
}

function phaseOf(word: StateWord | undefined): 'parse' | 'import' | undefined {
  if (word?.startsWith('parse:')) return 'parse';
  return word?.startsWith('import:') ? 'import' : undefined;
}

/** The counts of users are 0 until an import has ended, so they are taken from there only. */
function toProgress(
  { progress, parseResult }: OnlyOfficeJob,
  word: StateWord | undefined,
): MigrationProgress | undefined {
  const percent = typeof progress === 'number' && { percent: progress };
  const isCounted = word === 'import:completed' || word === 'import:completed_with_failures';
  if (!isCounted || !parseResult) return percent || undefined;
  const { successedUsers: completed, failedUsers: failed } = parseResult;
  return { ...percent, completed, failed, total: completed + failed, unit: 'users' };
}

function toIssues(job: OnlyOfficeJob, word: StateWord | undefined): readonly MigrationIssue[] {
  const { error, parseResult } = job;
  const severity = job.isCompleted ? 'error' : 'warning';
  const messages = [error ?? '', ...(parseResult?.errors ?? [])].filter((message) => message !== '');
  return [
    ...messages.map((message) => ({ severity, message }) as const),
    ...(parseResult?.failedArchives ?? []).map(toArchiveIssue),
    ...(word === 'parse:completed' && isEmptySource(parseResult) ? [emptySource] : []),
  ];
}

const emptySource: MigrationIssue = {
  severity: 'warning',
  code: 'empty_source',
  message: 'The backup holds no users.',
};

/** Only the file's name is told: for an archive of the wrong type the portal gives its path on the server. */
function toArchiveIssue(archive: string): MigrationIssue {
  const fileName = archive.split(/[\\/]/).findLast((part) => part !== '');
  return {
    severity: 'warning',
    code: 'failed_archive',
    message: 'The archive could not be read.',
    ...(fileName !== undefined && { subject: fileName }),
  };
}

/** A list that is not in the answer, as when `fields` leaves it out, is not an empty one. */
function isEmptySource(parseResult: OnlyOfficeParseResult | null | undefined): boolean {
  const lists = [parseResult?.users, parseResult?.withoutEmailUsers, parseResult?.existUsers];
  return lists.every((list) => list?.length === 0);
}
