import { traitsOf } from '../model/failure-class.ts';
import { isTerminalState, type MigrationState } from '../model/migration-state.ts';
import type { MigrationReading } from '../model/migration-status.ts';
import { toIso } from '../model/to-iso.ts';
import { toPercent } from '../model/to-percent.ts';
import {
  isSameCondition,
  type ReadFailure,
  withFailure,
  withHold,
  withoutFailure,
  withoutStop,
  withStalled,
  withStop,
} from './conditions.ts';
import { isSameNews, isSameProgress } from './is-same-news.ts';
import { type Stretch, toFailureGap, toFirstStretch, toLaterStretch } from './pace.ts';
import { type StepMoment, toRegularGap } from './regular-gap.ts';
import { type Condition, createRow, never, noConditions, type Row } from './row.ts';
import type { StepPolicy } from './step-policy.ts';

/** What happened to a migration, as far as we looked. `at` is the wall clock, in epoch milliseconds. */
export type StepEvent =
  | { readonly type: 'read'; readonly at: number; readonly reading: MigrationReading }
  /** News that came another way: the provider called us. */
  | { readonly type: 'pushed'; readonly at: number; readonly reading: MigrationReading }
  | {
      readonly type: 'read_failed';
      readonly at: number;
      readonly failure: ReadFailure;
      /** Whether the lane has had so many failures that nobody in it may come back soon. */
      readonly isBudgetSpent?: boolean;
    }
  /** A read was due, and the lane does not let it go. */
  | { readonly type: 'held'; readonly at: number; readonly failure: ReadFailure }
  /** A read was due, and the provider refuses the whole lane. */
  | { readonly type: 'refused'; readonly at: number; readonly failure: ReadFailure }
  /** Somebody wants a look as soon as possible. */
  | { readonly type: 'refresh' }
  /** It is read under another ref of the same key from here on. */
  | { readonly type: 'readdressed' };

/** Something that should not happen, and that changes nothing. */
export interface Anomaly {
  /** `unknown_state`: a word that the adapter does not map. `contrary_read`: news of a migration that has ended. */
  readonly kind: 'unknown_state' | 'contrary_read';
  readonly message: string;
}

/** A reading, and when it was taken, by the wall clock, in epoch milliseconds. */
export interface Sighting {
  readonly reading: MigrationReading;
  readonly observedAt: number;
}

/** What follows from an event. */
export interface StepResult {
  readonly row: Row;
  /** Present when the migration says something else than before. */
  readonly change: StepChange | undefined;
  /** Whether the migration has ended with this event. */
  readonly isSettling: boolean;
  readonly raised: readonly Condition[];
  readonly cleared: readonly Condition[];
  readonly anomaly: Anomaly | undefined;
}

/** What a change of a migration is. */
export interface StepChange {
  /** Undefined for the first news. */
  readonly previous: Sighting | undefined;
  /** Undefined when the state is as it was. */
  readonly transition: { readonly from?: MigrationState; readonly to: MigrationState } | undefined;
}

/**
 * The one place that decides: an event happens to a row, and out come the next row with the time of its next read, at most
 * one change, the conditions that begin and end, and an anomaly if there is one. It is pure, so a fault can be replayed
 * from its events.
 */
export function step(row: Row, event: StepEvent, moment: StepMoment, policy: StepPolicy): StepResult {
  const next = decide(row, event, moment, policy);
  return {
    row: next,
    change: toChange(row, next),
    isSettling: next.stopped === 'settled' && row.stopped !== 'settled',
    raised: toRaised(row.conditions, next.conditions),
    cleared: toCleared(row.conditions, next.conditions),
    anomaly: toAnomaly(row, event),
  };
}

/** Whether there is something to tell people. */
export function hasNews({ change, raised, cleared }: StepResult): boolean {
  return change !== undefined || raised.length > 0 || cleared.length > 0;
}

function decide(row: Row, event: StepEvent, moment: StepMoment, policy: StepPolicy): Row {
  switch (event.type) {
    case 'read':
    case 'pushed':
      return row.stopped === 'settled' ? row : onNews(row, event, moment, policy);
    case 'read_failed':
      return row.stopped ? row : onFailedRead(row, event, moment, policy);
    case 'held':
      return row.stopped ? row : onHold(row, event);
    case 'refused':
      return row.stopped ? row : onRefusal(row, event);
    case 'refresh':
      return row.stopped === 'settled' ? row : resume(row, moment.now, policy);
    case 'readdressed':
      return readdress(row, moment.now, policy);
  }
}

type NewsEvent = Extract<StepEvent, { type: 'read' | 'pushed' }>;

/** A row that is being made, before anybody else has seen it. */
type Draft = { -readonly [Field in keyof Row]: Row[Field] };

/** A copy, field by field: it is made at every read, and spreading costs twice as much. */
function toDraft(row: Row): Draft {
  return {
    reading: row.reading,
    observedAt: row.observedAt,
    conditions: row.conditions,
    stopped: row.stopped,
    dueAt: row.dueAt,
    trackedAt: row.trackedAt,
    readAt: row.readAt,
    reads: row.reads,
    failedReads: row.failedReads,
    refusedReads: row.refusedReads,
    missingReads: row.missingReads,
    missingSince: row.missingSince,
    stillReads: row.stillReads,
    stillSince: row.stillSince,
    progressFrom: row.progressFrom,
    progressSince: row.progressSince,
    memo: row.memo,
  };
}

function onNews(row: Row, event: NewsEvent, moment: StepMoment, policy: StepPolicy): Row {
  const { now } = moment;
  const next = toDraft(row);
  next.readAt = now;
  const isMissing = event.reading.state === 'not_found';
  // An empty answer takes nothing back, and may be one of a moment.
  if ((event.type === 'read' && !isMissing) || event.reading.memo !== undefined)
    next.memo = event.reading.memo;
  if (event.type === 'read') {
    next.stopped = undefined;
    next.reads += 1;
    next.failedReads = 0;
    next.refusedReads = 0;
    next.conditions = withoutFailure(row.conditions);
  }
  if (isMissing) countMissing(next, row, now);
  else next.missingReads = 0;
  if (!isMissing) next.missingSince = undefined;
  const isGone = isMissing && hasGraceEnded(next, now, policy);
  if (!isMissing || isGone || !isKnown(row.reading)) adopt(next, event, row, now);
  if (isGone || (!isMissing && isTerminalState(event.reading.state))) return settle(next);
  const evidence = toStallEvidence(next, now, policy);
  if (evidence !== undefined || next.conditions.length > 0)
    next.conditions = withStalled(next.conditions, evidence, toIso(event.at));
  if (next.stopped === undefined) next.dueAt = now + toNewsGap(next, event, moment, policy);
  return next;
}

function toNewsGap(row: Row, { type, reading }: NewsEvent, moment: StepMoment, policy: StepPolicy): number {
  const gap = toRegularGap(row, row.reading, moment, policy, reading.retryAfterMs);
  if (type === 'read' || reading.state === 'not_found') return gap;
  // What is pushed may be lost once; until then there is no need to ask.
  return Math.max(gap, policy.pushedGapMs * (1 + policy.jitterShare * moment.random));
}

function settle(next: Draft): Row {
  next.dueAt = never;
  next.conditions = noConditions;
  next.stopped = 'settled';
  return next;
}

function onFailedRead(
  row: Row,
  { at, failure, isBudgetSpent }: Extract<StepEvent, { type: 'read_failed' }>,
  moment: StepMoment,
  policy: StepPolicy,
): Row {
  const { isRefusal } = traitsOf(failure.failure);
  const failed: Row = {
    ...row,
    reads: row.reads + 1,
    readAt: moment.now,
    failedReads: row.failedReads + 1,
    refusedReads: isRefusal ? row.refusedReads + 1 : 0,
    conditions: withFailure(row.conditions, failure, toIso(at)),
  };
  if (failed.refusedReads >= policy.refusedReads) return refuse(failed);
  const failedReads = isBudgetSpent ? Number.POSITIVE_INFINITY : row.failedReads;
  const gap = toFailureGap(failedReads, moment.random, policy, failure.retryAfterMs);
  return { ...failed, dueAt: moment.now + gap };
}

function onHold(row: Row, { at, failure }: Extract<StepEvent, { type: 'held' }>): Row {
  return { ...row, conditions: withHold(row.conditions, failure, toIso(at)) };
}

function onRefusal(row: Row, { at, failure }: Extract<StepEvent, { type: 'refused' }>): Row {
  return refuse({ ...row, conditions: withFailure(row.conditions, failure, toIso(at)) });
}

function refuse(row: Row): Row {
  return { ...row, dueAt: never, conditions: withStop(row.conditions), stopped: 'refused' };
}

/** As soon as possible, but somebody who asks in a loop must not read in a loop. What waits for its turn keeps its place. */
function resume(row: Row, now: number, policy: StepPolicy): Row {
  const earliest = row.readAt === undefined ? now : row.readAt + policy.floorMs;
  const soonest = Math.max(now, earliest);
  return {
    ...row,
    stopped: undefined,
    conditions: withoutStop(row.conditions),
    refusedReads: 0,
    dueAt: Math.min(row.dueAt, soonest),
  };
}

/** What the adapter noted and how far it was belong to the old ref; what had ended was another run, and is forgotten. */
function readdress(row: Row, now: number, policy: StepPolicy): Row {
  if (row.stopped === 'settled') return createRow(now, now);
  return resume(
    { ...row, memo: undefined, progressFrom: 0, progressSince: now, readAt: undefined, dueAt: never },
    now,
    policy,
  );
}

function isKnown(reading: MigrationReading | undefined): boolean {
  return reading !== undefined && reading.state !== 'not_found';
}

function countMissing(next: Draft, row: Row, now: number): void {
  next.missingReads += 1;
  next.missingSince ??= isKnown(row.reading) ? now : row.trackedAt;
}

/** One empty answer is weak evidence: it takes several, over some time. */
function hasGraceEnded({ missingReads, missingSince = 0 }: Row, now: number, policy: StepPolicy): boolean {
  return missingReads >= policy.notFoundReads && now - missingSince >= policy.notFoundGraceMs;
}

function adopt(next: Draft, { reading, at }: NewsEvent, row: Row, now: number): void {
  if (row.reading !== undefined && isSameProgress(row.reading, reading)) {
    next.stillReads += 1;
  } else {
    next.stillReads = 0;
    next.stillSince = now;
  }
  const stretch = toStretch(row, reading, now);
  if (stretch !== undefined) {
    next.progressFrom = Math.fround(stretch.percent);
    next.progressSince = stretch.at;
  }
  next.reading = reading;
  next.observedAt = at;
}

/** The stretch that a reading begins; undefined while the present one goes on. */
function toStretch(row: Row, reading: MigrationReading, now: number): Stretch | undefined {
  const before = row.reading;
  if (before === reading && row.readAt !== undefined) return undefined;
  const percent = toPercent(reading.progress);
  if (before === undefined || row.readAt === undefined)
    return toFirstStretch(percent, row.progressSince, now);
  const goesOn =
    before.phase === reading.phase &&
    Math.fround(percent ?? 0) >= row.progressFrom &&
    (!standsStill(before.state) || standsStill(reading.state));
  return goesOn ? undefined : toLaterStretch(row.readAt);
}

function standsStill(state: MigrationState): boolean {
  return state === 'awaiting_input' || state === 'paused';
}

/** Only progress that was reported and does not move is evidence; silence is none. */
function toStallEvidence(row: Row, now: number, policy: StepPolicy): string | undefined {
  // Who is throttled cannot tell a standstill from not being allowed to look; news that are pushed do not end that.
  if (row.conditions.some(({ kind }) => kind === 'throttled')) return undefined;
  const stillMs = now - row.stillSince;
  if (row.stillReads < policy.stalledReads || stillMs < policy.stalledAfterMs) return undefined;
  const isEvidence = row.reading?.state === 'running' && row.reading.progress !== undefined;
  return isEvidence
    ? `no progress over ${row.stillReads} reads in ${Math.round(stillMs / 1000)} s`
    : undefined;
}

function toChange(before: Row, after: Row): StepChange | undefined {
  const { reading } = before;
  const to = after.reading;
  if (to === undefined || to === reading || (reading !== undefined && isSameNews(reading, to)))
    return undefined;
  if (reading === undefined) return { previous: undefined, transition: { to: to.state } };
  const { state: from } = reading;
  return {
    previous: { reading, observedAt: before.observedAt },
    transition: from === to.state ? undefined : { from, to: to.state },
  };
}

/** Terminal is sticky: what comes afterwards is reported, not believed. So is a word that nobody knows. */
function toAnomaly(row: Row, event: StepEvent): Anomaly | undefined {
  if (event.type !== 'read' && event.type !== 'pushed') return undefined;
  const { state, nativeState } = event.reading;
  if (row.stopped === 'settled') {
    if (row.reading === undefined || row.reading.state === state) return undefined;
    const message = `it ended as ${row.reading.state}, and later it is said to be ${state}`;
    return { kind: 'contrary_read', message };
  }
  if (state !== 'unknown' || nativeState === row.reading?.nativeState) return undefined;
  const message = `its state ${JSON.stringify(nativeState)} is none that the adapter knows`;
  return { kind: 'unknown_state', message };
}

function toRaised(before: readonly Condition[], after: readonly Condition[]): readonly Condition[] {
  if (before === after || after.length === 0) return noConditions;
  return after.filter((condition) => !before.some((old) => isSameCondition(old, condition)));
}

function toCleared(before: readonly Condition[], after: readonly Condition[]): readonly Condition[] {
  if (before === after || before.length === 0) return noConditions;
  return before.filter((old) => !after.some((condition) => condition.kind === old.kind));
}
