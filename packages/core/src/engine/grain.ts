/** Each divides the next, so that what was planned coarsely stays where it is when it is planned again from nearer by. */
const grains = [1, 2, 10, 20, 100, 200, 1_000, 2_000, 10_000, 20_000, 100_000] as const;

/**
 * When a read that is wanted at a time is planned: up to a five-hundredth of its distance later. Reads that are far away
 * then meet in few places, and close ones are planned to the millisecond.
 */
export function toPlannedAt(wantedAt: number, now: number): number {
  const finest = (wantedAt - now) / 500;
  let grain: number = grains[0];
  for (const coarser of grains) {
    if (coarser > finest) break;
    grain = coarser;
  }
  return Math.ceil(wantedAt / grain) * grain;
}
