import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../packages/core/src/engine/clock.ts';

/** What the wall clock of every manual clock shows at first. */
export const startOfWallTime = Date.UTC(2026, 0, 1);

/** A clock that moves only when it is told to. */
export interface ManualClock extends Clock {
  /** Lets time pass: each timer rings at exactly its time, in order, and what it sets off settles before the next. */
  advance(durationMs: number): Promise<void>;
  /** Timers that are set and have not rung. */
  readonly pendingTimers: number;
  /** When the next one rings; undefined when none is set. */
  readonly nextTimerAt: number | undefined;
  /** Sets the wall clock forward (or back, when negative), as an operator or a leap may; `now()` takes no notice. */
  jumpWallTime(durationMs: number): void;
}

/**
 * Makes a clock that starts at `startAt` by `now()`, and at {@link startOfWallTime} by `wallTime()`.
 *
 * @example
 * const clock = createManualClock();
 * const tracker = createTracker({ adapters: [adapter], clock, random: () => 0 });
 * await clock.advance(60_000);
 */
export function createManualClock(startAt = 0): ManualClock {
  const timers = new Set<{ readonly at: number; readonly ring: () => void }>();
  let now = startAt;
  let wallTimeOffset = startOfWallTime - startAt;

  function nextTimer() {
    return [...timers].sort((a, b) => a.at - b.at).at(0);
  }

  return {
    now: () => now,
    wallTime: () => now + wallTimeOffset,
    setTimer(ring, delayMs) {
      const timer = { at: now + delayMs, ring };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    async advance(durationMs) {
      const end = now + durationMs;
      await setImmediate();
      for (let timer = nextTimer(); timer !== undefined && timer.at <= end; timer = nextTimer()) {
        timers.delete(timer);
        now = timer.at;
        timer.ring();
        await setImmediate();
      }
      now = end;
    },
    get pendingTimers() {
      return timers.size;
    },
    get nextTimerAt() {
      return nextTimer()?.at;
    },
    jumpWallTime(durationMs) {
      wallTimeOffset += durationMs;
    },
  };
}
