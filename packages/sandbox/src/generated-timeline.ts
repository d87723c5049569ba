import type { SeededRandom } from './seeded-random.ts';
import type { Timeline } from './timeline.ts';

/** A course a migration may take, and how likely it is among its siblings. */
export interface TimelinePath {
  readonly weight: number;
  readonly statuses: readonly string[];
}

const shortestSeconds = 5;
const longestSeconds = 60;

/** Draws a path by weight and gives each of its steps between 5 and 60 seconds. */
export function generateTimeline(random: SeededRandom, paths: readonly TimelinePath[]): Timeline {
  const { statuses } = pickByWeight(random, paths);
  return statuses.map((status, index) => ({
    status,
    ...(index < statuses.length - 1 && { forMs: random.integer(shortestSeconds, longestSeconds) * 1_000 }),
  }));
}

function pickByWeight(random: SeededRandom, paths: readonly TimelinePath[]): TimelinePath {
  let left = random.fraction() * paths.reduce((sum, { weight }) => sum + weight, 0);
  for (const path of paths) {
    left -= path.weight;
    if (left < 0) return path;
  }
  throw new Error('paths must hold at least one path with a weight above 0');
}
