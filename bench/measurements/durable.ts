import { setTimeout as sleep } from 'node:timers/promises';
import { startClients } from '../drivers/clients.ts';
import type { Load } from '../drivers/load.ts';
import { type DriverName, driverNames } from '../drivers/load-driver.ts';
import {
  type Goal,
  type Measurement,
  type Outcomes,
  type Row,
  toCell,
  toSize,
  type Unit,
} from '../harness/measurement.ts';

/** One population, and the numbers of workers that take turns at it. */
interface Setting {
  readonly name: string;
  readonly load: Load;
  readonly workers: readonly number[];
  /** When what was read is due again, in milliseconds. */
  readonly gapMs: number;
  /** Whether each read finds another state. */
  readonly isChanging: boolean;
  readonly drivers: readonly DriverName[];
}

const due = 20_000;
const anybody = { gapMs: 0, isChanging: false, drivers: driverNames } as const;

const allDue: Setting = { ...anybody, name: 'all due', load: { due, pending: 0 }, workers: [1, 2, 4] };
const tenthDue: Setting = {
  ...anybody,
  name: '10 % due',
  load: { due, pending: 9 * due },
  workers: [1, 2, 4],
};
const million: Setting = { ...anybody, name: 'a million', load: { due, pending: 49 * due }, workers: [1] };
/** Each row is read once between two of its writes. Its pace is given, and what it costs is asked. */
const written: Setting = {
  name: 'each written',
  load: { due: 5 * due, pending: 0 },
  workers: [1],
  gapMs: 2_500,
  isChanging: false,
  drivers: ['ours'],
};
const changed: Setting = {
  ...written,
  name: 'each changed',
  load: { due: due / 4, pending: 0 },
  isChanging: true,
};

const settings = [allDue, tenthDue, million, written, changed];
const queries = driverNames.filter((name) => name !== 'bullmq');

/** What is shown of each population. */
interface Table {
  readonly figure: string;
  readonly title: string;
  readonly unit: Unit;
  readonly settings: readonly Setting[];
  /** Default: all. */
  readonly drivers?: readonly DriverName[];
  /** Whether ours is compared with BullMQ. */
  readonly isCompared?: boolean;
  /** In place of the population's name. */
  readonly label?: string;
  readonly toGoal?: (setting: Setting, workers: number) => Goal | undefined;
}

const millionTitle = 'durable: a worker that takes up a million; bytes per migration';

const tables: readonly Table[] = [
  {
    figure: 'perSecond',
    title: 'durable: cycles a second; ratio to BullMQ',
    unit: 'count',
    settings: [allDue, tenthDue, million],
    isCompared: true,
    toGoal({ name }, workers) {
      if (workers !== 1) return undefined;
      return name === allDue.name ? { of: 'ratio', atLeast: 50 } : { of: 'ratio', atLeast: 5 };
    },
  },
  {
    figure: 'speedUp',
    title: 'durable: cycles a second, as a multiple of what one worker does',
    unit: 'count',
    settings: [allDue, tenthDue].map((setting) => ({ ...setting, workers: [2, 4] })),
    toGoal: (_setting, workers) => (workers === 4 ? { of: 'ours', atLeast: 3.8 } : undefined),
  },
  {
    figure: 'cpuMicros',
    title: 'durable: microseconds of CPU of the workers per cycle; ratio to BullMQ',
    unit: 'microseconds',
    settings,
    isCompared: true,
  },
  {
    figure: 'statements',
    title: 'durable: SQL statements per read',
    unit: 'count',
    settings,
    drivers: queries,
    toGoal: ({ isChanging }) => (isChanging ? undefined : { of: 'ours', atMost: 0.005 }),
  },
  {
    figure: 'databaseMicros',
    title: 'durable: microseconds of statements in the database per read',
    unit: 'microseconds',
    settings,
    drivers: queries,
  },
  {
    figure: 'logBytes',
    title: 'durable: bytes of write-ahead log per read',
    unit: 'count',
    settings,
    drivers: queries,
  },
  {
    figure: 'takeUpSeconds',
    title: millionTitle,
    label: 'seconds',
    unit: 'seconds',
    settings: [million],
    drivers: ['ours'],
  },
  {
    figure: 'memoryBytes',
    title: millionTitle,
    label: 'memory',
    unit: 'bytes',
    settings: [million],
    drivers: ['ours'],
  },
  {
    figure: 'storedBytes',
    title: millionTitle,
    label: 'stored',
    unit: 'bytes',
    settings: [million],
    drivers: ['ours'],
  },
];

/** How long workers are watched: ours for two writes of all that is known. */
const watchMs: Readonly<Record<DriverName, number>> = { bullmq: 2_000, 'pg-boss': 2_000, ours: 5_000 };
const leastWatchMs = 500;
const settleMs = 1_000;

/** What it takes to read what is due and put it back, besides the read: from a queue, and from shards. */
export const durable: Measurement = {
  name: 'durable',
  title: 'durable',
  cases: settings.flatMap(({ name, drivers }) => drivers.map((driver) => toCaseName(driver, name))),
  repeats: 1,
  needsQuiet: true,

  async measure(caseName, share) {
    for (const setting of settings) {
      const driver = setting.drivers.find((name) => toCaseName(name, setting.name) === caseName);
      if (driver !== undefined) return { figures: await measureSetting(driver, setting, share) };
    }
    throw new RangeError(`there is no case ${caseName}`);
  },

  toRows: (outcomes) =>
    tables.flatMap((table) =>
      table.settings.flatMap((setting) =>
        setting.workers.map((workers) => toRow(outcomes, table, setting, workers)),
      ),
    ),
};

async function measureSetting(
  driver: DriverName,
  { load, workers, gapMs, isChanging }: Setting,
  share: number,
): Promise<Readonly<Record<string, number>>> {
  const { openScene } = await import('../drivers/scene.ts');
  const size = { due: toSize(load.due, share), pending: Math.round(load.pending * share) };
  const count = size.due + size.pending;
  const figures: Record<string, number> = {};
  await using scene = await openScene(driver, size);
  for (const number of workers) {
    const startedAt = performance.now();
    const clients = await startClients(driver, { url: scene.url, gapMs, workers: number, isChanging });
    while (driver === 'ours' && (await clients.look()).held < count) await sleep(20);
    const takeUpSeconds = (performance.now() - startedAt) / 1_000;
    clients.begin();
    while ((await clients.look()).cycles === 0) await sleep(20);
    await sleep(settleMs * share);
    const readBill = await scene.openBill();
    const { perSecond, cpuMicros, cycles, rssBytes } = await clients.watch(
      Math.max(leastWatchMs, watchMs[driver] * share),
    );
    const bill = Object.entries(await readBill()).map(
      ([name, value]) => [name, value / Math.max(1, cycles)] as const,
    );
    await clients.stop();
    const found = {
      perSecond,
      speedUp: perSecond / Math.max(1, figures[toFigureName('perSecond', 1)] ?? perSecond),
      cpuMicros,
      ...Object.fromEntries(bill),
      takeUpSeconds,
      memoryBytes: rssBytes / count,
      storedBytes: (await scene.countBytes()) / count,
    };
    for (const [name, value] of Object.entries(found)) figures[toFigureName(name, number)] = value;
  }
  return figures;
}

function toRow(outcomes: Outcomes, table: Table, setting: Setting, workers: number): Row {
  const { title, unit, label = setting.name, drivers = driverNames, isCompared, toGoal } = table;
  const figure = toFigureName(table.figure, workers);
  const goal = toGoal?.(setting, workers);
  const cells = drivers
    .filter((driver) => setting.drivers.includes(driver))
    .flatMap((driver) => {
      const cell = toCell(outcomes, toCaseName(driver, setting.name), figure);
      return cell ? [[driver, cell] as const] : [];
    });
  const baseline = toCell(outcomes, toCaseName('bullmq', setting.name), figure);
  return {
    label: workers === 1 ? label : `${label}, ${workers} workers`,
    title,
    unit,
    cells: Object.fromEntries(cells),
    ...(isCompared && { baseline: { name: 'bullmq', cell: baseline } }),
    ...(goal && { goal }),
  };
}

function toCaseName(driver: DriverName, setting: string): string {
  return `${driver}, ${setting}`;
}

function toFigureName(name: string, workers: number): string {
  return `${name}, ${workers}`;
}
