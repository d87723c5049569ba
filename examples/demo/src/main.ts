import { parseArgs } from 'node:util';
import { createSandbox } from '@migration-status/sandbox';
import { renderSummary } from './render-summary.ts';
import { createScenario, hasEnded } from './scenario.ts';
import { createView } from './view.ts';

const interruptedExitCode = 130;

process.exitCode = await runDemo();

/** Runs the story to its end; gives 0 when every migration ended as its script says. */
async function runDemo(): Promise<number> {
  const { values } = parseArgs({ options: { speed: { type: 'string', default: '1' } } });
  const speed = Number(values.speed);
  if (!(speed > 0)) {
    process.stderr.write('--speed must be a positive number: 1 takes half a minute, 10 three seconds\n');
    return 2;
  }

  await using sandbox = await createSandbox({ seed: 7, timeScale: speed });
  const { tracker, cast, beginFaults } = await createScenario(sandbox, speed);
  await using _closing = tracker;
  process.stdout.write('Fourteen migrations at four providers, on this machine. Ctrl-C ends it.\n\n');
  const view = createView(tracker, process.stdout);
  const callOffFaults = beginFaults();
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());

  try {
    const statuses = await Promise.all(
      cast.map((member) =>
        tracker
          .track(member.adapter, member.ref, { meta: member.name })
          .settled({ until: hasEnded(member), signal: interrupt.signal }),
      ),
    );
    view.stop();
    process.stdout.write(`\n${renderSummary(tracker.rows())}\n`);
    const surprises = cast.filter(({ endsAs }, index) => statuses[index]?.state !== endsAs);
    for (const { name, endsAs } of surprises)
      process.stderr.write(`${name} should have ended as ${endsAs}\n`);
    return surprises.length === 0 ? 0 : 1;
  } catch (error) {
    view.stop();
    if (!interrupt.signal.aborted) throw error;
    process.stdout.write(
      `\nInterrupted; the migrations themselves go on.\n${renderSummary(tracker.rows())}\n`,
    );
    return interruptedExitCode;
  } finally {
    callOffFaults();
  }
}
