import { createTracker } from '@migration-status/core';
import type { MigrationReading } from '@migration-status/core/adapter';
import { startCpu } from '../harness/cpu.ts';
import {
  type Measurement,
  type Outcomes,
  type Row,
  toCell,
  toCells,
  toSize,
} from '../harness/measurement.ts';
import { isPeerName, loadPeer, type PeerName, peerNames } from '../peers/load-peer.ts';
import { toPolicy } from '../peers/ours.ts';
import type { Answer, Operation } from '../peers/peer.ts';
import {
  createRefs,
  createStubAdapter,
  runningReading,
  succeededReading,
  toId,
} from '../peers/stub-adapter.ts';

const full = 10_000;
const polls = 20;

/** How many times everybody has done the same in the same process before a warm line is measured. */
const warmUps = 3;

/** How ours is measured: how many refs share a request, whether the stub makes an object for each read, and after what. */
const variants = [
  { label: 'single, frozen', batchSize: 1, baseline: 'bare', warmUps: 0, atMost: 0.5 },
  { label: 'single, fresh', batchSize: 1, baseline: 'bare, fresh', warmUps: 0, atMost: 0.5 },
  { label: 'batch, frozen', batchSize: 100, baseline: 'bare', warmUps: 0, atMost: 0.2 },
  { label: 'batch, fresh', batchSize: 100, baseline: 'bare, fresh', warmUps: 0, atMost: 0.2 },
  { label: 'single, warm', batchSize: 1, baseline: 'bare, warm', warmUps, atMost: 0.5 },
  { label: 'batch, warm', batchSize: 100, baseline: 'bare, warm', warmUps, atMost: 0.2 },
] as const;

const freshBaseline = 'bare, fresh';
const warmBaseline = 'bare, warm';

/**
 * What a read costs besides the read: many at once, each many times, and a read that costs nothing. What is counted are the
 * reads after the first of each, for everybody: the clock starts when the last one is read for the first time, and what has
 * been read until then is left out of the division. So the start is left out, but not the end.
 */
export const cpu: Measurement = {
  name: 'cpu',
  title: 'cpu: microseconds of CPU per read; ratio to the bare loop',
  cases: [...peerNames, freshBaseline, warmBaseline, ...variants.map(({ label }) => label)],
  repeats: 3,
  needsQuiet: true,

  async measure(caseName, share) {
    const count = toSize(full, share);
    const variant = variants.find(({ label }) => label === caseName);
    if (variant) {
      const { batchSize, baseline } = variant;
      const isFresh = baseline === freshBaseline;
      const micros = await measureWarm(variant.warmUps, () => measureOurs(count, { batchSize, isFresh }));
      return { figures: { micros } };
    }
    const isFresh = caseName === freshBaseline;
    const isWarm = caseName === warmBaseline;
    const name = isFresh || isWarm ? 'bare' : caseName;
    if (!isPeerName(name)) throw new RangeError(`there is no case ${caseName}`);
    const micros = await measureWarm(isWarm ? warmUps : 0, () => measurePeer(name, count, isFresh));
    return { figures: { micros } };
  },

  toRows: (outcomes) => variants.map((variant) => toRow(outcomes, variant)),
};

/** The peers stand in the first line only: none of them can share requests, and a fresh answer costs each the same. */
function toRow(outcomes: Outcomes, { label, baseline, atMost }: (typeof variants)[number]): Row {
  const bare = toCell(outcomes, baseline, 'micros');
  const ours = toCell(outcomes, label, 'micros');
  const others = label === variants[0].label ? toCells(outcomes, peerNames, 'micros') : {};
  return {
    label,
    unit: 'microseconds',
    cells: { ...others, ...(bare && { bare }), ...(ours && { ours }) },
    baseline: { name: 'bare', cell: bare },
    goal: { of: 'ratio', atMost },
  };
}

/** The last of several runs in one process. */
async function measureWarm(times: number, run: () => Promise<number>): Promise<number> {
  for (let done = 0; done < times; done += 1) await run();
  return run();
}

async function measurePeer(name: PeerName, count: number, isFresh: boolean): Promise<number> {
  const peer = await loadPeer(name);
  const meter = createMeter(count);
  const notYet: Answer = Object.freeze({ statusCode: 200, isDone: false });
  const done: Answer = Object.freeze({ statusCode: 200, isDone: true });
  const operations = Array.from({ length: count }, (_, index): Operation => {
    const read = () => Promise.resolve(isFresh ? { ...answer() } : answer());
    return { id: toId(index), read };

    function answer(): Answer {
      return meter.countRead(index) ? done : notYet;
    }
  });
  const follow = peer.createFollower({ intervalMs: 1 });
  await Promise.all(operations.map(follow));
  return meter.stop();
}

/** Everything on: conditions, lanes, batches, and a listener to changes. */
async function measureOurs(
  count: number,
  { batchSize, isFresh }: { readonly batchSize: number; readonly isFresh: boolean },
): Promise<number> {
  const meter = createMeter(count);
  const adapter = createStubAdapter({
    batchSize,
    read({ index }): MigrationReading<null> {
      const reading = meter.countRead(index) ? succeededReading : runningReading;
      return isFresh ? { ...reading } : reading;
    },
  });
  const refs = createRefs(count);
  const tracker = createTracker({ adapters: [adapter], policy: toPolicy(1) });
  const allDone = new Promise<void>((resolve) => {
    let done = 0;
    tracker.on('change', ({ row }) => {
      if (row.status?.state !== 'succeeded') return;
      done += 1;
      if (done === count) resolve();
    });
  });
  await tracker.trackAll(adapter, refs);
  await allDone;
  const micros = meter.stop();
  await tracker.close();
  return micros;
}

/** Counts reads, and what they cost. */
interface Meter {
  /** Gives whether this read is the last of its migration. */
  countRead(index: number): boolean;
  /** Microseconds of CPU per read since each was read once. */
  stop(): number;
}

function createMeter(count: number): Meter {
  const left = new Uint8Array(count).fill(polls);
  let unread = count;
  let reads = 0;
  let readsBefore = 0;
  let stopCpu: (() => number) | undefined;
  return {
    countRead(index) {
      if (left[index] === polls) unread -= 1;
      left[index] = (left[index] ?? 0) - 1;
      reads += 1;
      if (unread === 0 && stopCpu === undefined) {
        readsBefore = reads;
        stopCpu = startCpu();
      }
      return left[index] === 0;
    },
    stop() {
      if (stopCpu === undefined) throw new Error('not all have been read');
      return stopCpu() / (reads - readsBefore);
    },
  };
}
