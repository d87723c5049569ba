import type { Querier } from '../database/database.ts';
import { DatabaseError } from '../database/database-error.ts';
import { EffectError } from './effect-error.ts';
import type { RecordedTransition, TransitionEffect } from './shard.ts';

/** How long the effect of a transition may take: with the silence before it less than a server waits for the next statement. */
const mostEffectMs = 5_000;

/**
 * Lets somebody record the effect of a transition in the transaction in which the transition is recorded. Rejects with an
 * `EffectError` when that fails, with a `DatabaseError` when the database does, and with the reason of the signal when that is
 * aborted. What comes too late finds the transaction closed.
 */
export async function recordEffect(
  effect: TransitionEffect,
  transition: RecordedTransition,
  querier: Querier,
  signal: AbortSignal | undefined,
) {
  signal?.throwIfAborted();
  let isOver = false;
  const limit = Promise.withResolvers<never>();
  const giveUp = () => limit.reject(signal?.reason);
  signal?.addEventListener('abort', giveUp);
  const timer = setTimeout(() => limit.reject(new Error('it did not come back in time')), mostEffectMs);
  const guarded: Querier = {
    async query(text, values) {
      if (isOver) throw new Error('the transaction of this effect is over');
      return querier.query(text, values);
    },
  };
  try {
    await Promise.race([effect(transition, guarded), limit.promise]);
  } catch (cause) {
    if (DatabaseError.isInstance(cause) || (signal?.aborted && cause === signal.reason)) throw cause;
    throw new EffectError({ ...transition, cause });
  } finally {
    isOver = true;
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp);
  }
}
