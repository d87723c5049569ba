import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** How late things were that were wanted every millisecond, in milliseconds. */
export interface LoopDelay {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mostMs: number;
}

/**
 * How long anything else has to wait while something goes on.
 *
 * A probe wants to run a millisecond after the last one, and to see the end of its turn of the event loop; how much longer
 * that takes is the delay, so that an idle loop has next to none. A loop that is held up for long starts no probes: those
 * that would have been wanted meanwhile, one each millisecond, are counted with what they would have had to wait. Otherwise
 * a standstill of a second would be one probe among thousands.
 */
export async function measureLoopDelay(work: () => Promise<unknown>): Promise<LoopDelay> {
  const delays: number[] = [];
  let isOver = false;

  async function probe(): Promise<void> {
    while (!isOver) {
      const startedAt = performance.now();
      await sleep(intervalMs);
      await nextTurn();
      const delay = Math.max(0, performance.now() - startedAt - intervalMs);
      delays.push(...toProbeDelays(delay));
    }
  }

  const probing = probe();
  await work();
  isOver = true;
  await probing;
  return toLoopDelay(delays);
}

const intervalMs = 1;

/** The delay of a probe, and of those that it kept from being started. Exported for tests. */
export function toProbeDelays(delayMs: number): readonly number[] {
  const missed = Math.max(0, Math.ceil(delayMs / intervalMs) - 1);
  return Array.from({ length: 1 + missed }, (_, index) => delayMs - index * intervalMs);
}

function toLoopDelay(delays: readonly number[]): LoopDelay {
  const sorted = Float64Array.from(delays).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), mostMs: at(1) };
}
