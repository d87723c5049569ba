import {
  jumps,
  type ProgressShape,
  pauses,
  portalImport,
  type ShapeMaker,
  slowEnd,
  slowStart,
  steady,
} from './progress-shapes.ts';
import { between, createRandom, lognormal, type Random, wholeBetween } from './random.ts';

/** One migration that somebody follows. Times in milliseconds of virtual time. */
export interface Course {
  /** When it is tracked. */
  readonly trackedAt: number;
  readonly endsAt: number;
  readonly durationMs: number;
  /** The whole percentage that the provider reports at a time; undefined where it reports none. */
  percentAt(now: number): number | undefined;
}

/** Migrations that are followed together, and what their provider can do. */
export interface Population {
  readonly name: string;
  readonly courses: readonly Course[];
  /** What our lane lets out at most; `Infinity` where every migration has a lane of its own. */
  readonly requestsPerSecond: number;
  /** Most migrations in one request. */
  readonly maxBatchSize: number;
  /** HTTP requests that one read makes when it goes alone. */
  readonly requestsPerRead: number;
}

interface PopulationPlan {
  readonly name: string;
  readonly seed: number;
  readonly count: number;
  readonly medianMs: number;
  readonly sigma: number;
  /** Between two starts; 0 for a bulk start. */
  readonly startSpacingMs?: number;
  /** Taken in turns; none for a provider without progress. */
  readonly shapes?: readonly ShapeMaker[];
  /** How far each was at most when it was tracked, as a share of its duration; the share is random. */
  readonly trackedLate?: number;
  readonly requestsPerSecond: number;
  readonly maxBatchSize?: number;
  readonly requestsPerRead?: number;
}

const second = 1_000;
const minute = 60 * second;

/** The progress of the populations of 10 000: moderately uneven, each shape a fifth. */
const unevenShapes = [steady, slowStart(2), slowEnd(2), jumps(8, 24), pauses(0.1, 0.4)];

/** Shapes at which any estimate fails. */
const unrulyShapes = [slowStart(3), slowEnd(3), jumps(3, 7), pauses(0.4, 0.7)];

const bulk = { count: 10_000, medianMs: 10 * minute, sigma: 1, requestsPerSecond: 400 } as const;

/**
 * The populations, seeded. What is assumed of each provider stands beside it: none of them publishes how long its
 * migrations take.
 */
export function createPopulations(): readonly Population[] {
  return [
    plan({ ...bulk, name: 'progress', seed: 1, shapes: unevenShapes }),
    plan({ ...bulk, name: 'no progress', seed: 1 }),
    plan({ ...bulk, name: 'progress, one by one', seed: 2, shapes: unevenShapes, ...oneByOne }),
    plan({ ...bulk, name: 'progress, tracked midway', seed: 3, shapes: unevenShapes, trackedLate: 1 }),
    plan({ ...bulk, name: 'unruly progress', seed: 4, shapes: unrulyShapes }),
    // One document gets another id: seconds. A script starts one every two; a sibling endpoint allows 600 a minute.
    plan({
      name: 'velt',
      seed: 5,
      count: 1_000,
      medianMs: 20 * second,
      sigma: 1,
      startSpacingMs: 2 * second,
      requestsPerSecond: 10,
    }),
    // One import per portal, each portal a lane of its own; twenty minutes of users and files.
    plan({
      name: 'onlyoffice',
      seed: 6,
      count: 1_000,
      medianMs: 20 * minute,
      sigma: 1,
      shapes: [portalImport],
      requestsPerSecond: Number.POSITIVE_INFINITY,
    }),
    // One start for many assets gives a token each, all at once; a service is some metadata: a minute.
    plan({
      name: 'snaplogic',
      seed: 7,
      count: 1_000,
      medianMs: minute,
      sigma: 0.8,
      requestsPerSecond: 10,
      maxBatchSize: 50,
    }),
    // A person starts each; 4 to 25 tasks that are counted with a second request; a quarter of an hour.
    plan({
      name: 'generic-migrations',
      seed: 8,
      count: 1_000,
      medianMs: 15 * minute,
      sigma: 1,
      startSpacingMs: 5 * second,
      shapes: [countedTasks],
      requestsPerSecond: 10,
      requestsPerRead: 2,
    }),
  ];
}

/**
 * Populations of 10 000 and 100 000 at a provider that answers for a hundred at once; only ours can make use of it. In both
 * sizes the lane could read all of them in twenty seconds.
 */
export function createBatchPopulations(): readonly Population[] {
  const hundreds = { maxBatchSize: 100, requestsPerSecond: 5 } as const;
  const tenfold = { ...hundreds, count: 100_000, requestsPerSecond: 50 } as const;
  const shapes = unevenShapes;
  return [
    plan({ ...bulk, ...hundreds, name: 'progress, 100 a request', seed: 1, shapes }),
    plan({ ...bulk, ...hundreds, name: 'no progress, 100 a request', seed: 1 }),
    plan({ ...bulk, ...tenfold, name: 'progress, 100 a request, 100 000 at once', seed: 1, shapes }),
    plan({ ...bulk, ...tenfold, name: 'no progress, 100 a request, 100 000 at once', seed: 1 }),
  ];
}

const oneByOne = { startSpacingMs: 100 } as const;

function countedTasks(random: Random): ProgressShape {
  const sizes = Array.from({ length: wholeBetween(random, 4, 25) }, () => between(random, 0.5, 2));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return (elapsed) => {
    let left = elapsed * total;
    const done = sizes.findIndex((size) => {
      left -= size;
      return left < 0;
    });
    return (done < 0 ? sizes.length : done) / sizes.length;
  };
}

/** Exported for tests. */
export function plan(options: PopulationPlan): Population {
  const { name, seed, count, requestsPerSecond, maxBatchSize = 1, requestsPerRead = 1 } = options;
  const random = createRandom(seed);
  const courses = Array.from({ length: count }, (_, index) => toCourse(index, options, random));
  return { name, courses, requestsPerSecond, maxBatchSize, requestsPerRead };
}

function toCourse(
  index: number,
  { medianMs, sigma, startSpacingMs = 0, shapes = [], trackedLate = 0 }: PopulationPlan,
  random: Random,
): Course {
  const durationMs = lognormal(random, medianMs, sigma);
  const shape = shapes[index % shapes.length]?.(random);
  const trackedAt = index * startSpacingMs;
  const startedAt = trackedAt - trackedLate * random() * durationMs;
  return {
    trackedAt,
    endsAt: startedAt + durationMs,
    durationMs,
    percentAt: (now) => shape && toWholePercent(shape(toShare((now - startedAt) / durationMs))),
  };
}

/** Differences of large numbers are not exact. */
function toShare(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Down, with room for the last bit of a quotient. */
function toWholePercent(done: number): number {
  return Math.floor(done * 100 + 1e-9);
}
