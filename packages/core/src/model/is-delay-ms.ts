/** Whether a value can be waited for: a time that is none would keep a row from ever being read, or have it read all the time. */
export function isDelayMs(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
