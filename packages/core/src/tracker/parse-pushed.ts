import { describeKind } from '../model/describe-value.ts';
import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { isReading } from '../model/is-reading.ts';
import type { MigrationReading } from '../model/migration-status.ts';
import { normalizeReading } from '../model/normalize-reading.ts';

/** What was pushed, in the engine's words. */
export interface Pushed {
  readonly key: string;
  /** Epoch milliseconds. */
  readonly observedAt: number;
  readonly reading: MigrationReading;
}

/** A reading with something where a status has its address. */
type MaybeStatus = MigrationReading & {
  readonly [Name in 'key' | 'observedAt' | 'provider' | 'ref']?: unknown;
};

/** A pushed status in the engine's words. It comes from the caller's own code, so only what would do harm is checked. */
export function parsePushed(status: unknown): Pushed {
  const isObject = typeof status === 'object' && status !== null;
  if (!isObject || !isReading(status) || !('key' in status) || !('observedAt' in status)) {
    const message = `push: expected a status with "key", "state", "nativeState" and "observedAt", got ${describeKind(status)}`;
    throw new ConfigurationError({ option: 'status', message });
  }
  const { key, observedAt, provider: _provider, ref: _ref, ...reading }: MaybeStatus = status;
  const time = typeof observedAt === 'string' ? Date.parse(observedAt) : Number.NaN;
  if (typeof key !== 'string' || Number.isNaN(time)) {
    const message = 'push: "key" must be a string and "observedAt" an ISO 8601 time';
    throw new ConfigurationError({ option: 'status', message });
  }
  try {
    return { key, observedAt: time, reading: normalizeReading(reading) };
  } catch (cause) {
    throw new ConfigurationError({ option: 'status', message: 'push: a status must be plain JSON', cause });
  }
}
