/** How far a client is, since it was started. */
export interface ClientReport {
  /** By its own clock, in milliseconds. */
  readonly at: number;
  readonly cycles: number;
  readonly cpuMicros: number;
  readonly rssBytes: number;
  /** How many migrations it has in its memory. */
  readonly held: number;
}
