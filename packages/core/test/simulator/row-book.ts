import type { ConditionKind, FailureClass, MigrationProgress, MigrationState } from '../../src/index.ts';
import type { ParkedBy } from './lane-book.ts';
import type { RunPolicy } from './run-policy.ts';

/** What is near is planned to the millisecond. */
const finestGrainMs = 1;

/** A status in the books: what people are told, and when we looked. */
export interface BookedStatus {
  readonly state: MigrationState;
  readonly nativeState: string;
  readonly phase?: string | undefined;
  readonly progress?: MigrationProgress | undefined;
  readonly message?: string | undefined;
  readonly observedAt: string;
}

/** What one read of one migration has brought. */
export type Answer =
  | {
      readonly type: 'reading';
      readonly status: BookedStatus;
      readonly retryAfterMs?: number | undefined;
      readonly memo?: unknown;
      /** What the headers said is left. */
      readonly limit?: { readonly remaining: number; readonly resetMs: number } | undefined;
    }
  | {
      readonly type: 'failure';
      readonly failure: FailureClass;
      readonly code: string;
      readonly retryAfterMs?: number | undefined;
    };

/** A condition in the books. */
export interface BookedCondition {
  readonly kind: ConditionKind;
  readonly since: string;
  readonly failure?: FailureClass;
  readonly code?: string;
  readonly stopsReading?: true;
}

/** What is to be expected of a migration, worked out from the answers alone. */
export interface RowBook {
  readonly key: string;
  readonly lane: string;
  /** Whether its adapter reads many at once. */
  readonly isBatched: boolean;
  trackedAt: number;
  status: BookedStatus | undefined;
  conditions: readonly BookedCondition[];
  stopped: 'settled' | 'refused' | undefined;
  /** The next read is due between these two times, and may then have to wait for its lane. */
  dueFrom: number;
  dueTo: number;
  /** How much later it may be planned, so that reads meet. */
  grainMs: number;
  /** When the last read came back, or news came another way. */
  readAt: number;
  reads: number;
  failedReads: number;
  refusedReads: number;
  missingReads: number;
  missingSince: number | undefined;
  stillReads: number;
  stillSince: number;
  /** How far the present stretch was when it was first seen, in percent, and when that was. */
  stretchFrom: number;
  stretchSince: number;
  /** Whether the provider asked for the present gap, and how long it asked to wait. */
  isWished: boolean;
  retryAfterMs: number;
  memo: unknown;
  /** Whether the next read has to go out by itself. */
  isAlone: boolean;
}

/** Bounds of whether a lane has had so many outages that failed reads are repeated as late as they ever are. */
export interface BudgetBook {
  readonly isSurelySpent: boolean;
  readonly isMaybeSpent: boolean;
}

/** Something that the tracker has to tell, as text: {@link toChangeText} and the like. */
export type Expected = string;

interface Moment {
  readonly now: number;
  /** ISO 8601. */
  readonly at: string;
}

/** The books of a migration that nobody has looked at yet. */
export function createRowBook(key: string, lane: string, isBatched: boolean, now: number): RowBook {
  return {
    key,
    lane,
    isBatched,
    trackedAt: now,
    status: undefined,
    conditions: [],
    stopped: undefined,
    dueFrom: now,
    dueTo: now,
    grainMs: finestGrainMs,
    readAt: Number.NEGATIVE_INFINITY,
    reads: 0,
    failedReads: 0,
    refusedReads: 0,
    missingReads: 0,
    missingSince: undefined,
    stillReads: 0,
    stillSince: now,
    stretchFrom: 0,
    stretchSince: now,
    isWished: false,
    retryAfterMs: 0,
    memo: undefined,
    isAlone: false,
  };
}

/** Enters what a read has brought, and gives what the tracker has to tell about it, in order. */
export function enterAnswer(
  row: RowBook,
  answer: Answer,
  moment: Moment,
  policy: RunPolicy,
  budget: BudgetBook,
): readonly Expected[] {
  row.reads += 1;
  if (answer.type === 'failure') {
    row.readAt = moment.now;
    enterFailure(row, answer, moment, policy, budget);
    return [];
  }
  row.stopped = undefined;
  row.failedReads = 0;
  row.refusedReads = 0;
  if (answer.status.state !== 'not_found' || answer.memo !== undefined) row.memo = answer.memo;
  row.isAlone = false;
  const before = row.status;
  const isGone = enterStatus(row, answer.status, moment.now, policy);
  const expected = toExpected(row, before);
  if (isGone || isEnd(answer.status.state)) {
    row.stopped = 'settled';
    row.conditions = [];
    return [...expected, 'settled'];
  }
  row.conditions = isStalled(row, moment.now, policy)
    ? [stalledOf(row) ?? { kind: 'stalled', since: moment.at }]
    : [];
  const gap = toGap(row, answer.retryAfterMs ?? 0, moment.now, policy);
  row.isWished = answer.retryAfterMs !== undefined;
  row.retryAfterMs = answer.retryAfterMs ?? 0;
  plan(row, moment.now + gap.least, moment.now + gap.most, moment.now);
  return expected;
}

/** How late a row may be planned that is to be read at a time: with others at the end of a window, or rounded up. */
export function toLatestPlan(row: RowBook, policy: RunPolicy): number {
  const isWithOthers = row.isBatched && !row.isAlone;
  return row.dueTo + Math.max(row.grainMs, isWithOthers ? policy.batchWindowMs : 0);
}

/** Whether most of the time between two reads has passed, so that it may go along in a request with room. */
export function isNearlyDue(row: RowBook, now: number, policy: RunPolicy): boolean {
  const { dueFrom, readAt, failedReads, isWished, isAlone } = row;
  if (policy.batchWindowMs === 0 || isAlone || isWished || failedReads > 0) return false;
  const leftMs = dueFrom - now;
  return Number.isFinite(readAt) && leftMs <= policy.earlyShare * (dueFrom - readAt) + toBlur(row, now);
}

/** What a row does not know of its times: it keeps seven digits of their distance from its tracking. */
export function toBlur({ trackedAt }: RowBook, now: number): number {
  return 2e-7 * Math.max(1, now - trackedAt);
}

/** The news of a status, as text. */
export function toNewsText({ state, nativeState, phase, progress, message }: BookedStatus): string {
  return JSON.stringify([state, nativeState, phase, progress, message]);
}

/** What a `change` event says, as text. */
export function toChangeText(
  previous: BookedStatus | undefined,
  isTransition: boolean,
  status: BookedStatus,
): Expected {
  return `change ${isTransition ? `${previous?.state ?? 'nothing'} → ${status.state} ` : ''}${toNewsText(status)}`;
}

/** Somebody wants a look as soon as possible; who asks in a loop must not read in a loop. */
export function enterRefresh(row: RowBook, now: number, policy: RunPolicy): void {
  if (row.stopped === 'settled') return;
  row.stopped = undefined;
  row.refusedReads = 0;
  row.conditions = row.conditions.map(({ stopsReading: _stopsReading, ...condition }) => condition);
  const dueAt = Math.max(now, row.readAt + policy.floorMs);
  plan(row, Math.min(row.dueFrom, dueAt - toBlur(row, now)), dueAt, now);
}

/** Somebody who waits may have wanted a last look at a time, before he gives up. */
export function enterLastLook(row: RowBook, at: number, now: number, policy: RunPolicy): void {
  const { stopped, failedReads, missingReads, readAt, retryAfterMs } = row;
  if (stopped || failedReads > 0 || missingReads > 0 || at < readAt + retryAfterMs) return;
  const dueAt = Math.max(at, readAt + policy.floorMs);
  row.dueFrom = Math.min(row.dueFrom, dueAt - toBlur(row, now));
}

/** Whether news is older than what is known. */
export function isSeenBefore({ status }: RowBook, { observedAt }: BookedStatus): boolean {
  return status !== undefined && Date.parse(observedAt) < Date.parse(status.observedAt);
}

/** News came another way: the state moves at once, and the next read keeps a distance. */
export function enterPush(
  row: RowBook,
  status: BookedStatus,
  now: number,
  policy: RunPolicy,
): readonly Expected[] {
  const before = row.status;
  if (row.stopped === 'settled') {
    return before?.state === status.state ? [] : ['anomaly contrary_read'];
  }
  const isGone = enterStatus(row, status, now, policy);
  const expected = toExpected(row, before);
  if (isGone || isEnd(status.state)) {
    row.stopped = 'settled';
    row.conditions = [];
    return [...expected, 'settled'];
  }
  const others = row.conditions.filter(({ kind }) => kind !== 'stalled');
  const isThrottled = others.some(({ kind }) => kind === 'throttled');
  row.conditions =
    isStalled(row, now, policy) && !isThrottled
      ? [...others, stalledOf(row) ?? { kind: 'stalled', since: status.observedAt }]
      : others;
  const gap = toGap(row, 0, now, policy);
  const pushedMs = status.state === 'not_found' ? 0 : policy.pushedGapMs;
  row.isWished = pushedMs > 0;
  row.retryAfterMs = 0;
  const most = Math.max(gap.most, pushedMs * (1 + policy.jitterShare));
  plan(row, now + Math.max(gap.least, pushedMs), now + most, now);
  return expected;
}

/** The migration is read under another ref: what has ended was another run. */
export function enterOtherRef(row: RowBook, now: number, policy: RunPolicy): void {
  const { key, lane, isBatched, isAlone } = row;
  if (row.stopped === 'settled') {
    Object.assign(row, createRowBook(key, lane, isBatched, now), { isAlone });
    return;
  }
  Object.assign(row, {
    memo: undefined,
    readAt: Number.NEGATIVE_INFINITY,
    stretchFrom: 0,
    stretchSince: now,
  });
  enterRefresh(row, now, policy);
}

/** A row whose time has come although the credentials of its lane are refused. */
export function enterLaneRefusal(row: RowBook, at: string): void {
  const since = row.conditions.find(({ kind }) => kind === 'unauthorized')?.since ?? at;
  const stalled = stalledOf(row);
  const refusal = { failure: 'unauthorized', code: 'unauthorized', stopsReading: true } as const;
  const condition = { kind: 'unauthorized', since, ...refusal } as const;
  row.conditions = stalled ? [stalled, condition] : [condition];
  row.stopped = 'refused';
}

/** The conditions of a row that may not be read although its time has come. */
export function toHeldConditions(
  conditions: readonly BookedCondition[],
  by: ParkedBy,
  at: string,
): readonly BookedCondition[] {
  const kind = kinds[by];
  if (conditions.some((condition) => condition.kind === kind)) return conditions;
  const held = { kind, since: at, failure: by, code: kind } as const;
  return kind === 'throttled' ? [held] : [...conditions.filter(({ kind }) => kind === 'stalled'), held];
}

/** What a failed read says about our looking. */
export const kinds: Readonly<Record<FailureClass, ConditionKind>> = {
  transient: 'unreachable',
  throttled: 'throttled',
  unauthorized: 'unauthorized',
  forbidden: 'unauthorized',
  invalid_request: 'unreachable',
  invalid_response: 'unreachable',
};

const refusals: readonly FailureClass[] = ['unauthorized', 'forbidden', 'invalid_request'];

const ends: readonly MigrationState[] = ['succeeded', 'partially_succeeded', 'failed', 'canceled'];

/** Whether a word of a provider ends a migration at once. */
export function isEnd(state: MigrationState): boolean {
  return ends.includes(state);
}

function enterFailure(
  row: RowBook,
  { failure, code, retryAfterMs = 0 }: Extract<Answer, { type: 'failure' }>,
  { now, at }: Moment,
  policy: RunPolicy,
  { isSurelySpent, isMaybeSpent }: BudgetBook,
): void {
  const kind = kinds[failure];
  const since = row.conditions.find((condition) => condition.kind === kind)?.since ?? at;
  const stalled = kind === 'throttled' ? undefined : stalledOf(row);
  const { floorMs, ceilingMs, failureCeilingMs, jitterShare } = policy;
  const latest = Math.min(failureCeilingMs, ceilingMs);
  const doubled = Math.min(floorMs * 2 ** row.failedReads, latest);
  const least = Math.max(floorMs, isSurelySpent ? latest : doubled, retryAfterMs);
  const most = Math.max(floorMs, isMaybeSpent ? latest : doubled, retryAfterMs);
  row.failedReads += 1;
  row.refusedReads = refusals.includes(failure) ? row.refusedReads + 1 : 0;
  const isRefused = row.refusedReads >= policy.refusedReads;
  const condition = { kind, since, failure, code, ...(isRefused && { stopsReading: true as const }) };
  row.conditions = stalled ? [stalled, condition] : [condition];
  if (isRefused) row.stopped = 'refused';
  plan(row, now + least, now + most + jitterShare * Math.min(most, Math.max(ceilingMs, floorMs)), now);
}

function plan(row: RowBook, from: number, to: number, now: number): void {
  row.dueFrom = from;
  row.dueTo = to;
  row.grainMs = Math.max(finestGrainMs, (to - now) / 499);
}

/** Gives whether the migration is believed to be gone. */
function enterStatus(row: RowBook, status: BookedStatus, now: number, policy: RunPolicy): boolean {
  const lookedAt = row.readAt;
  row.readAt = now;
  const wasKnown = row.status !== undefined && row.status.state !== 'not_found';
  let isGone = false;
  if (status.state === 'not_found') {
    row.missingSince ??= wasKnown ? now : row.trackedAt;
    row.missingReads += 1;
    isGone =
      row.missingReads >= policy.notFoundReads && now - row.missingSince >= policy.notFoundGraceMs - 1e-6;
    if (!isGone && wasKnown) return false;
  } else {
    row.missingSince = undefined;
    row.missingReads = 0;
  }
  enterStretch(row, status, lookedAt, now);
  const isStill = row.status !== undefined && toProgressText(row.status) === toProgressText(status);
  row.stillReads = isStill ? row.stillReads + 1 : 0;
  row.stillSince = isStill ? row.stillSince : now;
  row.status = status;
  return isGone;
}

function toProgressText({ state, phase, progress }: BookedStatus): string {
  return JSON.stringify([state, phase, progress]);
}

function toExpected(row: RowBook, before: BookedStatus | undefined): readonly Expected[] {
  if (row.status === undefined || row.status === before) return [];
  if (before !== undefined && toNewsText(before) === toNewsText(row.status)) return [];
  return [toChangeText(before, before?.state !== row.status.state, row.status)];
}

function stalledOf(row: RowBook): BookedCondition | undefined {
  return row.conditions.find(({ kind }) => kind === 'stalled');
}

function isStalled(row: RowBook, now: number, policy: RunPolicy): boolean {
  return (
    row.status?.state === 'running' &&
    row.status.progress !== undefined &&
    row.stillReads >= policy.stalledReads &&
    now - row.stillSince >= policy.stalledAfterMs
  );
}

/** A phase, or the work between two rests, is a stretch of its own; so is progress that went back behind its beginning. */
function enterStretch(row: RowBook, status: BookedStatus, lookedAt: number, now: number): void {
  const before = row.status;
  const percent = Math.fround(toPercent(status) ?? 0);
  if (before === undefined || !Number.isFinite(lookedAt)) {
    if (percent > 0) {
      row.stretchFrom = percent;
      row.stretchSince = now;
    } else row.stretchFrom = 0;
    return;
  }
  const isRest = ({ state }: BookedStatus) => state === 'awaiting_input' || state === 'paused';
  const isLater = before.phase !== status.phase || (isRest(before) && !isRest(status));
  if (!isLater && percent >= row.stretchFrom) return;
  row.stretchFrom = 0;
  row.stretchSince = lookedAt;
}

/** The gap after a good read, without and with the most jitter. */
function toGap(
  row: RowBook,
  wishMs: number,
  now: number,
  policy: RunPolicy,
): { least: number; most: number } {
  const { floorMs, ceilingMs, jitterShare } = policy;
  const ageMs = now - (row.stretchFrom === 0 ? row.stretchSince : row.trackedAt);
  const wanted = toWantedGap(row, ageMs, now, policy);
  const toCapped = (gapMs: number) =>
    Math.max(floorMs, Math.min(Math.max(gapMs, policy.leastAgeShare * ageMs), ceilingMs), wishMs);
  const most = toCapped(wanted.most);
  return {
    least: toCapped(wanted.least) - toBlur(row, now),
    most: most + jitterShare * Math.min(most, Math.max(ceilingMs, floorMs)) + toBlur(row, now),
  };
}

/** A share of what remains by estimate; without progress, of the time followed; overdue, of the time since. */
function toWantedGap(
  row: RowBook,
  ageMs: number,
  now: number,
  policy: RunPolicy,
): { least: number; most: number } {
  // What waits in a queue has no speed.
  const percent = row.status && row.status.state !== 'pending' ? toPercent(row.status) : undefined;
  if (percent === undefined) return { least: policy.ageShare * ageMs, most: policy.ageShare * ageMs };
  const stillMs = now - row.stillSince;
  const left = Math.max(0, 100 - percent);
  const gained = Math.fround(percent) - row.stretchFrom;
  const steepness = gained > 0 ? left / gained : left / percent;
  const workMs = gained > 0 ? Math.max(0, row.stillSince - row.stretchSince) : ageMs;
  const guessMs = percent > 0 || gained > 0 ? steepness * workMs : Number.POSITIVE_INFINITY;
  const restMs = gained > 0 ? guessMs - stillMs : guessMs > stillMs ? guessMs : -stillMs;
  const share = restMs < 0 ? policy.overdueShare : policy.remainderShare;
  const toBounded = (ms: number, age: number) => {
    // Where progress grows with the square of the time, the end is at the geometric mean of now and where it seems to be.
    const spedUpMs = Math.sqrt(age * (age + Math.min(ms, 2 ** 31 - 1))) - age;
    return Math.min(share * ms, restMs < 0 ? Number.POSITIVE_INFINITY : spedUpMs, policy.mostAgeShare * age);
  };
  const blurMs = toBlur(row, now);
  const doubtMs = percent > 0 ? steepness * blurMs : 0;
  const wantedMs = Math.abs(restMs);
  return {
    least: toBounded(Math.max(0, wantedMs - doubtMs), Math.max(0, ageMs - blurMs)),
    most: toBounded(wantedMs + doubtMs, ageMs + blurMs),
  };
}

function toPercent({ progress }: BookedStatus): number | undefined {
  const { percent, completed, total } = progress ?? {};
  if (percent !== undefined) return percent;
  return completed !== undefined && total ? (100 * completed) / total : undefined;
}
