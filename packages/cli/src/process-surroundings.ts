import { text } from 'node:stream/consumers';
import type { EndingSignal, signalExitCodes } from './exit-codes.ts';
import type { Interruption, Surroundings } from './surroundings.ts';

/** The surroundings of this process. The first signal interrupts, the second one ends the process at once. */
export function createProcessSurroundings(exitCodes: typeof signalExitCodes): Surroundings {
  const interruption = new AbortController();
  for (const signal of Object.keys(exitCodes) as EndingSignal[]) {
    process.on(signal, () => {
      if (interruption.signal.aborted) process.exit(exitCodes[signal]);
      const reason: Interruption = { signal };
      interruption.abort(reason);
    });
  }
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    folder: process.cwd(),
    interruption: interruption.signal,
    atExit(run) {
      process.once('exit', run);
      return () => process.off('exit', run);
    },
    atSuspension({ suspend, resume }) {
      const onStop = () => {
        suspend();
        // Without a listener the signal does what it does to any other program: here the process sleeps.
        process.off('SIGTSTP', onStop);
        process.kill(process.pid, 'SIGTSTP');
        process.on('SIGTSTP', onStop);
        // The window may have got another size meanwhile, and only the program in front is told of that.
        process.kill(process.pid, 'SIGWINCH');
        resume();
      };
      process.on('SIGTSTP', onStop);
      return () => process.off('SIGTSTP', onStop);
    },
    readInput: () => text(process.stdin),
  };
}
