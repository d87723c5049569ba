import type { MigrationState } from './migration-state.ts';

/**
 * How far a migration has come, as the provider says it. A field that the provider does not report is absent, never a
 * made-up 0; `progress` as a whole is absent when nothing is reported. It may go backwards when the provider's does.
 */
export interface MigrationProgress {
  /** 0 to 100. */
  readonly percent?: number;
  /** Items finished so far, of `unit`. Never more than `total`. */
  readonly completed?: number;
  /** Items in all, of `unit`. */
  readonly total?: number;
  /** Items that could not be migrated, of `unit`. */
  readonly failed?: number;
  /** What is counted: `users`, `tasks`. */
  readonly unit?: string;
}

/**
 * One part of a migration that the provider tells about by itself: a task of a job, with a state of its own, or one of
 * several meters, with progress alone. What the migration as a whole says is never made up from its parts here.
 */
export interface MigrationPart {
  /** The provider's id or name of it, unique within the migration. */
  readonly name: string;
  /** Absent for a mere meter. */
  readonly state?: MigrationState;
  /** The provider's own word for the state, untouched. */
  readonly nativeState?: string;
  readonly progress?: MigrationProgress;
  /** One sentence for people. */
  readonly message?: string;
}

/** Something that went wrong, or that somebody should know, in the provider's own terms. */
export interface MigrationIssue {
  readonly severity: 'error' | 'warning';
  /** A stable word for programs, where there is one. */
  readonly code?: string;
  /** For people. Provider text is text: never markup. */
  readonly message: string;
  /** What it is about: a file, a user. */
  readonly subject?: string;
}

/** The fields of a status that hold a time of the provider. */
export type ProviderTimeField = 'createdAt' | 'startedAt' | 'updatedAt' | 'finishedAt';

/**
 * What one read brought: a status without the address and the time of the look. Adapters return it.
 *
 * All times are ISO 8601 in UTC (`2026-04-28T10:30:00.000Z`).
 */
export interface MigrationReading<Native = unknown> {
  readonly state: MigrationState;
  /** The provider's own word for the state, untouched; empty when it used none. */
  readonly nativeState: string;
  /** The phase of a job that has several: `parse`, `import`. */
  readonly phase?: string;
  readonly progress?: MigrationProgress;
  /** Tasks, or meters of which each has a name, in the provider's order. */
  readonly parts?: readonly MigrationPart[];
  /** One sentence for people. */
  readonly message?: string;
  readonly issues?: readonly MigrationIssue[];
  readonly createdAt?: string;
  readonly startedAt?: string;
  readonly updatedAt?: string;
  readonly finishedAt?: string;
  /** The times that came without a zone and were read in an assumed one. */
  readonly assumedZone?: readonly ProviderTimeField[];
  /** A page of the provider about this migration. */
  readonly url?: string;
  /**
   * What the provider said, parsed, untouched; null when it said nothing about the migration, as when it does not know it.
   * May hold names and e-mail addresses: keep it out of views and logs.
   */
  readonly native: Native | null;
  /** The earliest next read, counted from this one, in milliseconds. It holds for that read only. */
  readonly retryAfterMs?: number;
  /** JSON that the adapter wants back at the next read: an event cursor, a next link. */
  readonly memo?: unknown;
  /** What the provider's headers said about its rate limit; the lane slows down before it is used up. */
  readonly rateLimit?: RateLimit;
}

/** What is left of a provider's rate limit. */
export interface RateLimit {
  /** Requests that it takes until the reset. */
  readonly remaining: number;
  /** Milliseconds until it takes as many as ever again. */
  readonly resetMs: number;
}

/**
 * The whole snapshot of one migration at one moment, the same for every provider. It is frozen, survives JSON unchanged,
 * and holds no credential.
 */
export interface MigrationStatus<Native = unknown, Ref = unknown>
  extends Omit<MigrationReading<Native>, 'retryAfterMs' | 'memo' | 'rateLimit'> {
  /** The outside system: `velt`. */
  readonly provider: string;
  /** The address as one string, unique among all providers: `velt/org_1/mig_7`. */
  readonly key: string;
  /** The address of the migration at its adapter: small JSON without secrets. */
  readonly ref: Ref;
  /** When we looked, by our clock. */
  readonly observedAt: string;
}
