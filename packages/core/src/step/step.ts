import { traitsOf } from '../model/failure-class.ts';
import { isTerminalState, type MigrationState } from '../model/migration-state.ts';
import type { MigrationStatus } from '../model/migration-status.ts';
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
import { toFailureGap, toPercent, toReadGap } from './pace.ts';
import { type Condition, createRow, type Row } from './row.ts';
import type { StepPolicy } from './step-policy.ts';

/** What happened to a migration, as far as we looked. `at` is the wall clock, ISO 8601 in UTC. */
export type StepEvent =
  | {
      readonly type: 'read';
      readonly at: string;
      readonly status: MigrationStatus;
      readonly retryAfterMs?: number | undefined;
      readonly memo?: unknown;
    }
  | { readonly type: 'read_failed'; readonly at: string; readonly failure: ReadFailure }
  /** A read was due, and the lane does not let it go. */
  | { readonly type: 'held'; readonly at: string; readonly failure: ReadFailure }
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

/** What follows from an event. */
export interface StepResult {
  readonly row: Row;
  /** Present when the status says something else than before. */
  readonly change?: {
    readonly previous?: MigrationStatus;
    readonly transition?: { readonly from?: MigrationState; readonly to: MigrationState };
  };
  readonly raised: readonly Condition[];
  readonly cleared: readonly Condition[];
  readonly anomaly?: Anomaly;
}

/** The moment of an event, and the dice. */
export interface StepMoment {
  /** Milliseconds of the clock's `now()`. */
  readonly now: number;
  /** 0 to 1. */
  readonly random: number;
}

/**
 * The one place that decides: an event happens to a row, and out come the next row with the time of its next read, at most
 * one change, the conditions that begin and end, and an anomaly if there is one. It is pure, so a fault can be replayed
 * from its events.
 */
export function step(row: Row, event: StepEvent, moment: StepMoment, policy: StepPolicy): StepResult {
  const next = decide(row, event, moment, policy);
  return { ...next, ...compareConditions(row.conditions, next.row.conditions) };
}

type Decision = Omit<StepResult, 'raised' | 'cleared'>;

/** Whether there is something to tell people. */
export function hasNews({ change, raised, cleared }: StepResult): boolean {
  return change !== undefined || raised.length > 0 || cleared.length > 0;
}

function decide(row: Row, event: StepEvent, moment: StepMoment, policy: StepPolicy): Decision {
  switch (event.type) {
    case 'read':
      return row.stopped === 'settled' ? onLateRead(row, event) : onRead(row, event, moment, policy);
    case 'read_failed':
      return { row: row.stopped ? row : onFailedRead(row, event, moment, policy) };
    case 'held':
      return { row: row.stopped ? row : onHold(row, event) };
    case 'refresh':
      return { row: row.stopped === 'settled' ? row : resume(row, moment.now, policy) };
    case 'readdressed':
      return { row: readdress(row, moment.now, policy) };
  }
}

type ReadEvent = Extract<StepEvent, { type: 'read' }>;

/** Terminal is sticky: what comes afterwards is reported, not believed. */
function onLateRead(row: Row, { status }: ReadEvent): Decision {
  if (row.status === undefined || row.status.state === status.state) return { row };
  const message = `${status.key} ended as ${row.status.state}, and a later read says ${status.state}`;
  return { row, anomaly: { kind: 'contrary_read', message } };
}

function onRead(row: Row, event: ReadEvent, moment: StepMoment, policy: StepPolicy): Decision {
  const { status, at } = event;
  const { now } = moment;
  const { stopped: _stopped, ...followable } = row;
  const answered: Row = {
    ...followable,
    reads: row.reads + 1,
    readAt: now,
    failedReads: 0,
    refusedReads: 0,
    conditions: withoutFailure(row.conditions),
    memo: event.memo,
  };
  const looked = status.state === 'not_found' ? countMissing(answered, now) : omitMissing(answered);
  const isGone = status.state === 'not_found' && hasGraceEnded(looked, now, policy);
  const isWeak = status.state === 'not_found' && !isGone && isKnown(row.status);
  const kept = isWeak ? looked : adopt(looked, status, now);
  if (isGone || (status.state !== 'not_found' && isTerminalState(status.state))) {
    const { dueAt: _dueAt, ...rest } = kept;
    const settled: Row = { ...rest, conditions: [], stopped: 'settled' };
    return { row: settled, ...toChange(row.status, settled.status) };
  }
  const followed: Row = {
    ...kept,
    conditions: withStalled(kept.conditions, toStallEvidence(kept, now, policy), at),
    dueAt: now + toReadGap(kept, now, moment.random, policy, event.retryAfterMs),
  };
  const isNewWord = status.state === 'unknown' && status.nativeState !== row.status?.nativeState;
  const message = `${status.provider} uses the state ${JSON.stringify(status.nativeState)}, which its adapter does not know`;
  return {
    row: followed,
    ...toChange(row.status, followed.status),
    ...(isNewWord && { anomaly: { kind: 'unknown_state', message } }),
  };
}

function onFailedRead(
  row: Row,
  { at, failure }: Extract<StepEvent, { type: 'read_failed' }>,
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
    conditions: withFailure(row.conditions, failure, at),
  };
  if (failed.refusedReads >= policy.refusedReads) {
    const { dueAt: _dueAt, ...rest } = failed;
    return { ...rest, conditions: withStop(rest.conditions), stopped: 'refused' };
  }
  const gap = toFailureGap(row.failedReads, moment.random, policy, failure.retryAfterMs);
  return { ...failed, dueAt: moment.now + gap };
}

function onHold(row: Row, { at, failure }: Extract<StepEvent, { type: 'held' }>): Row {
  return { ...row, conditions: withHold(row.conditions, failure, at) };
}

/** As soon as possible, but somebody who asks in a loop must not read in a loop. */
function resume(row: Row, now: number, policy: StepPolicy): Row {
  const { stopped: _stopped, ...rest } = row;
  const readAt = row.readAt ?? Number.NEGATIVE_INFINITY;
  const conditions = withoutStop(rest.conditions);
  return { ...rest, conditions, refusedReads: 0, dueAt: Math.max(now, readAt + policy.floorMs) };
}

/** What the adapter noted and how far it was belong to the old ref; what had ended was another run, and is forgotten. */
function readdress(row: Row, now: number, policy: StepPolicy): Row {
  if (row.stopped === 'settled') return createRow(now, now);
  const { memo: _memo, progressStart: _progressStart, readAt: _readAt, ...rest } = row;
  return resume(rest, now, policy);
}

function isKnown(status: MigrationStatus | undefined): boolean {
  return status !== undefined && status.state !== 'not_found';
}

function countMissing(row: Row, now: number): Row {
  const missingSince = row.missingSince ?? (isKnown(row.status) ? now : row.trackedAt);
  return { ...row, missingReads: row.missingReads + 1, missingSince };
}

function omitMissing({ missingSince: _missingSince, ...row }: Row): Row {
  return { ...row, missingReads: 0 };
}

/** One empty answer is weak evidence: it takes several, over some time. */
function hasGraceEnded(row: Row, now: number, policy: StepPolicy): boolean {
  const missingForMs = now - (row.missingSince ?? now);
  return row.missingReads >= policy.notFoundReads && missingForMs >= policy.notFoundGraceMs;
}

function adopt(row: Row, status: MigrationStatus, now: number): Row {
  const isStill = row.status !== undefined && isSameProgress(row.status, status);
  const { progressStart, ...rest } = row;
  const percent = toPercent({ status });
  const isOneStretch =
    progressStart !== undefined &&
    row.status?.phase === status.phase &&
    (percent ?? 0) >= progressStart.percent;
  const start = isOneStretch ? progressStart : percent === undefined ? undefined : { percent, at: now };
  return {
    ...rest,
    status,
    stillReads: isStill ? row.stillReads + 1 : 0,
    stillSince: isStill ? row.stillSince : now,
    ...(start && { progressStart: start }),
  };
}

/** Only progress that was reported and does not move is evidence; silence is none. */
function toStallEvidence(row: Row, now: number, policy: StepPolicy): string | undefined {
  const stillMs = now - row.stillSince;
  const isEvidence = row.status?.state === 'running' && row.status.progress !== undefined;
  if (!isEvidence || row.stillReads < policy.stalledReads || stillMs < policy.stalledAfterMs)
    return undefined;
  return `no progress over ${row.stillReads} reads in ${Math.round(stillMs / 1000)} s`;
}

function toChange(
  previous: MigrationStatus | undefined,
  status: MigrationStatus | undefined,
): Partial<Decision> {
  if (status === undefined || (previous !== undefined && isSameNews(previous, status))) return {};
  const isTransition = previous?.state !== status.state;
  const from = previous && { from: previous.state };
  return {
    change: {
      ...(previous && { previous }),
      ...(isTransition && { transition: { ...from, to: status.state } }),
    },
  };
}

function compareConditions(before: readonly Condition[], after: readonly Condition[]) {
  if (before === after) return { raised: [], cleared: [] };
  return {
    raised: after.filter((condition) => !before.some((old) => isSameCondition(old, condition))),
    cleared: before.filter((old) => !after.some((condition) => condition.kind === old.kind)),
  };
}
