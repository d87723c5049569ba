import type { MigrationAdapter } from '../adapter/contract.ts';
import { type Clock, systemClock } from '../engine/clock.ts';
import { type EnginePolicy, toEnginePolicy } from '../engine/engine-policy.ts';
import { createLoneEngine } from '../engine/lone-engine.ts';
import { deepFreeze } from '../model/deep-freeze.ts';
import type { MigrationStatus } from '../model/migration-status.ts';
import { hasNews } from '../step/step.ts';
import { checkAdapter, checkOptions } from './check-options.ts';
import { type MigrationRow, toMigrationRow } from './migration-row.ts';
import * as optionRules from './option-rules.ts';
import { reportListenerError } from './report-listener-error.ts';
import { type WaitOptions, waitFor, waitRules } from './wait.ts';

/** How {@link pollUntilDone} follows one migration. */
export interface PollOptions<Native = unknown, Ref = unknown> extends WaitOptions<Native, Ref> {
  /** Is told when the status or a condition changes. What it throws is reported and stops nothing. */
  readonly onChange?: ((row: MigrationRow<Native, Ref>) => void) | undefined;
  /** What to follow by, where the defaults do not fit. */
  readonly policy?: Partial<EnginePolicy> | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: (() => number) | undefined;
}

const pollRules = {
  ...waitRules,
  onChange: optionRules.callback,
  policy: optionRules.policy,
  clock: optionRules.clock,
  random: optionRules.callback,
} as const;

/**
 * Follows one migration until it has ended or waits for a person, and resolves with its status, also with a `failed` one:
 * use `assertSucceeded` for a throw. An outage at the provider only makes it take longer.
 *
 * Each call follows for itself: to follow more than a few migrations of one provider use a tracker, whose lanes hold all of
 * them to the provider's limits together.
 *
 * Rejects with a `NotFoundOutError` when the outcome cannot be found out (aborted, access refused), with a
 * `WaitTimeoutError` at the deadline, both with the last status attached, and with a `ConfigurationError` for a malformed
 * ref. Afterwards no timer, listener or request is left.
 *
 * @example
 * const status = await pollUntilDone(adapter, { organizationId: 'org_1', migrationId: 'mig_7' }, {
 *   timeoutMs: 30 * 60_000,
 *   onChange: ({ status, conditions }) => console.log(status?.state, conditions),
 * });
 */
export async function pollUntilDone<Native, Ref>(
  adapter: MigrationAdapter<Native, Ref>,
  ref: Ref,
  options: PollOptions<Native, Ref> = {},
): Promise<MigrationStatus<Native, Ref>> {
  checkAdapter('pollUntilDone', 'adapter', adapter);
  checkOptions('pollUntilDone', options, pollRules);
  const { onChange, policy, clock = systemClock, random = Math.random } = options;
  const parsed = deepFreeze(adapter.parseRef(ref));
  const subject = { adapter, ref: parsed, key: adapter.key(parsed) };
  const engine = createLoneEngine(subject, {
    clock,
    random,
    policy: toEnginePolicy(policy),
    onListenerError: reportListenerError,
  });
  const { entry } = engine;
  try {
    const wait = waitFor<Native, Ref>(engine, entry, options);
    // After the wait: a listener that aborts it cannot undo that it is over.
    if (onChange)
      entry.observe((_event, result) => hasNews(result) && onChange(toMigrationRow<Native, Ref>(entry)));
    return await wait;
  } finally {
    engine.close();
  }
}
