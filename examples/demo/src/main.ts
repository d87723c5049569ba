import { parseArgs } from 'node:util';
import { createSandbox } from '@migration-status/sandbox';
import { renderSummary } from './render-summary.ts';
import { createScenario, hasEnded } from './scenario.ts';
import { createView } from './view.ts';

/** By the convention of shells: 128 and the number of the signal. */
const signalExitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const usage = '--speed must be a positive number: 1 takes half a minute, 10 three seconds';

// A reader that goes away, as `head` does, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

process.exitCode = await runDemo();

/** Runs the story to its end; gives 0 when every migration ended as its script says. */
async function runDemo(): Promise<number> {
  const speed = readSpeed();
  if (speed === undefined) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }

  await using sandbox = await createSandbox({ seed: 7, timeScale: speed });
  const { tracker, cast, beginFaults } = await createScenario(sandbox, speed);
  await using _closing = tracker;
  const interrupt = new AbortController();
  let exitCode = 0;
  for (const [signal, code] of Object.entries(signalExitCodes)) {
    process.once(signal, () => {
      exitCode = code;
      interrupt.abort();
    });
  }

  process.stdout.write('Fourteen migrations at four providers, on this machine. Ctrl-C ends it.\n\n');
  const view = createView(tracker, process.stdout);
  const callOffFaults = beginFaults();
  try {
    const statuses = await Promise.all(
      cast.map((member) =>
        tracker
          .track(member.adapter, member.ref, { meta: member.name })
          .settled({ until: hasEnded(member), signal: interrupt.signal }),
      ),
    );
    const surprises = cast.filter(({ endsAs }, index) => statuses[index]?.state !== endsAs);
    for (const { name, endsAs } of surprises)
      process.stderr.write(`${name} should have ended as ${endsAs}\n`);
    exitCode = surprises.length === 0 ? 0 : 1;
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
  } finally {
    callOffFaults();
    view.stop();
    if (interrupt.signal.aborted) process.stdout.write('\nInterrupted; the migrations themselves go on.\n');
    process.stdout.write(`\n${renderSummary(tracker.rows())}\n`);
  }
  return exitCode;
}

function readSpeed(): number | undefined {
  try {
    const { values } = parseArgs({ options: { speed: { type: 'string', default: '1' } } });
    const speed = Number(values.speed);
    return Number.isFinite(speed) && speed > 0 ? speed : undefined;
  } catch {
    return undefined;
  }
}
