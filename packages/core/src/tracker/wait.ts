import type { Engine } from '../engine/engine.ts';
import type { Followed } from '../engine/entry.ts';
import { ConfigurationError } from '../model/errors/configuration-error.ts';
import { isRestingState } from '../model/migration-state.ts';
import type { MigrationReading, MigrationStatus } from '../model/migration-status.ts';
import { allowsLastLook, lastLookMs } from '../step/last-look.ts';
import { awaitEntry, toNotFoundOut } from './await-entry.ts';
import { toStatus } from './migration-row.ts';
import * as optionRules from './option-rules.ts';

/** How long and for what to wait. */
export interface WaitOptions<Native = unknown, Ref = unknown> {
  /** Ends the wait at once, with a `NotFoundOutError` of code `aborted` whose cause is the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Ends the wait after this many milliseconds with a `WaitTimeoutError`. A second before, the migration is looked at once
   * more where its next read is planned for later, unless the provider has asked to wait. Default: no limit.
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Ends the wait with the first status that it accepts. The end of the migration ends the wait in any case, so a state
   * that was passed too fast to be seen cannot hang it. Default: the migration has ended or is `awaiting_input`.
   */
  readonly until?: ((status: MigrationStatus<Native, Ref>) => boolean) | undefined;
}

/** What {@link WaitOptions} must be. */
export const waitRules = {
  signal: optionRules.signal,
  timeoutMs: optionRules.limitMs,
  until: optionRules.callback,
} as const;

/**
 * Waits until a migration has come to rest. Resolves with whatever end it comes to, `failed` included; rejects only when
 * that could not be found out, with the last status attached.
 */
export function waitFor<Native, Ref>(
  engine: Pick<Engine, 'clock' | 'setAlarm' | 'refresh'>,
  entry: Followed,
  options: WaitOptions<Native, Ref> = {},
  lifetime?: AbortSignal,
): Promise<MigrationStatus<Native, Ref>> {
  const { signal, timeoutMs, until = ({ state }) => isRestingState(state) } = options;
  const before = { leadMs: lastLookMs, call: lookAgain };
  return awaitEntry(engine, entry, { signal, timeoutMs, before, lifetime, decide });

  /** Of a lane that is parked or has refused us nothing is asked for, not even later. */
  function lookAgain(): void {
    const { lane, row } = entry;
    const now = engine.clock.now();
    const isOpen = lane !== undefined && now >= lane.parkedUntil && lane.refusals === 0;
    if (isOpen && allowsLastLook(row, now)) engine.refresh(entry.id);
  }

  function decide(): MigrationStatus<Native, Ref> | undefined {
    const { stopped, conditions, reading, observedAt } = entry.row;
    const toSeen = (seen: MigrationReading) => toStatus<Native, Ref>(entry, { reading: seen, observedAt });
    if (stopped === 'settled') return reading && toSeen(reading);
    if (stopped === 'refused') {
      const refusal = conditions.find(({ failure }) => failure !== undefined);
      const code = refusal?.kind === 'unauthorized' ? 'access_refused' : 'request_refused';
      throw toNotFoundOut(entry, code, refusal?.message ?? 'the provider refuses');
    }
    const isGrace = reading?.state === 'not_found';
    if (reading === undefined || isGrace) return undefined;
    const status = toSeen(reading);
    const isAccepted: unknown = until(status);
    if (typeof isAccepted === 'boolean') return isAccepted ? status : undefined;
    const message = '"until" must return true or false, and not a promise of it';
    throw new ConfigurationError({ option: 'until', message });
  }
}
