import type { LaneOutcome, ParkReason } from '../lane/lane.ts';
import type { RateLimit } from '../model/migration-status.ts';
import type { ReadFailure } from '../step/conditions.ts';
import type { StepEvent } from '../step/step.ts';

/** What became of one row of a request; undefined for a row that was taken out of it. */
export type ReadEvent = Extract<StepEvent, { type: 'read' | 'read_failed' }> | undefined;

const answered: LaneOutcome = { type: 'answered' };

/** What a request taught about its lane: one refusal speaks for all, and one answer proves that there is no outage. */
export function toLaneOutcome(events: readonly ReadEvent[]): LaneOutcome {
  let answers = 0;
  let limit: RateLimit | undefined;
  const failures: ReadFailure[] = [];
  for (const event of events) {
    if (event?.type === 'read_failed') failures.push(event.failure);
    if (event?.type !== 'read') continue;
    answers += 1;
    limit ??= event.reading.rateLimit;
  }
  if (failures.length === 0) return limit === undefined ? answered : { type: 'answered', limit };
  const throttled = failures.find(({ failure }) => failure === 'throttled');
  if (throttled) return { type: 'throttled', retryAfterMs: throttled.retryAfterMs };
  if (answers > 0) return { type: 'answered', limit };
  if (failures.every(({ failure }) => failure === 'transient')) return { type: 'transient' };
  if (failures.every(({ failure }) => failure === 'unauthorized')) return { type: 'unauthorized' };
  return { type: 'answered' };
}

const wholeFailures: readonly string[] = ['invalid_request', 'invalid_response', 'forbidden'];

/** A failure that one bad ref can cause for all that were asked together. */
export function isWholeFailure(event: ReadEvent): boolean {
  return event?.type === 'read_failed' && wholeFailures.includes(event.failure.failure);
}

/** Whether a request for many failed for its content, so that its parts may fare better. */
export function isSpoilt(events: readonly ReadEvent[]): boolean {
  return events.length > 1 && events.every((event) => event === undefined || isWholeFailure(event));
}

/** Why a row waits whose lane is parked, in the words of a failed read. */
export const holdFailures: Readonly<Record<ParkReason, ReadFailure>> = {
  throttled: {
    failure: 'throttled',
    code: 'throttled',
    message: 'reads of this provider wait until it allows more',
  },
  transient: {
    failure: 'transient',
    code: 'unreachable',
    message: 'reads of this provider wait for a probe to succeed',
  },
  unauthorized: {
    failure: 'unauthorized',
    code: 'unauthorized',
    message: 'reads of this provider wait for one whose credentials it takes',
  },
};

/** Why a row is not read any more whose lane is refused. */
export const laneRefusal: ReadFailure = {
  failure: 'unauthorized',
  code: 'unauthorized',
  message: 'the provider refuses the credentials of all its migrations',
};
