/** `2026-04-28T10:30:00.123000`: microseconds and no zone, as two of the providers write it. The time is UTC. */
export function toUnzonedTimestamp(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000');
}

/** `2026-04-28T10:30:00Z`: whole seconds. */
export function toSecondTimestamp(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
