/** The port through which the engine sees time. Tests hand in one that they drive. */
export interface Clock {
  /** Milliseconds that never go backwards; only differences mean anything. */
  now(): number;
  /** The wall clock, epoch milliseconds. It may jump, and is only shown to people. */
  wallTime(): number;
  /** Calls back once, no earlier than after `delayMs`; gives a function that calls it off. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** Longer delays overflow the platform's timers, which then fire at once. */
const longestDelayMs = 2 ** 31 - 1;

/**
 * The platform's time. Its timers take a millisecond at least; what is wanted at once comes in the next turn of the event
 * loop instead, where there is `setImmediate`, as in Node.
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  setTimer(callback, delayMs) {
    const { setImmediate, clearImmediate } = globalThis;
    if (delayMs <= 0 && typeof setImmediate === 'function') {
      const immediate = setImmediate(callback);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(callback, Math.min(Math.ceil(delayMs), longestDelayMs));
    return () => clearTimeout(timer);
  },
};
