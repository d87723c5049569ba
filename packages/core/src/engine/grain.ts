/** A grain is used from this many grains away. */
const grainsAway = 500;

/** Each divides the next, so that what was planned coarsely stays where it is when it is planned again from nearer by. */
const grains = [1, 2, 10, 20, 100, 200, 1_000, 2_000, 10_000, 20_000, 100_000] as const;

/**
 * When a read that is wanted at a time is planned: up to a five-hundredth of its distance later. Reads that are far away
 * then meet in few places, and close ones are planned to the millisecond.
 */
export function toPlannedAt(wantedAt: number, now: number): number {
  let plannedAt = Math.ceil(wantedAt);
  for (const grain of grains) {
    const coarser = Math.ceil(wantedAt / grain) * grain;
    // Judged by where it would be planned, so that planning it there once more leaves it there.
    if (coarser - now < grain * grainsAway) break;
    plannedAt = coarser;
  }
  return plannedAt;
}
