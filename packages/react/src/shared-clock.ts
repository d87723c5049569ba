/** A time that all ages on a page are counted from. */
export interface SharedClock {
  /** Listens to its ticks; gives a function that ends it. It ticks once a second while somebody listens. */
  subscribe(listener: () => void): () => void;
  /** The time of the last tick, or the present while nobody listens: epoch milliseconds, in whole seconds. */
  now(): number;
}

const tickMs = 1_000;

/** Makes a clock with one timer, however many listen. */
export function createSharedClock(): SharedClock {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let ticked = 0;

  function tick(): void {
    ticked = toWholeTicks(Date.now());
    for (const listener of listeners) listener();
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      if (timer === undefined) {
        ticked = toWholeTicks(Date.now());
        timer = setInterval(tick, tickMs);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    now: () => (timer === undefined ? toWholeTicks(Date.now()) : ticked),
  };
}

function toWholeTicks(time: number): number {
  return Math.floor(time / tickMs) * tickMs;
}
