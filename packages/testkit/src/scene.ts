import { randomBytes } from 'node:crypto';
import type { MigrationAdapter, ReadContext } from '@migration-status/core/adapter';
import type { FixtureServer } from './fixture-server.ts';
import type { GeneratedCase } from './generated-case.ts';
import type { BoundHarness, FixtureAnswer, FixtureReply, FixtureRequest, Sample } from './harness.ts';
import type { Outcome } from './outcome.ts';

/** What came of reading one sample. */
export interface SampleReading {
  readonly sample: Sample;
  readonly ref: unknown;
  readonly outcome: Outcome;
  /** What the adapter was answered with. */
  readonly answers: readonly FixtureAnswer[];
}

/** One adapter, and the server that it speaks to, for the time of one audit. */
export interface Scene {
  readonly harness: BoundHarness;
  readonly adapter: MigrationAdapter;
  readonly server: FixtureServer;
  readonly secret: string;
  /** The ref of a migration like any other. */
  readonly ref: unknown;
  /** One `getStatus`, answered with this reply. */
  read(reply: FixtureReply, options?: ReadOptions): Promise<Outcome>;
  /** What came of one read of each sample; they are read once for all audits. */
  readSamples(): Promise<readonly SampleReading[]>;
  /** What came of the generated cases; they are run once for all audits. */
  runCases(): Promise<readonly GeneratedCase[]>;
  /** Another server, which is closed with the scene. */
  openServer(): Promise<FixtureServer>;
}

/** What may differ from one read to another. */
export interface ReadOptions {
  /** Default the scene's. */
  readonly ref?: unknown;
  readonly context?: ReadContext | undefined;
}

/** The id of the migration that is read where it does not matter which. */
export const ordinaryId = 'mig7Qd2xVb9Lr';

/** Makes a credential that stands nowhere else. */
export function createSecret(): string {
  return `canary${randomBytes(12).toString('hex')}`;
}

/** The answer that a reply makes of a request. */
export function toAnswer(reply: FixtureReply<never>, request: FixtureRequest, ref: unknown): FixtureAnswer {
  return typeof reply === 'function' ? Reflect.apply(reply, undefined, [request, ref]) : reply;
}

/** The ref that a sample is read with. */
export function toSampleRef(harness: BoundHarness, sample: Sample): unknown {
  return sample.ref ?? harness.toRef(ordinaryId);
}
