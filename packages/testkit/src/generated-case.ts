import type { MigrationReading } from '@migration-status/core/adapter';
import type { Outcome } from './outcome.ts';

/** One answer that nobody has recorded, and what the adapter made of it. */
export interface GeneratedCase {
  /** What was answered, in a few words. */
  readonly title: string;
  readonly kind: 'mutation' | 'status' | 'body';
  /** The reading of the sample that the answer was made from. */
  readonly reading: MigrationReading;
  /** Whether all fields that the state is read from were left as they are. */
  readonly isStateKept: boolean;
  readonly outcome: Outcome;
  /** The credential of the adapter, which may have been put into the answer. */
  readonly secret: string;
}
