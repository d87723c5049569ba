import { createTracker } from '@migration-status/core';
import { startCpu } from '../harness/cpu.ts';
import { measureUsedBytes } from '../harness/heap.ts';
import { type Measurement, toCell, toFigureCells, toSize } from '../harness/measurement.ts';
import { until } from '../harness/until.ts';
import { toPolicy } from '../peers/ours.ts';
import { createRefs, createStubAdapter, runningReading } from '../peers/stub-adapter.ts';

const hourMs = 3_600_000;
const full = 1_000_000;

/** What it takes to be back after a restart, beside reading the JSON at all. */
export const resume: Measurement = {
  name: 'resume',
  title: 'resume: CPU to take up a million exported migrations; ratio to JSON.parse alone',
  cases: ['ours'],
  repeats: 1,
  needsQuiet: true,

  async measure(_caseName, share) {
    const count = toSize(full, share);
    let reads = 0;
    const adapter = createStubAdapter({
      batchSize: 100,
      read() {
        reads += 1;
        return runningReading;
      },
    });
    const options = { adapters: [adapter], policy: toPolicy(hourMs) };
    const first = createTracker(options);
    await first.trackAll(adapter, createRefs(count));
    await until(() => reads >= count);
    const text = JSON.stringify(first.export());
    await first.close();

    // Neither pays for what was left behind before.
    await measureUsedBytes();
    const stopParse = startCpu();
    JSON.parse(text);
    const parseMicros = stopParse();

    await measureUsedBytes();
    const stopResume = startCpu();
    const tracker = createTracker({ ...options, resume: JSON.parse(text) });
    const resumeMicros = stopResume();
    if (tracker.size !== count) throw new Error('some were not taken up');
    await tracker.close();
    return { figures: { parseSeconds: parseMicros / 1e6, resumeSeconds: resumeMicros / 1e6 } };
  },

  toRows(outcomes) {
    const parse = toCell(outcomes, 'ours', 'parseSeconds');
    const ours = toCell(outcomes, 'ours', 'resumeSeconds');
    return [
      {
        label: 'parse + resume',
        unit: 'seconds',
        cells: { ...toFigureCells('bare', parse), ...(ours && { ours }) },
        baseline: { name: 'JSON.parse', cell: parse },
        goal: { of: 'ratio', atMost: 2 },
      },
    ];
  },
};
