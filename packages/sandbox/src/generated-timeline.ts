import type { SeededRandom } from './seeded-random.ts';
import type { Timeline } from './timeline.ts';

/** A course that a migration may take, and how likely it is among its siblings. */
export interface Course {
  readonly weight: number;
  readonly statuses: readonly string[];
}

const shortestSeconds = 5;
const longestSeconds = 60;

/** Draws a course by weight and gives each of its steps between 5 and 60 seconds. */
export function generateTimeline(random: SeededRandom, courses: readonly Course[]): Timeline {
  const { statuses } = pickByWeight(random, courses);
  return statuses.map((status, index) => ({
    status,
    ...(index < statuses.length - 1 && { forMs: random.integer(shortestSeconds, longestSeconds) * 1_000 }),
  }));
}

function pickByWeight(random: SeededRandom, courses: readonly Course[]): Course {
  let left = random.fraction() * courses.reduce((sum, { weight }) => sum + weight, 0);
  for (const course of courses) {
    left -= course.weight;
    if (left < 0) return course;
  }
  throw new Error('courses must hold at least one course with a weight above 0');
}
