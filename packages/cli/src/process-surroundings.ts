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
    readInput: () => text(process.stdin),
  };
}
