import type { Fault } from './faults.ts';

/** An injected fault; `untilMs` is on the sandbox's clock. */
export interface PlannedFault {
  readonly fault: Fault;
  readonly times: number;
  readonly untilMs: number;
  readonly path: string | RegExp | undefined;
}

/** The faults of one server, oldest first. */
export interface FaultPlan {
  /** Returns a function that takes the fault out again; calling it twice does no harm. */
  add(planned: PlannedFault): () => void;
  /** Takes one use of the oldest fault that applies. */
  take(path: string, nowMs: number): Fault | undefined;
  clear(): void;
}

/** Creates an empty plan. */
export function createFaultPlan(): FaultPlan {
  const entries = new Set<{ readonly planned: PlannedFault; timesLeft: number }>();

  return {
    add(planned) {
      const entry = { planned, timesLeft: planned.times };
      entries.add(entry);
      return () => {
        entries.delete(entry);
      };
    },
    take(path, nowMs) {
      for (const entry of entries) {
        if (nowMs >= entry.planned.untilMs) {
          entries.delete(entry);
          continue;
        }
        if (!matches(entry.planned.path, path)) continue;
        entry.timesLeft -= 1;
        if (entry.timesLeft <= 0) entries.delete(entry);
        return entry.planned.fault;
      }
      return undefined;
    },
    clear: () => entries.clear(),
  };
}

function matches(filter: string | RegExp | undefined, path: string): boolean {
  if (filter === undefined) return true;
  return typeof filter === 'string' ? filter === path : path.search(filter) !== -1;
}
