import pRetry from 'p-retry';
import type { MigrationAdapter } from '../adapter/contract.ts';
import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { MigrationStatusError } from '../model/errors/migration-status-error.ts';
import type { MigrationStatus } from '../model/migration-status.ts';
import { toMigrationStatus } from '../model/to-migration-status.ts';

/** How patient {@link getStatus} is. */
export interface GetStatusOptions {
  readonly signal?: AbortSignal | undefined;
  /** How often a failure that may pass is tried again. Default 3; 0 for a single look. */
  readonly retries?: number | undefined;
  /** How long all tries may take together, in milliseconds. A provider that asks to wait longer ends it. Default 30 000. */
  readonly maxRetryTimeMs?: number | undefined;
}

/**
 * Looks at one migration once, for a person or a script. An outage or a rate limit is tried again within the given limits;
 * everything else rejects at once with the adapter's error. To follow a migration use `pollUntilDone` or a tracker, which
 * have a pace of their own.
 *
 * @example
 * const status = await getStatus(adapter, { organizationId: 'org_1', migrationId: 'mig_7' });
 */
export async function getStatus<Ref, Native>(
  adapter: MigrationAdapter<Ref, Native>,
  ref: Ref,
  { signal, retries = 3, maxRetryTimeMs = 30_000 }: GetStatusOptions = {},
): Promise<MigrationStatus<Native, Ref>> {
  if (!(Number.isInteger(retries) && retries >= 0)) {
    throw new ConfigurationError({
      option: 'retries',
      message: '"retries" must be a whole number of at least 0',
    });
  }
  if (!(maxRetryTimeMs >= 0)) {
    const message = '"maxRetryTimeMs" must be a number of milliseconds of at least 0';
    throw new ConfigurationError({ option: 'maxRetryTimeMs', message });
  }
  const parsed = adapter.parseRef(ref);
  const giveUpAt = performance.now() + maxRetryTimeMs;

  const reading = await pRetry(() => untilAborted(adapter.getStatus(parsed, { signal }), signal), {
    retries,
    minTimeout: 500,
    maxTimeout: 8_000,
    randomize: true,
    maxRetryTime: maxRetryTimeMs,
    signal,
    async shouldRetry({ error }) {
      if (!['transient', 'throttled'].includes(adapter.classify(error))) return false;
      const retryAfterMs = toRetryAfterMs(error);
      if (performance.now() + retryAfterMs >= giveUpAt) return false;
      if (retryAfterMs > 0) await sleep(retryAfterMs, signal);
      return true;
    },
  });

  return toMigrationStatus(reading, {
    provider: adapter.provider,
    key: adapter.key(parsed),
    ref: parsed,
    observedAt: new Date().toISOString(),
  });
}

function toRetryAfterMs(error: unknown): number {
  return MigrationStatusError.isInstance(error) ? (error.retryAfterMs ?? 0) : 0;
}

/** Settles as the work does, or rejects once the signal is aborted, also when the work takes no notice of it. */
function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', onAbort));
  });
}

function sleep(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, delayMs);
    signal?.addEventListener('abort', wake, { once: true });
  });
}
