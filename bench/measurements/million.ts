import { createTracker } from '@migration-status/core';
import { measureLoopDelay } from '../harness/loop-delay.ts';
import { type Measurement, type Row, toCell, toSize } from '../harness/measurement.ts';
import { until } from '../harness/until.ts';
import { createRefs, createStubAdapter, runningReading } from '../peers/stub-adapter.ts';

const full = 1_000_000;
const lanes = 100;
const gapMs = 10_000;

const p99 = { goal: { of: 'ours', atMost: 10 } } as const;

const lines: readonly (Pick<Row, 'label' | 'unit' | 'goal'> & { readonly figure: string })[] = [
  { label: 'adding, p50', figure: 'addingP50Ms', unit: 'milliseconds' },
  { label: 'adding, p99', figure: 'addingP99Ms', unit: 'milliseconds', ...p99 },
  { label: 'adding, max', figure: 'addingMostMs', unit: 'milliseconds' },
  { label: 'adding, s', figure: 'addingSeconds', unit: 'seconds' },
  { label: 'reading, p50', figure: 'readingP50Ms', unit: 'milliseconds' },
  { label: 'reading, p99', figure: 'readingP99Ms', unit: 'milliseconds', ...p99 },
  { label: 'reading, max', figure: 'readingMostMs', unit: 'milliseconds' },
  { label: 'reads a second', figure: 'readsPerSecond', unit: 'count' },
  { label: 'memory, MB', figure: 'rssMegabytes', unit: 'megabytes' },
];

/** A million in one process: how long anything else has to wait, while they are added and while they are read. */
export const million: Measurement = {
  name: 'million',
  title: 'million: delay of the event loop in ms; 100 lanes, 100 a request, every 10 s',
  cases: ['ours'],
  repeats: 1,
  needsQuiet: true,

  async measure(_caseName, share) {
    let reads = 0;
    const adapter = createStubAdapter({
      batchSize: 100,
      lane: ({ index }) => `stub/${index % lanes}`,
      read() {
        reads += 1;
        return runningReading;
      },
    });
    const size = toSize(full, share);
    const refs = createRefs(size);
    // The engine's own lanes and windows. Jitter, without which all would go on being read in the order and at the speed at
    // which they were added.
    const policy = { floorMs: gapMs, ceilingMs: gapMs, jitterShare: 0.2 };
    const tracker = createTracker({ adapters: [adapter], policy });

    const startedAt = performance.now();
    const adding = await measureLoopDelay(() => tracker.trackAll(adapter, refs));
    const addedAt = performance.now();
    // From the first that is read again until all have been.
    await until(() => reads > size);
    const readAgainAt = performance.now();
    const reading = await measureLoopDelay(() => until(() => reads >= 2 * size));
    const figures = {
      addingP50Ms: adding.p50Ms,
      addingP99Ms: adding.p99Ms,
      addingMostMs: adding.mostMs,
      addingSeconds: (addedAt - startedAt) / 1_000,
      readingP50Ms: reading.p50Ms,
      readingP99Ms: reading.p99Ms,
      readingMostMs: reading.mostMs,
      readsPerSecond: (size / (performance.now() - readAgainAt)) * 1_000,
      rssMegabytes: process.memoryUsage().rss / 1e6,
    };
    await tracker.close();
    return { figures };
  },

  toRows: (outcomes) =>
    lines.map(({ figure, ...line }): Row => {
      const ours = toCell(outcomes, 'ours', figure);
      return { ...line, cells: { ...(ours && { ours }) } };
    }),
};
