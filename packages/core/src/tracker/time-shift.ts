/** From one clock to another, in whole milliseconds; what is not known stays so. */
export type TimeShift = (time: number | undefined) => number | undefined;

export function createTimeShift(shiftMs: number): TimeShift {
  return (time) => (time !== undefined && Number.isFinite(time) ? Math.round(time + shiftMs) : undefined);
}
