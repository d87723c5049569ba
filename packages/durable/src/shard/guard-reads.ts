import type { MigrationAdapter, RateLimit } from '@migration-status/core';
import { type ReadQuestion, wrapReads } from './wrap-reads.ts';

/** What {@link guardReads} asks, and whom it tells. */
export interface ReadGuard {
  /** Which part of the lane's rate may be used, 0 to 1. */
  readonly share: number;
  /** Whether the claim is still known to hold. */
  readonly isHeld: () => boolean;
  readonly onLost: () => void;
  /** A request goes out, or its answer has come. */
  readonly onRead: () => void;
}

/** An adapter that asks whether the shard is still ours before it sends anything: this process may have slept. */
export function guardReads(
  adapter: MigrationAdapter,
  { share, isHeld, onLost, onRead }: ReadGuard,
): MigrationAdapter {
  return wrapReads(
    adapter,
    askIfHeld,
    share < 1 ? <Answer>(answer: Answer) => toOwnPart(answer, share) : undefined,
  );

  async function askIfHeld<Answer>(_question: ReadQuestion, read: () => Promise<Answer>): Promise<Answer> {
    onRead();
    if (!isHeld()) {
      onLost();
      throw new Error('the shard is no longer held');
    }
    const answer = await read();
    onRead();
    return answer;
  }
}

/** What the provider leaves the whole lane, a shard may use its share of. */
function toOwnPart<Answer>(answer: Answer, share: number): Answer {
  if (!hasRateLimit(answer)) return answer;
  const { rateLimit } = answer;
  return { ...answer, rateLimit: { ...rateLimit, remaining: Math.floor(rateLimit.remaining * share) } };
}

function hasRateLimit(answer: unknown): answer is { readonly rateLimit: RateLimit } {
  return (
    typeof answer === 'object' && answer !== null && 'rateLimit' in answer && answer.rateLimit !== undefined
  );
}
