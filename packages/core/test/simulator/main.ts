import { parseArgs } from 'node:util';
import * as core from '../../src/index.ts';
import { crashHistories } from '../tracker/crash-everywhere.ts';
import { simulate } from './simulate.ts';

const usage = `pnpm simulate [--steps <number>] [--seed <number>] [--histories <number>]

  --steps <number>      how many events are to happen; default 200000
  --seed <number>       all of them from this seed; without it, seeds from 1, with 2000 events each
  --histories <number>  how many short histories are crashed at every boundary between two events; default 10000,
                        or none with a seed
`;

interface Wish {
  readonly steps: number;
  readonly seed: number | undefined;
  readonly histories: number;
}

function parseWish(): Wish | string {
  try {
    const { values } = parseArgs({
      args: process.argv.slice(2).filter((argument) => argument !== '--'),
      options: {
        steps: { type: 'string', default: '200000' },
        seed: { type: 'string' },
        histories: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return '';
    const steps = Number(values.steps);
    const seed = values.seed === undefined ? undefined : Number(values.seed);
    if (!Number.isSafeInteger(steps) || steps < 1) return `--steps must be a whole number of at least 1\n\n`;
    if (seed !== undefined && !Number.isSafeInteger(seed)) return `--seed must be a whole number\n\n`;
    const histories = Number(values.histories ?? (seed === undefined ? 10_000 : 0));
    if (!Number.isSafeInteger(histories) || histories < 0) return `--histories must be a whole number\n\n`;
    return { steps, seed, histories };
  } catch (error) {
    return `${error instanceof Error ? error.message : error}\n\n`;
  }
}

const wish = parseWish();
if (typeof wish === 'string') {
  process.stderr.write(`${wish}${usage}`);
  process.exit(wish === '' ? 0 : 2);
}

/** So many events belong to one seed; then comes the next, unless one was asked for. */
const stepsPerSeed = 2_000;
const { steps } = wish;
let seed = wish.seed ?? 1;
let done = 0;
let reads = 0;
const startedAt = performance.now();
const progressEveryMs = process.stderr.isTTY ? 500 : 10_000;
let saidAt = startedAt;

/** One run can take minutes. */
function showProgress(toProgress: () => string): void {
  const now = performance.now();
  if (now - saidAt < progressEveryMs) return;
  saidAt = now;
  process.stderr.write(process.stderr.isTTY ? `\r${toProgress()} ` : `${toProgress()}\n`);
}

/** The lines of its log begin with the time of its world. */
function showLine(line: string): void {
  showProgress(() => `seed ${seed}, ${done} steps before it, ${line.split(' ', 1)[0]} ms in its world`);
}

while (done < steps) {
  const most = wish.seed === undefined ? Math.min(stepsPerSeed, steps - done) : steps;
  const result = await simulate(core, { seed, steps: most, onLine: showLine });
  if (result.violation) {
    const { invariant, details, lastEvents } = result.violation;
    console.error(`\n${lastEvents.join('\n')}\n`);
    console.error(`seed ${seed}, step ${result.steps}: ${invariant}: ${details}`);
    console.error(`replay: pnpm simulate --seed ${seed} --steps ${result.steps}`);
    process.exit(1);
  }
  done += result.steps;
  reads += result.reads;
  seed += 1;
}
const seconds = (performance.now() - startedAt) / 1_000;
console.log(
  `\n${done} steps and ${reads} reads up to seed ${seed - 1} in ${seconds.toFixed(1)} s: ${Math.round(done / seconds)} steps/s, nothing broken`,
);

/** So many histories belong to one seed. */
const historiesPerSeed = 500;
let crashed = 0;
let crashes = 0;
const crashingSince = performance.now();
for (let historySeed = 1; crashed < wish.histories; historySeed += 1) {
  const count = Math.min(historiesPerSeed, wish.histories - crashed);
  // Migrations that are read one by one, and such that are read in batches, in turn.
  const batch = historySeed % 2 === 0 ? 10 : undefined;
  try {
    const report = await crashHistories(batch, count, historySeed);
    crashes += report.crashes;
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
  crashed += count;
  showProgress(() => `${crashed} histories crashed everywhere`);
}
if (crashed > 0) {
  const took = ((performance.now() - crashingSince) / 1_000).toFixed(1);
  console.log(`${crashes} crashes in ${crashed} histories in ${took} s, nothing different`);
}
