import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../postgres-server.ts';
import { type Blow, torture } from './torture.ts';
import { tortureFolder } from './torture-folder.ts';

/**
 * The full torture: four workers, ten thousand migrations, and a blow every few seconds; then fifty times a process that
 * writes into a folder and is killed. `--seed 7` repeats one, `--rounds 0` and `--migrations 0` leave one of the two out.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    migrations: { type: 'string', default: '10000' },
    workers: { type: 'string', default: '4' },
    lanes: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '120' },
    blows: { type: 'string', default: 'kill,kill,restart,kill,freeze,kill,pause,kill' },
  },
});

function toBlows(text: string): readonly Blow[] {
  const known: readonly Blow[] = ['kill', 'freeze', 'pause', 'restart'];
  return text
    .split(',')
    .filter(Boolean)
    .map((word) => {
      const blow = known.find((candidate) => candidate === word);
      if (blow === undefined) throw new Error(`There is no blow "${word}"`);
      return blow;
    });
}

async function tortureWorkers(): Promise<boolean> {
  const server = await startPostgres();
  try {
    const requestsPerSecond = 200;
    const burst = 20;
    const report = await torture({
      server,
      schema: 'torture',
      seed: Number(values.seed),
      migrations: Number(values.migrations),
      workers: Number(values.workers),
      lanes: Number(values.lanes),
      blows: toBlows(values.blows),
      endsByMs: Number(values.seconds) * 1_000,
      requestsPerSecond,
      burst,
      log: console.log,
    });
    const { wrongEnds, brokenHistories, doubleReads, busiestSecond, takeOversMs, drainsMs } = report;
    console.log(
      `${report.reads} reads, ${report.transitions} transitions, ${report.databaseTransactions} database transactions`,
    );
    console.log(
      `${wrongEnds.length} wrong ends, ${brokenHistories.length} broken histories`,
      brokenHistories.slice(0, 5),
    );
    console.log(
      `${doubleReads.length} double reads, ${busiestSecond} requests in the busiest second of a lane`,
    );
    console.log(`take-overs: ${toSeconds(takeOversMs)}; drains: ${toSeconds(drainsMs)}`);
    const isGood =
      wrongEnds.length + brokenHistories.length + doubleReads.length === 0 &&
      busiestSecond <= requestsPerSecond + burst;
    return isGood;
  } finally {
    await server.stop();
  }
}

async function tortureOneFolder(): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), 'torture-folder-'));
  try {
    const { migrations, transitions, lost } = await tortureFolder({
      dataDir: path.join(folder, 'data'),
      seed: Number(values.seed),
      rounds: Number(values.rounds),
      log: console.log,
    });
    console.log(
      `${migrations} migrations and ${transitions} transitions told of, ${lost.length} lost`,
      lost.slice(0, 5),
    );
    return lost.length === 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function toSeconds(timesMs: readonly number[]): string {
  return timesMs.map((timeMs) => `${(timeMs / 1_000).toFixed(1)} s`).join(', ');
}

const areWorkersGood = Number(values.migrations) === 0 || (await tortureWorkers());
const isFolderGood = Number(values.rounds) === 0 || (await tortureOneFolder());
process.exitCode = areWorkersGood && isFolderGood ? 0 : 1;
