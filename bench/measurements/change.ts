import {
  createStatusView,
  createTracker,
  type MigrationState,
  type MigrationStatus,
} from '@migration-status/core';
import { startCpu } from '../harness/cpu.ts';
import { type Measurement, type Row, toCell, toSize } from '../harness/measurement.ts';
import { toFigure } from '../harness/median.ts';
import { until } from '../harness/until.ts';
import { toPolicy } from '../peers/ours.ts';
import { createRefs, createStubAdapter, runningReading } from '../peers/stub-adapter.ts';

const hourMs = 3_600_000;
const fewRows = 10;
const manyRows = 100_000;
const rowsPerGroup = 100;
const warmUpRounds = 100;
const measuredRounds = 200;
const changesPerRound = 200;
const states: readonly MigrationState[] = ['pending', 'running', 'awaiting_input', 'paused'];

const lines = [
  { label: 'among 10', figure: 'fewMicros' },
  { label: 'among 100 000', figure: 'manyMicros' },
  { label: '10 busy ones among 100 000', figure: 'busyMicros' },
] as const;

/**
 * What one change costs from the push to the snapshot that a view shows, and whether that grows with the list: the row takes
 * it, the event goes out, the numbers of its group and of all are brought up to date, the listener is told and takes the
 * snapshot. Any row of 100 000 comes from the main memory, whoever looks at it; ten busy ones, far from one another, stay
 * in the processor's caches as ten alone do, so that their ratio is that of the work.
 */
export const change: Measurement = {
  name: 'change',
  title: 'change: microseconds of CPU from a push to the snapshot; ratio to 10 rows',
  cases: ['ours'],
  repeats: 1,
  needsQuiet: true,

  async measure(_caseName, share) {
    const many = toSize(manyRows, share);
    const scenes = [
      await createScene('fewMicros', fewRows, fewRows),
      await createScene('manyMicros', many, many),
      await createScene('busyMicros', many, fewRows),
    ];
    // Short rounds in turns, so that a slow moment of the machine falls on all of them.
    for (let round = 0; round < warmUpRounds + measuredRounds; round += 1) {
      for (const { changeOne, micros } of scenes) {
        const stop = startCpu();
        for (let count = 0; count < changesPerRound; count += 1) await changeOne();
        const spent = stop() / changesPerRound;
        if (round >= warmUpRounds) micros.push(spent);
      }
    }
    const figures = scenes.map(({ figure, micros }) => [figure, toFigure(micros).value] as const);
    return { figures: Object.fromEntries(figures) };
  },

  toRows(outcomes) {
    const baseline = { name: lines[0].label, cell: toCell(outcomes, 'ours', lines[0].figure) };
    return lines.map(({ label, figure }, index): Row => {
      const ours = toCell(outcomes, 'ours', figure);
      return {
        label,
        unit: 'microseconds',
        cells: { ...(ours && { ours }) },
        ...(index > 0 && { baseline, goal: { of: 'ratio', atMost: 1.2 } }),
      };
    });
  },
};

/** Some rows with a view of them. */
interface Scene {
  readonly figure: string;
  readonly micros: number[];
  /** Changes one of those that are busy. */
  changeOne(): Promise<void>;
}

async function createScene(figure: string, size: number, busyRows: number): Promise<Scene> {
  let reads = 0;
  const adapter = createStubAdapter({
    batchSize: 100,
    read() {
      reads += 1;
      return runningReading;
    },
  });
  const tracker = createTracker({ adapters: [adapter], policy: toPolicy(hourMs) });
  const toLabels = ({ index }: { readonly index: number }) => ({
    group: `wave ${Math.floor(index / rowsPerGroup)}`,
  });
  await tracker.trackAll(adapter, createRefs(size), toLabels);
  await until(() => reads >= size);
  const view = createStatusView(tracker);
  const statuses = tracker.rows().flatMap(({ status }) => status ?? []);
  let told = 0;
  let pushed = 0;
  view.subscribe(() => {
    told += 1;
    const { total, rows, unread } = view.getSnapshot();
    if (total !== size || rows.size !== size || unread > 0) throw new Error('the view has lost rows');
  });

  async function changeOne(): Promise<void> {
    const before = told;
    const status = statuses[Math.floor(Math.random() * busyRows) * (size / busyRows)];
    if (status === undefined) throw new Error('a migration has not been read');
    pushed += 1;
    tracker.push(toNews(status, pushed));
    // The view tells in the microtask after the change.
    await undefined;
    if (told !== before + 1) throw new Error('the view did not tell of the change');
  }

  return { figure, micros: [], changeOne };
}

/** Something else than in any of the hundred thousand before. */
function toNews(status: MigrationStatus, number: number): MigrationStatus {
  const state = states[Math.floor(Math.random() * states.length)] ?? 'running';
  const progress = { percent: (number % 100_000) / 1_000 };
  return { ...status, state, nativeState: state, progress, observedAt: new Date().toISOString() };
}
