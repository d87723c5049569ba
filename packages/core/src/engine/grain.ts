/** Each divides the next, so that what was planned coarsely stays where it is when it is planned again from nearer by. */
const grains = [1, 2, 10, 20, 100, 200, 1_000, 2_000, 10_000, 20_000, 100_000] as const;

/** A grain is used from this many grains away. */
const grainsAway = 500;

/**
 * A window is a grain in which reads meet that can share a request, and is used from this many windows away. Where no
 * progress is reported, the end is seen late anyway, and any wait as long as the window will do.
 */
const windowsAway = { withProgress: 40, withoutProgress: 1 } as const;

/**
 * When a read that is wanted at a time is planned: up to a five-hundredth of its distance later. Reads that are far away
 * then meet in few places, and close ones are planned to the millisecond.
 */
export function toPlannedAt(wantedAt: number, now: number): number {
  return roundUp(wantedAt, now, grainsAway, Number.POSITIVE_INFINITY);
}

/** The same for a read that can share a request: up to `widestMs` later, and with progress up to a fortieth of its distance. */
export function toSharedAt(wantedAt: number, now: number, widestMs: number, hasProgress: boolean): number {
  const away = hasProgress ? windowsAway.withProgress : windowsAway.withoutProgress;
  return roundUp(wantedAt, now, away, widestMs);
}

/** The widest window that ends wherever {@link toSharedAt} plans a read from so far away, or from farther. */
export function toWindowMs(distanceMs: number, widestMs: number): number {
  const most = Math.min(distanceMs / windowsAway.withProgress, widestMs);
  let windowMs: number = grains[0];
  for (const grain of grains) {
    if (grain > most) break;
    windowMs = grain;
  }
  return windowMs;
}

function roundUp(wantedAt: number, now: number, away: number, widestMs: number): number {
  let plannedAt = Math.ceil(wantedAt);
  for (const grain of grains) {
    const coarser = Math.ceil(wantedAt / grain) * grain;
    // Judged by where it would be planned, so that planning it there once more leaves it there.
    if (grain > widestMs || coarser - now < grain * away) break;
    plannedAt = coarser;
  }
  return plannedAt;
}
