import { exitCodes } from '../exit-codes.ts';
import { renderUnseen } from '../render/render-troubles.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Reporter } from './reporter.ts';

/** Says nothing, because the outcome is the exit code; only why it could not be found out is told. */
export function createQuietReporter({ stderr }: Pick<Surroundings, 'stderr'>): Reporter {
  return {
    start() {},
    note() {},
    finish({ snapshot, exitCode }) {
      if (exitCode !== exitCodes.notFoundOut) return;
      for (const line of renderUnseen(snapshot.rows)) stderr.write(`${line}\n`);
    },
  };
}
