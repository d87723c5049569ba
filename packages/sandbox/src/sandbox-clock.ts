/** What time it is, and how long a duration in provider time lasts on that clock. */
export interface SandboxClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Clock milliseconds that `providerMs` of provider time take: shorter by the time scale. */
  toClockMs(providerMs: number): number;
}

/** Creates the clock all servers of a sandbox share. */
export function createSandboxClock(now: () => number, timeScale: number): SandboxClock {
  return { now, toClockMs: (providerMs) => providerMs / timeScale };
}
