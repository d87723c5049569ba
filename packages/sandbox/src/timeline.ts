import { requireDuration, requireText } from './argument-checks.ts';

/** One stretch of a migration's life. */
export interface TimelineEntry {
  /** The provider's own word; any string, an undocumented one too. */
  readonly status: string;
  /** How long it lasts, in milliseconds of provider time. Left out in the last entry, which stays. */
  readonly forMs?: number | undefined;
}

/**
 * What a migration answers, in order. The last entry stays for ever; it need not be a final word, so
 * `[{ status: 'in_progress' }]` is a migration that never ends.
 */
export type Timeline = readonly TimelineEntry[];

/** Where a timeline stands. */
export interface TimelinePosition {
  readonly status: string;
  /** Every word up to this one, in order, this one included. */
  readonly reached: readonly string[];
  /** How far into the timeline the current entry began. */
  readonly enteredAfterMs: number;
}

/** Throws an `Error` that names the entry and says what is expected of it. */
export function requireTimeline(name: string, timeline: Timeline): void {
  if (!Array.isArray(timeline) || timeline.length === 0) {
    throw new Error(`${name} must be a list with at least one entry`);
  }
  const lastIndex = timeline.length - 1;
  for (const [index, entry] of timeline.entries()) {
    requireText(`${name}[${index}].status`, entry.status);
    if (index < lastIndex) requireDuration(`${name}[${index}].forMs`, entry.forMs);
    else if (entry.forMs !== undefined) {
      throw new Error(`${name}[${index}].forMs must be left out: the last entry of a timeline stays`);
    }
  }
}

/** The same timeline with every duration passed through `convert`. */
export function mapDurations(timeline: Timeline, convert: (forMs: number) => number): Timeline {
  return timeline.map(({ status, forMs }) => ({
    status,
    ...(forMs !== undefined && { forMs: convert(forMs) }),
  }));
}

/** The entry in force `elapsedMs` after the start; an entry ends the moment its time is up. */
export function positionAt(timeline: Timeline, elapsedMs: number): TimelinePosition {
  const reached: string[] = [];
  let enteredAfterMs = 0;
  for (const { status, forMs = Number.POSITIVE_INFINITY } of timeline) {
    reached.push(status);
    if (elapsedMs < enteredAfterMs + forMs) return { status, reached, enteredAfterMs };
    enteredAfterMs += forMs;
  }
  throw new Error('a timeline must end with an entry that stays');
}
