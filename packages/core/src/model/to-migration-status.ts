import { deepFreeze } from './deep-freeze.ts';
import type { MigrationReading, MigrationStatus } from './migration-status.ts';
import { normalizeReading } from './normalize-reading.ts';

/** Where and when a reading was taken. */
export interface ReadingOrigin<Ref> {
  readonly provider: string;
  readonly key: string;
  readonly ref: Ref;
  /** ISO 8601 in UTC. */
  readonly observedAt: string;
}

/** Joins a reading with its address into a frozen status; what the reading says only to the engine is left out. */
export function toMigrationStatus<Native, Ref>(
  reading: MigrationReading<Native>,
  origin: ReadingOrigin<Ref>,
): MigrationStatus<Native, Ref> {
  deepFreeze(origin.ref);
  return toKnownStatus(normalizeReading(reading), origin);
}

/** The same of a reading that has been normalized, at a ref that is frozen: neither is looked into once more. */
export function toKnownStatus<Native, Ref>(
  reading: MigrationReading<Native>,
  origin: ReadingOrigin<Ref>,
): MigrationStatus<Native, Ref> {
  return Object.freeze({ ...origin, ...withNative(withoutHints(reading)) });
}

/** A reading that was taken up from an export may have none. */
function withNative<Native>(said: SaidReading<Native>): SaidReading<Native> {
  return said.native === undefined ? Object.assign({ native: null }, said) : said;
}

function withoutHints<Native>(reading: MigrationReading<Native>): SaidReading<Native> {
  // Most have none, and leaving something out costs twice as much as a copy.
  const hasHints = 'retryAfterMs' in reading || 'memo' in reading || 'rateLimit' in reading;
  if (!hasHints) return reading;
  const { retryAfterMs: _retryAfterMs, memo: _memo, rateLimit: _rateLimit, ...said } = reading;
  return said;
}

type SaidReading<Native> = Omit<MigrationReading<Native>, 'retryAfterMs' | 'memo' | 'rateLimit'>;
