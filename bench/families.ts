import type { Measurement } from './harness/measurement.ts';
import { listServerVersions, listVersions } from './harness/versions.ts';
import { measurements } from './measurements/all.ts';
import { durable } from './measurements/durable.ts';
import { peerNames } from './peers/load-peer.ts';

/** Measurements that are run by one command, and share a table. */
export interface Family {
  readonly command: string;
  readonly measurements: readonly Measurement[];
  /** The file beside this one that keeps the last table. */
  readonly page: string;
  /** The file in `results/` that the report goes to. */
  readonly results: string;
  /** What was compared with, and its version. */
  listPeers(): Promise<Readonly<Record<string, string>>>;
}

const pollers: Family = {
  command: 'pnpm bench',
  measurements,
  page: 'README.md',
  results: 'latest.json',
  listPeers: () => listVersions(peerNames),
};

const queues: Family = {
  command: 'pnpm bench:durable',
  measurements: [durable],
  page: 'durable.md',
  results: 'durable.json',
  listPeers: listServerVersions,
};

export const families: Readonly<Record<string, Family>> = { pollers, durable: queues };

/** Everything that is measured, by whichever command. */
export const everyMeasurement = Object.values(families).flatMap((family) => family.measurements);
