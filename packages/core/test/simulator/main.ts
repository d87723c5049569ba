import { parseArgs } from 'node:util';
import * as core from '../../src/index.ts';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: { steps: { type: 'string', default: '200000' }, seed: { type: 'string' } },
});
/** So many events belong to one seed; then comes the next, unless one was asked for. */
const stepsPerSeed = 2_000;
const steps = Number(values.steps);
let seed = values.seed === undefined ? 1 : Number(values.seed);
let done = 0;
let reads = 0;
const startedAt = performance.now();

while (done < steps) {
  const most = values.seed === undefined ? Math.min(stepsPerSeed, steps - done) : steps;
  const result = await simulate(core, { seed, steps: most });
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
  const perSecond = Math.round(done / ((performance.now() - startedAt) / 1_000));
  const progress = `${done} steps, ${reads} reads, up to seed ${seed - 1}, ${perSecond} steps/s`;
  if (process.stdout.isTTY) process.stdout.write(`\r${progress} `);
  else if (seed % 100 === 0) console.log(progress);
}
const seconds = (performance.now() - startedAt) / 1_000;
console.log(
  `\n${done} steps and ${reads} reads up to seed ${seed - 1} in ${seconds.toFixed(1)} s: ${Math.round(done / seconds)} steps/s, nothing broken`,
);
