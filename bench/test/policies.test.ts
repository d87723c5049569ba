import { describe, expect, test } from 'vitest';
import { awsWaiter, coreLro, everyMs, gax, ours } from '../policies/policies.ts';
import { createBatchPopulations, createPopulations, type Population, plan } from '../policies/populations.ts';
import * as shapes from '../policies/progress-shapes.ts';
import { createRandom } from '../policies/random.ts';
import { simulate } from '../policies/simulate.ts';
import { formatRows, measure, percentile } from '../policies.ts';

/** Migrations that end at the given seconds, without progress. */
function endingAt(seconds: readonly number[], limits: Partial<Population> = {}): Population {
  const courses = seconds.map((end) => ({
    trackedAt: 0,
    endsAt: end * 1_000,
    durationMs: end * 1_000,
    percentAt: () => undefined,
  }));
  return { name: 'given', courses, requestsPerSecond: 1, maxBatchSize: 1, requestsPerRead: 1, ...limits };
}

const eachTenSeconds = { ...everyMs('ten', 10_000), hasLane: true };

describe('the simulation', () => {
  test('reads until it sees the end', () => {
    const { reads, requests, lagsMs, lagShares } = simulate(endingAt([5, 12]), everyMs('ten', 10_000));
    expect({ reads, requests }).toEqual({ reads: 5, requests: 5 });
    expect([...lagsMs]).toEqual([5_000, 8_000]);
    expect([...lagShares]).toEqual([1, 8 / 12]);
  });

  test('lets one request a second out of a lane', () => {
    const { lagsMs, readsBySecond } = simulate(endingAt([0.5, 0.5, 0.5]), eachTenSeconds);
    expect([...lagsMs].sort((a, b) => a - b)).toEqual([500, 1_500, 9_500]);
    expect([...readsBySecond.slice(0, 4)]).toEqual([1, 1, 1, 0]);
  });

  test('puts what is due in one window into one request', () => {
    const { reads, requests } = simulate(endingAt([5, 5, 5, 5], { maxBatchSize: 3 }), eachTenSeconds);
    expect({ reads, requests }).toEqual({ reads: 8, requests: 4 });
  });

  test('fills a request with what is nearly due', () => {
    const population = endingAt([5, 5], { maxBatchSize: 2 });
    const [first, second] = population.courses;
    const later = second && { ...second, trackedAt: 2_000 };
    const apart = { ...population, courses: first && later ? [first, later] : [] };
    expect(simulate(apart, eachTenSeconds, { windowMs: 1_000, fillShare: 0 }).requests).toBe(4);
    expect(simulate(apart, eachTenSeconds, { windowMs: 1_000, fillShare: 0.3 }).requests).toBe(3);
  });

  test('gives the same figures each time', () => {
    const few = plan({ name: 'few', seed: 3, count: 50, medianMs: 60_000, sigma: 1, requestsPerSecond: 10 });
    expect(measure(few, ours())).toEqual(measure(few, ours()));
  });
});

describe('the policies of others', () => {
  const course = { trackedAt: 0, percentAt: () => undefined };
  const gapsOf = (policy: typeof gax, random: number) => {
    const follower = policy.createFollower();
    return [1, 2, 3, 6, 7, 30].map((reads) => follower({ now: 0, reads, course }, () => random));
  };

  test('core-lro waits two seconds', () => {
    expect(gapsOf(coreLro, 1)).toEqual([2_000, 2_000, 2_000, 2_000, 2_000, 2_000]);
  });

  test('the AWS waiter doubles what it may wait, and then waits the most', () => {
    expect(gapsOf(awsWaiter, 0)).toEqual([2_000, 2_000, 2_000, 2_000, 120_000, 120_000]);
    expect(gapsOf(awsWaiter, 1)).toEqual([2_000, 4_000, 8_000, 64_000, 120_000, 120_000]);
  });

  test('gax grows by 1.3 up to a minute', () => {
    expect(gapsOf(gax, 1).map(Math.round)).toEqual([100, 130, 169, 371, 483, 60_000]);
  });
});

describe('the populations', () => {
  test.each(createPopulations())('$name has a plausible course for each migration', ({ courses }) => {
    for (const { trackedAt, endsAt, durationMs, percentAt } of courses) {
      const percents = [0, 0.25, 0.5, 0.75, 0.999].map((share) =>
        percentAt(endsAt - (1 - share) * durationMs),
      );
      expect(endsAt).toBeGreaterThan(trackedAt);
      const known = percents.filter((percent) => percent !== undefined);
      expect(known).toEqual(known.toSorted((a, b) => a - b));
      expect(known.every((percent) => percent >= 0 && percent <= 100)).toBe(true);
    }
  });

  test('a shape begins at nothing and does not go back', () => {
    const makers = [
      shapes.steady,
      shapes.slowStart(3),
      shapes.slowEnd(3),
      shapes.jumps(3, 7),
      shapes.pauses(0.4, 0.7),
    ];
    for (const maker of makers) {
      const shape = maker(createRandom(1));
      const done = Array.from({ length: 101 }, (_, index) => shape(index / 100));
      expect(done[0]).toBe(0);
      expect(done.at(-1)).toBeCloseTo(1, 6);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
    }
  });
});

test('a percentile is one of the numbers', () => {
  const numbers = Float64Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([percentile(numbers, 0.5), percentile(numbers, 0.99), percentile(numbers, 0)]).toEqual([50, 99, 1]);
});

test('the default pace keeps what it promises at 10 000 migrations with progress', () => {
  const [population] = createPopulations();
  const row = population && measure(population, ours());
  expect(row?.readsPerMigration).toBeLessThanOrEqual(14);
  expect(row?.lagP99Share).toBeLessThanOrEqual(0.02);
  expect(row && formatRows([row])).toContain('progress');
});

test.each(createBatchPopulations().filter(({ name }) => name.startsWith('progress')))(
  'the defaults keep what they promise where many share a request: $name',
  (population) => {
    const { requestsPerMigration, lagP99Share } = measure(population, ours());
    expect(requestsPerMigration).toBeLessThanOrEqual(0.15);
    expect(lagP99Share).toBeLessThanOrEqual(0.02);
  },
);
