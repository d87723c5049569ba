import { between, lognormal, type Random, wholeBetween } from './random.ts';

/** How much is done, 0 to 1, after a share of the duration, 0 to 1. */
export type ProgressShape = (elapsed: number) => number;

/** A shape at random. */
export type ShapeMaker = (random: Random) => ProgressShape;

/** Many items of unequal size, one after the other. */
export const steady: ShapeMaker = (random) => {
  const sizes = Array.from({ length: wholeBetween(random, 40, 200) }, () => lognormal(random, 1, 0.7));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let sum = 0;
  const ends = sizes.map((size) => {
    sum += size;
    return sum / total;
  });
  return (elapsed) => countUpTo(ends, elapsed) / ends.length;
};

/** Progress grows with a power of time up to `mostPower`: slow at first. */
export function slowStart(mostPower: number): ShapeMaker {
  return (random) => {
    const power = between(random, 1, mostPower);
    return (elapsed) => elapsed ** power;
  };
}

/** The mirror image: the last percents take longest. */
export function slowEnd(mostPower: number): ShapeMaker {
  return (random) => {
    const power = between(random, 1, mostPower);
    return (elapsed) => 1 - (1 - elapsed) ** power;
  };
}

/** Progress is only published in steps, `least` to `most` of them. */
export function jumps(least: number, most: number): ShapeMaker {
  return (random) => {
    const steps = wholeBetween(random, least, most);
    return (elapsed) => Math.floor(elapsed * steps) / steps;
  };
}

/** One to three standstills that make up a share of the duration. */
export function pauses(leastShare: number, mostShare: number): ShapeMaker {
  return (random) => {
    const share = between(random, leastShare, mostShare);
    const count = wholeBetween(random, 1, 3);
    const each = share / count;
    const places = Array.from({ length: count }, random).sort((a, b) => a - b);
    const begins = places.map((place, index) => place * (1 - share) + index * each);
    return (elapsed) => {
      const paused = begins.reduce((sum, begin) => sum + Math.min(each, Math.max(0, elapsed - begin)), 0);
      return (elapsed - paused) / (1 - share);
    };
  };
}

/**
 * A data import as portals report it: one percent for a while, then even progress, then a leap to 85 or 90 and a standstill
 * up to the end.
 */
export const portalImport: ShapeMaker = (random) => {
  const begin = between(random, 0.05, 0.2);
  const leap = between(random, 0.75, 0.9);
  const level = random() < 0.5 ? 0.85 : 0.9;
  return (elapsed) => {
    if (elapsed < begin) return 0.01;
    return elapsed < leap ? 0.01 + (0.7 * (elapsed - begin)) / (leap - begin) : level;
  };
};

/** How many of the sorted numbers are at most `limit`. */
function countUpTo(sorted: readonly number[], limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
