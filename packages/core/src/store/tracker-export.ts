import type { Lane } from '../lane/lane.ts';
import type { MigrationReading } from '../model/migration-status.ts';
import type { Condition } from '../step/row.ts';

/** The `format` of every {@link TrackerExport}. */
export const exportFormat = 'migration-status/tracker';

/** The `version` that this library writes, and the only one that it reads. */
export const exportVersion = 1;

/**
 * All that a tracker knows, as JSON: what was followed, how far it was, when it is read next, and what the lanes have
 * learnt. It holds no credential, and no `native` unless that was asked for.
 */
export interface TrackerExport {
  readonly format: typeof exportFormat;
  readonly version: typeof exportVersion;
  /** ISO 8601 in UTC. */
  readonly exportedAt: string;
  readonly lanes: readonly ExportedLane[];
  readonly rows: readonly ExportedRow[];
}

/** What one origin and account has taught. Times are epoch milliseconds; one that never was is left out. */
export interface ExportedLane extends Partial<Omit<Lane, 'inFlight'>> {
  readonly name: string;
}

/** One migration. Times are epoch milliseconds; what is zero or not known is left out. */
export interface ExportedRow {
  readonly provider: string;
  readonly key: string;
  /** Tells adapters of one provider apart. */
  readonly lane: string;
  readonly ref: unknown;
  readonly group?: string;
  readonly reading?: ExportedReading;
  /** When the reading was taken. */
  readonly observedAt?: number;
  readonly conditions?: readonly Condition[];
  readonly stopped?: 'settled' | 'refused';
  readonly dueAt?: number;
  readonly trackedAt: number;
  readonly readAt?: number;
  readonly reads?: number;
  readonly failedReads?: number;
  readonly refusedReads?: number;
  readonly missingReads?: number;
  readonly missingSince?: number;
  readonly stillReads?: number;
  readonly stillSince?: number;
  readonly progressFrom?: number;
  readonly progressSince?: number;
  readonly memo?: unknown;
}

/** The last good reading; its memo is that of the row. */
export type ExportedReading = Omit<MigrationReading, 'native' | 'memo' | 'rateLimit'> &
  Partial<Pick<MigrationReading, 'native'>>;
