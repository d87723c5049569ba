import { startOfWallTime } from '../../../../test/support/manual-clock.ts';
import { toReading } from '../../../../test/support/scripted-adapter.ts';
import type { FailureClass } from '../../src/model/failure-class.ts';
import type { MigrationState } from '../../src/model/migration-state.ts';
import type { MigrationReading, MigrationStatus } from '../../src/model/migration-status.ts';
import { normalizeReading } from '../../src/model/normalize-reading.ts';
import { toMigrationStatus } from '../../src/model/to-migration-status.ts';
import type { ReadFailure } from '../../src/step/conditions.ts';
import { createRow, type Row } from '../../src/step/row.ts';
import { type Sighting, type StepEvent, type StepResult, step } from '../../src/step/step.ts';
import { defaultStepPolicy, type StepPolicy } from '../../src/step/step-policy.ts';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;

/** The wall time at a `now()` of the tests, which begins at 0, in epoch milliseconds. */
export function toWallTime(now: number): number {
  return startOfWallTime + now;
}

/** The same as a text. */
export function toTime(now: number): string {
  return new Date(toWallTime(now)).toISOString();
}

/** What a row keeps of a reading that was taken at a time. */
export function toSighting(
  now: number,
  state: MigrationState,
  details: Partial<MigrationReading> = {},
): Sighting {
  return { reading: normalizeReading(toReading(state, details)), observedAt: toWallTime(now) };
}

export function toStatus(
  now: number,
  state: MigrationState,
  details: Partial<MigrationReading> = {},
): MigrationStatus {
  const origin = { provider: 'acme', key: 'acme/a', ref: { id: 'a' }, observedAt: toTime(now) };
  return toMigrationStatus(toReading(state, details), origin);
}

const codes = {
  transient: 'unreachable',
  throttled: 'throttled',
  unauthorized: 'unauthorized',
  forbidden: 'forbidden',
  invalid_request: 'invalid_request',
  invalid_response: 'invalid_response',
} as const;

export function toReadFailure(failure: FailureClass, details: Partial<ReadFailure> = {}): ReadFailure {
  return { failure, code: codes[failure], message: `it is ${failure}`, ...details };
}

/** An event, and when it happens. */
export type TimedEvent = readonly [now: number, toEvent: (now: number) => StepEvent];

export function reads(state: MigrationState, details: Partial<MigrationReading> = {}) {
  return (now: number): StepEvent => ({
    type: 'read',
    at: toWallTime(now),
    reading: toSighting(now, state, details).reading,
  });
}

export function pushes(state: MigrationState, details: Partial<MigrationReading> = {}) {
  return (now: number): StepEvent => ({
    type: 'pushed',
    at: toWallTime(now),
    reading: toSighting(now, state, details).reading,
  });
}

export function fails(failure: FailureClass, details?: Partial<ReadFailure>, isBudgetSpent = false) {
  return (now: number): StepEvent => ({
    type: 'read_failed',
    at: toWallTime(now),
    failure: toReadFailure(failure, details),
    isBudgetSpent,
  });
}

export function isHeld(failure: 'throttled' | 'transient') {
  return (now: number): StepEvent => ({
    type: 'held',
    at: toWallTime(now),
    failure: toReadFailure(failure),
  });
}

/** The provider refuses the whole lane. */
export function isRefused(now: number): StepEvent {
  return { type: 'refused', at: toWallTime(now), failure: toReadFailure('unauthorized') };
}

export function refreshes(): StepEvent {
  return { type: 'refresh' };
}

export function readdresses(): StepEvent {
  return { type: 'readdressed' };
}

/** Lets events happen to a row that is tracked since 0, and gives the result of each. */
export function play(
  events: readonly TimedEvent[],
  policy: StepPolicy = defaultStepPolicy,
  start: Row = createRow(0, 0),
): readonly StepResult[] {
  let row = start;
  return events.map(([now, toEvent]) => {
    const result = step(row, toEvent(now), { now, random: 0 }, policy);
    row = result.row;
    return result;
  });
}

/** What the last of some events leads to. */
export function playToEnd(events: readonly TimedEvent[], policy?: StepPolicy): StepResult {
  const result = play(events, policy).at(-1);
  if (result === undefined) throw new Error('there is no event');
  return result;
}
