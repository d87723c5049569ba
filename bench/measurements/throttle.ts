import { columns, type Measurement, toCells, toSize } from '../harness/measurement.ts';
import { startVirtualTime } from '../harness/virtual-time.ts';
import { isPeerName, loadPeer, peerNames } from '../peers/load-peer.ts';
import { ours } from '../peers/ours.ts';
import type { Answer, Operation } from '../peers/peer.ts';

const full = 100;
const intervalMs = 2_000;
const latencyMs = 50;
const healthyMs = 10_000;
const throttledMs = 30_000;

/** How much a host is left alone that has asked for it. */
export const throttle: Measurement = {
  name: 'throttle',
  title: 'throttle: requests to a host after its 429 and before its Retry-After is over',
  cases: [...peerNames, 'ours'],
  repeats: 1,
  needsQuiet: false,

  async measure(caseName, share) {
    const peer = isPeerName(caseName) ? await loadPeer(caseName) : ours;
    const count = toSize(full, share);
    const time = startVirtualTime();
    const refusesAt = Date.now() + healthyMs;
    let opensAt: number | undefined;
    let asked = 0;
    let requests = 0;

    /** It answers for a while, and then refuses everybody for half a minute, beginning with the first refusal that arrives. */
    async function answer(): Promise<Answer> {
      asked += 1;
      if (opensAt !== undefined && Date.now() < opensAt) requests += 1;
      await new Promise((resolve) => setTimeout(resolve, latencyMs));
      const now = Date.now();
      if (now < refusesAt) return { statusCode: 200, isDone: false };
      opensAt ??= now + throttledMs;
      if (now >= opensAt) return { statusCode: 200, isDone: false };
      return { statusCode: 429, isDone: false, retryAfterMs: opensAt - now };
    }

    const controller = new AbortController();
    const follow = peer.createFollower({ intervalMs, signal: controller.signal });
    for (let index = 0; index < count; index += 1) {
      const operation: Operation = { id: `stub/${index}`, read: answer };
      follow(operation).catch(() => {});
      // They were not all started in the same moment.
      await time.advance(intervalMs / count);
    }
    await time.advance(healthyMs + throttledMs + intervalMs);
    controller.abort();
    time.restore();
    if (asked < count || opensAt === undefined) throw new Error('the host was never asked');
    return { figures: { requests } };
  },

  toRows: (outcomes) => [
    {
      label: '100, one host',
      unit: 'count',
      cells: toCells(outcomes, columns, 'requests'),
      goal: { of: 'ours', atMost: 0 },
      note: 'lro asks once for each, and takes the 429 for a failed operation',
    },
  ],
};
