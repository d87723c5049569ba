/** Timers hold their delay in 31 bits, and fire at once when it is longer. */
const longestDelayMs = 2 ** 31 - 1;

/** A signal for one request: aborted by the caller's signal or when its time is over. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Settles as the work does, or rejects once the signal is aborted, also when the work takes no notice of it. */
  race<Value>(work: Promise<Value>): Promise<Value>;
  /** Whether the time was over before {@link clear}. */
  hasPassed(): boolean;
  /** Ends it, and leaves neither timer nor listener. */
  clear(): void;
}

/**
 * Joins a caller's signal with a time limit. `AbortSignal.any` and `AbortSignal.timeout` would leave a listener and a
 * timer behind for as long as the caller's signal lives.
 */
export function createDeadline(timeoutMs: number, outer: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let hasPassed = false;
  let giveUp: ((reason: unknown) => void) | undefined;

  function end(reason?: unknown): void {
    controller.abort(reason);
    giveUp?.(controller.signal.reason);
  }

  const onAbort = () => end(outer?.reason);
  const timer = setTimeout(
    () => {
      hasPassed = true;
      end();
    },
    Math.min(timeoutMs, longestDelayMs),
  );
  if (outer?.aborted) onAbort();
  outer?.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    race: (work) =>
      new Promise((resolve, reject) => {
        giveUp = reject;
        if (controller.signal.aborted) reject(controller.signal.reason);
        work.then(resolve, reject);
      }),
    hasPassed: () => hasPassed,
    clear() {
      clearTimeout(timer);
      outer?.removeEventListener('abort', onAbort);
      // Whoever keeps the signal for longer, as libraries do, would keep the answer with it.
      giveUp = undefined;
    },
  };
}
