import { createTracker, type Tracker } from '@migration-status/core';
import { measureUsedBytes } from '../harness/heap.ts';
import {
  type Column,
  columns,
  type Findings,
  type Measurement,
  type Row,
  toCell,
  toCells,
  toSize,
} from '../harness/measurement.ts';
import { until } from '../harness/until.ts';
import { isPeerName, loadPeer, type PeerName, peerNames } from '../peers/load-peer.ts';
import { toPolicy } from '../peers/ours.ts';
import type { Operation, Peer } from '../peers/peer.ts';
import { createRefs, createStubAdapter, runningReading, type StubRef, toId } from '../peers/stub-adapter.ts';

const hourMs = 3_600_000;
const full = 100_000;
const million = 'ours, a million';

/** So many are followed first, and then let go of: what is compiled and loaded meanwhile belongs to no migration. */
const warmUp = 3_000;

/** They take half a minute at the full size. At a tenth their bytes per operation are the same within 1 %. */
const slow: readonly PeerName[] = ['p-retry', 'query', 'core-lro'];

const parts = [
  ['heap alone', 'heap'],
  ['buffers alone', 'external'],
] as const;

/** What a migration costs while nothing happens: read once, then asleep for an hour. */
export const heap: Measurement = {
  name: 'heap',
  title: 'heap: bytes per pending migration; ratio to the bare loop',
  cases: [...peerNames, 'ours', million],
  repeats: 1,
  needsQuiet: false,

  async measure(caseName, share) {
    if (isPeerName(caseName)) {
      const count = toSize(slow.includes(caseName) ? full / 10 : full, share);
      return measurePeer(await loadPeer(caseName), count);
    }
    return measureOurs(toSize(caseName === million ? 1_000_000 : full, share));
  },

  toRows(outcomes) {
    const toRow = (label: string, cases: readonly Column[], figure: string): Row => ({
      label,
      unit: 'bytes',
      cells: toCells(outcomes, cases, figure),
    });
    const baseline = { name: 'bare', cell: toCell(outcomes, 'bare', 'bytes') };
    const goal = { of: 'ours', atMost: 100 } as const;
    const ours = toCell(outcomes, million, 'bytes');
    return [
      {
        ...toRow('100 000', columns, 'bytes'),
        baseline,
        goal,
        note: 'p-retry, query and lro: per migration of 10 000',
      },
      ...parts.map(([label, figure]) => toRow(label, columns, figure)),
      { label: 'a million', unit: 'bytes', cells: { ...(ours && { ours }) }, baseline, goal },
    ];
  },
};

async function measurePeer(peer: Peer, count: number): Promise<Findings> {
  await followToTheEnd(peer);
  let reads = 0;
  const answer = { statusCode: 200, isDone: false } as const;
  const read = () => {
    reads += 1;
    return Promise.resolve(answer);
  };
  const operations = Array.from({ length: count }, (_, index): Operation => ({ id: toId(index), read }));
  return measureGrowth(count, async () => {
    const follow = peer.createFollower({ intervalMs: hourMs });
    for (const operation of operations) void follow(operation);
    await until(() => reads >= count);
    return [follow, operations];
  });
}

async function followToTheEnd(peer: Peer): Promise<void> {
  const follow = peer.createFollower({ intervalMs: 1 });
  const operations = Array.from({ length: warmUp }, (_, index): Operation => {
    let looks = 0;
    const read = async () => {
      looks += 1;
      return { statusCode: 200, isDone: looks > 3 } as const;
    };
    return { id: toId(index), read };
  });
  await Promise.all(operations.map(follow));
}

/** The caller's refs and keys are there before, as the peers' operations are; the last status is one for all. */
async function measureOurs(count: number): Promise<Findings> {
  await (await followOurs(createRefs(warmUp))).close();
  const refs = createRefs(count);
  return measureGrowth(count, async () => [await followOurs(refs), refs]);
}

async function followOurs(refs: readonly StubRef[]): Promise<Tracker> {
  let reads = 0;
  const adapter = createStubAdapter({
    batchSize: 100,
    read() {
      reads += 1;
      return runningReading;
    },
  });
  const tracker = createTracker({ adapters: [adapter], policy: toPolicy(hourMs) });
  await tracker.trackAll(adapter, refs);
  await until(() => reads >= refs.length);
  return tracker;
}

/** What is in use after some work and was not before, per migration. What the work gives is in use until then. */
async function measureGrowth(count: number, work: () => Promise<readonly unknown[]>): Promise<Findings> {
  const before = await measureUsedBytes();
  const inUse = await work();
  const after = await measureUsedBytes();
  if (inUse.length === 0) throw new Error('nothing was kept');
  const grown = (after.heap - before.heap) / count;
  const external = (after.external - before.external) / count;
  return { figures: { bytes: grown + external, heap: grown, external } };
}
