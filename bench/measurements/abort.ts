import { getEventListeners } from 'node:events';
import { columns, type Measurement, type Row, toCells } from '../harness/measurement.ts';
import { startVirtualTime } from '../harness/virtual-time.ts';
import { isPeerName, loadPeer, peerNames } from '../peers/load-peer.ts';
import { oursAlone } from '../peers/ours.ts';
import type { Peer } from '../peers/peer.ts';

const intervalMs = 10_000;
const checks = 10;

const lines = [
  ['requests', 'requests'],
  ['timers', 'timers'],
  ['listeners', 'listeners'],
  ['listeners, end', 'listenersWhenDone'],
] as const;

/** What is left once nobody wants to know any more. */
export const abort: Measurement = {
  name: 'abort',
  title: 'abort: what is left after an abort; listeners also after an end, 10 looks on',
  cases: [...peerNames, 'ours'],
  repeats: 1,
  needsQuiet: false,

  async measure(caseName) {
    const peer = isPeerName(caseName) ? await loadPeer(caseName) : oursAlone;
    return {
      figures: { ...(await abortAsleep(peer)), listenersWhenDone: await countListenersWhenDone(peer) },
    };
  },

  toRows: (outcomes) =>
    lines.map(
      ([label, figure]): Row => ({
        label,
        unit: 'count',
        cells: toCells(outcomes, columns, figure),
        goal: { of: 'ours', atMost: 0 },
      }),
    ),
};

/** Called off between two looks. */
async function abortAsleep(peer: Peer) {
  const time = startVirtualTime();
  const controller = new AbortController();
  let asked = 0;
  const follow = peer.createFollower({ intervalMs, signal: controller.signal });
  const read = async () => {
    asked += 1;
    return { statusCode: 200, isDone: false } as const;
  };
  follow({ id: 'stub/0', read }).catch(() => {});
  await time.advance(3.5 * intervalMs);
  const askedBefore = asked;
  controller.abort();
  await time.advance(0);
  const timers = time.countTimers();
  const listeners = getEventListeners(controller.signal, 'abort').length;
  await time.advance(100 * intervalMs);
  time.restore();
  if (askedBefore < 3) throw new Error('it was not followed');
  return { requests: asked - askedBefore, timers, listeners };
}

/** Followed to its end under a signal that lives longer than that, as that of a server does. */
async function countListenersWhenDone(peer: Peer): Promise<number> {
  const time = startVirtualTime();
  const { signal } = new AbortController();
  let asked = 0;
  const follow = peer.createFollower({ intervalMs, signal });
  const read = async () => {
    asked += 1;
    return { statusCode: 200, isDone: asked > checks } as const;
  };
  const done = follow({ id: 'stub/1', read });
  await time.advance((checks + 1) * intervalMs);
  await done;
  time.restore();
  return getEventListeners(signal, 'abort').length;
}
