import pRetry from 'p-retry';
import type { MigrationAdapter } from '../adapter/contract.ts';
import { createDeadline } from '../adapter/deadline.ts';
import { askForOne, toOutcome, toReadFailure, toReadTimeout } from '../engine/read.ts';
import { NotFoundOutError } from '../model/errors/wait-errors.ts';
import { traitsOf } from '../model/failure-class.ts';
import type { MigrationStatus } from '../model/migration-status.ts';
import { toMigrationStatus } from '../model/to-migration-status.ts';
import { checkAdapter, checkOptions } from './check-options.ts';
import * as optionRules from './option-rules.ts';

/** How patient {@link getStatus} is. */
export interface GetStatusOptions {
  /** Ends the look at once, with a `NotFoundOutError` of code `aborted` whose cause is the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How often a failure that may pass is tried again. Default 3; 0 for a single look. */
  readonly retries?: number | undefined;
  /**
   * How long all tries may take together, in milliseconds; a try that is under way is cut off. A provider that asks to wait
   * longer ends it at once. Default 30 000.
   */
  readonly maxRetryTimeMs?: number | undefined;
}

const rules = {
  signal: optionRules.signal,
  retries: optionRules.count,
  maxRetryTimeMs: optionRules.limitMs,
} as const;

/**
 * Looks at one migration once, for a person or a script. An outage or a rate limit is tried again within the given limits;
 * everything else rejects at once with the adapter's error. To follow a migration use `pollUntilDone` or a tracker, which
 * have a pace of their own.
 *
 * @example
 * const status = await getStatus(adapter, { organizationId: 'org_1', migrationId: 'mig_7' });
 */
export async function getStatus<Native, Ref>(
  adapter: MigrationAdapter<Native, Ref>,
  ref: Ref,
  options: GetStatusOptions = {},
): Promise<MigrationStatus<Native, Ref>> {
  checkAdapter('getStatus', 'adapter', adapter);
  checkOptions('getStatus', options, rules);
  const { retries = 3, maxRetryTimeMs = 30_000 } = options;
  const { provider } = adapter;
  const parsed = adapter.parseRef(ref);
  const key = adapter.key(parsed);
  const giveUpAt = performance.now() + maxRetryTimeMs;
  const deadline = createDeadline(maxRetryTimeMs, options.signal);
  let lastError: unknown;

  async function look(): Promise<MigrationStatus> {
    const context = { signal: deadline.signal, wallTime: Date.now() };
    const outcome = await askForOne(adapter, parsed, context, (answer) =>
      toOutcome(adapter, answer, key, undefined),
    );
    if ('reading' in outcome) {
      const observedAt = new Date().toISOString();
      return toMigrationStatus(outcome.reading, { provider, key, ref: parsed, observedAt });
    }
    lastError = outcome.error;
    throw lastError;
  }

  const looking = pRetry(look, {
    retries,
    minTimeout: 500,
    maxTimeout: 8_000,
    randomize: true,
    signal: deadline.signal,
    async shouldRetry({ error }) {
      const { failure, retryAfterMs = 0 } = toReadFailure(adapter, error);
      if (!traitsOf(failure).isRetryable || performance.now() + retryAfterMs >= giveUpAt) return false;
      if (retryAfterMs > 0) await sleep(retryAfterMs, deadline.signal);
      return true;
    },
  });

  try {
    return (await deadline.race(looking)) as MigrationStatus<Native, Ref>;
  } catch (error) {
    if (options.signal?.aborted) {
      const message = `${key}: the outcome could not be found out: the look was aborted`;
      throw new NotFoundOutError({ provider, key, code: 'aborted', message, cause: options.signal.reason });
    }
    if (!deadline.hasPassed()) throw error;
    throw lastError ?? toReadTimeout(adapter, maxRetryTimeMs);
  } finally {
    deadline.clear();
  }
}

function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, delayMs);
    signal.addEventListener('abort', wake, { once: true });
  });
}
