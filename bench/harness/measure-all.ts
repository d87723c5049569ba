import { availableParallelism } from 'node:os';
import type { Measurement, Outcome, Outcomes } from './measurement.ts';
import { toFigure } from './median.ts';
import { type CaseResult, runCase } from './run-case.ts';

/** How the measurements are run. */
export interface RunOptions {
  /** How much of the full size, above 0 and at most 1. Default 1. */
  readonly share?: number | undefined;
  /** When a process is ended that has brought nothing, in milliseconds. Default 120 000. */
  readonly timeoutMs?: number | undefined;
  /** Is told of each process that has ended. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** One process has ended. */
export interface Progress {
  readonly measurement: string;
  readonly caseName: string;
  /** How many processes have ended, and how many there are in all. */
  readonly done: number;
  readonly total: number;
  readonly seconds: number;
  readonly result: CaseResult;
}

interface Job {
  readonly measurement: Measurement;
  readonly caseName: string;
}

/**
 * Runs every case of every measurement, each in a process of its own: those that measure no time beside each other, then the
 * others one at a time. Repeats go round the cases, so that a slow moment of the machine does not fall on one of them alone.
 */
export async function measureAll(
  measurements: readonly Measurement[],
  { share = 1, timeoutMs = 120_000, onProgress }: RunOptions = {},
): Promise<ReadonlyMap<string, Outcomes>> {
  const results = new Map<Measurement, Map<string, CaseResult[]>>();
  const jobs = measurements.flatMap(toJobs);
  let done = 0;

  async function runNext(queue: Job[]): Promise<void> {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      const { measurement, caseName } = job;
      const startedAt = performance.now();
      const result = await runCase({ measurement: measurement.name, caseName, share, timeoutMs });
      const cases = results.get(measurement) ?? new Map<string, CaseResult[]>();
      results.set(measurement, cases.set(caseName, [...(cases.get(caseName) ?? []), result]));
      done += 1;
      const seconds = (performance.now() - startedAt) / 1_000;
      onProgress?.({ measurement: measurement.name, caseName, done, total: jobs.length, seconds, result });
    }
  }

  const together = jobs.filter(({ measurement }) => !measurement.needsQuiet);
  const alone = jobs.filter(({ measurement }) => measurement.needsQuiet);
  const lanes = Math.max(1, availableParallelism() - 1);
  await Promise.all(Array.from({ length: lanes }, () => runNext(together)));
  await runNext(alone);
  return new Map(
    measurements.map((measurement) => [measurement.name, toOutcomes(results.get(measurement) ?? new Map())]),
  );
}

function toJobs(measurement: Measurement): readonly Job[] {
  const { cases, repeats } = measurement;
  return Array.from({ length: repeats }, () => cases.map((caseName) => ({ measurement, caseName }))).flat();
}

function toOutcomes(cases: ReadonlyMap<string, readonly CaseResult[]>): Outcomes {
  return Object.fromEntries([...cases].map(([caseName, results]) => [caseName, toOutcome(results)]));
}

/** What several runs of one case come to. One that failed spoils it: a median over the lucky runs would not be one. */
export function toOutcome(results: readonly CaseResult[]): Outcome {
  const values = new Map<string, number[]>();
  for (const result of results) {
    if ('failed' in result) return result;
    for (const [name, value] of Object.entries(result.figures)) {
      values.set(name, [...(values.get(name) ?? []), value]);
    }
  }
  return { figures: Object.fromEntries([...values].map(([name, all]) => [name, toFigure(all)])) };
}
