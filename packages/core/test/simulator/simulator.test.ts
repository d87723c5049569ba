import { describe, expect, test } from 'vitest';
import type { Tracker, TrackerOptions } from '../../src/index.ts';
import * as core from '../../src/index.ts';
import { createRandom } from './random.ts';
import { type SimulationResult, simulate } from './simulate.ts';

/** What to look at, and how to see it again. */
function toReport({ seed, steps, violation }: SimulationResult): string | undefined {
  if (violation === undefined) return undefined;
  const { invariant, details, lastEvents } = violation;
  const replay = `pnpm simulate --seed ${seed} --steps ${steps}`;
  return [...lastEvents, `${invariant}: ${details}`, `seed ${seed}, step ${steps}; replay: ${replay}`].join(
    '\n',
  );
}

describe('the tracker', () => {
  const seeds = Array.from({ length: 16 }, (_, index) => index + 1);
  const met: string[] = [];

  test.each(seeds)('keeps its promises whatever happens: seed %i', async (seed) => {
    const result = await simulate(core, { seed, steps: 1_000, onLine: (line) => met.push(line) });
    expect(toReport(result)).toBeUndefined();
    expect(result.steps).toBe(1_000);
  });

  test('does the same for the same seed, to the letter, and something else for another', async () => {
    const digests: string[] = [];
    for (const seed of [1_001, 1_001, 1_002]) {
      const { digest } = await simulate(core, { seed, steps: 800 });
      digests.push(digest);
    }
    expect(digests[0]).toBe(digests[1]);
    expect(digests[0]).not.toBe(digests[2]);
  });

  test.each([
    / told \S+ change nothing → /,
    / told \S+ settled$/,
    / told \S+ anomaly unknown_state$/,
    / told \S+ anomaly contrary_read$/,
    / told \S+ forgotten$/,
    / told \S+ raised unreachable /,
    / told \S+ raised throttled /,
    / told \S+ raised unauthorized /,
    / told \S+ raised stalled /,
    / told \S+ cleared stalled /,
    / wait .* resolved /,
    / wait .* rejected wait_timeout /,
    / wait .* rejected aborted /,
    / wait .* rejected released /,
    / wait .* rejected closed /,
    / wait .* rejected access_refused /,
    / wait .* rejected request_refused /,
    / refresh .* resolved after /,
    / pulled \S+ the end$/,
    / give up #/,
    /^late #/,
    / sleep$/,
    / crash$/,
    / resume$/,
    / push \S+ \S+$/,
    / push \S+ \S+ from before$/,
    / track all \S+ /,
    / forget /,
    / store lane /,
    / track \S+ .*"run":/,
    / ask #\d+ \S+ many\/\S+ many\//,
  ])('meets with %s', (line) => {
    expect(met.some((known) => line.test(known))).toBe(true);
  });
});

describe('a violation', () => {
  test('ends the run, and names the promise, the step and the last events', async () => {
    const deaf = {
      ...core,
      createTracker: (options: TrackerOptions): Tracker => ({
        ...core.createTracker(options),
        rows: () => [],
      }),
    };
    const result = await simulate(deaf, { seed: 1, steps: 1_000 });
    expect(result.violation?.invariant).toBe('the rows are those that are followed');
    expect(result.steps).toBeLessThan(1_000);
    expect(toReport(result)).toMatch(/replay: pnpm simulate --seed 1 --steps \d+$/);
  });
});

describe('dice', () => {
  test('fall by their seed, and forks do not disturb each other', () => {
    const one = createRandom('a');
    const other = createRandom('a');
    one.fork('purpose').next();
    expect([one.next(), one.next()]).toEqual([other.next(), other.next()]);
    expect(createRandom('b').next()).not.toBe(createRandom('a').next());
  });
});
