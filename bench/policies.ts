/**
 * What ways to choose the times of reads cost, and how late they are: `node --conditions=source bench/policies.ts`.
 *
 * Everything is seeded and runs in virtual time, so two runs give the same table. Only ours has a lane; the others read when
 * they like, as their pollers do.
 */
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { ours, oursUnfilled, type Policy, policies } from './policies/policies.ts';
import { createBatchPopulations, createPopulations, type Population } from './policies/populations.ts';
import { type Batching, defaultBatching, simulate } from './policies/simulate.ts';

/** One line of the comparison. */
export interface PolicyRow {
  readonly policy: string;
  readonly population: string;
  readonly readsPerMigration: number;
  readonly requestsPerMigration: number;
  /** From the true end of a migration to the read that sees it. */
  readonly lagP50Ms: number;
  readonly lagP99Ms: number;
  /** The 99th percentile of lag / duration. */
  readonly lagP99Share: number;
  /** Reads in the busiest second over the mean, within the first ten minutes. */
  readonly peakOverMean: number;
}

/** A lane whose requests go out with rows that are due, and no others. */
const withoutFilling: Batching = { ...defaultBatching, fillShare: 0 };

/** Measures every policy with every population. */
export function measurePolicies(): readonly PolicyRow[] {
  const alike = createPopulations().flatMap((population) =>
    policies.map((policy) => measure(population, policy)),
  );
  const batched = createBatchPopulations().flatMap((population) => [
    measure(population, ours()),
    measure(population, oursUnfilled, withoutFilling),
  ]);
  return [...alike, ...batched];
}

/** Measures one policy with one population. */
export function measure(
  population: Population,
  policy: Policy,
  batching: Batching = defaultBatching,
): PolicyRow {
  const { reads, requests, lagsMs, lagShares, readsBySecond } = simulate(population, policy, batching);
  const count = population.courses.length;
  const mean = readsBySecond.reduce((sum, bin) => sum + bin, 0) / readsBySecond.length;
  return {
    policy: policy.name,
    population: population.name,
    readsPerMigration: reads / count,
    requestsPerMigration: requests / count,
    lagP50Ms: percentile(lagsMs, 0.5),
    lagP99Ms: percentile(lagsMs, 0.99),
    lagP99Share: percentile(lagShares, 0.99),
    peakOverMean: readsBySecond.reduce((most, bin) => Math.max(most, bin), 0) / mean,
  };
}

/** The least of the numbers that at least `share` of them do not exceed; NaN of none. */
export function percentile(numbers: Float64Array, share: number): number {
  const sorted = numbers.toSorted();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The comparison as a table for people. */
export function formatRows(rows: readonly PolicyRow[]): string {
  const table = new Table({
    head: [
      'population',
      'policy',
      'reads',
      'requests',
      'lag p50',
      'lag p99',
      'p99 / duration',
      'peak / mean',
    ],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const row of rows) {
    table.push([
      row.population,
      row.policy,
      row.readsPerMigration.toFixed(1),
      row.requestsPerMigration.toFixed(row.requestsPerMigration < 1 ? 3 : 1),
      `${(row.lagP50Ms / 1_000).toFixed(1)} s`,
      `${(row.lagP99Ms / 1_000).toFixed(1)} s`,
      `${(row.lagP99Share * 100).toFixed(1)} %`,
      row.peakOverMean.toFixed(1),
    ]);
  }
  return table.toString();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${formatRows(measurePolicies())}\n`);
}
