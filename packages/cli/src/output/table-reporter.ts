import type { Look } from '../render/look.ts';
import { renderSnapshot } from '../render/render-snapshot.ts';
import { renderTroubles } from '../render/render-troubles.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Reporter } from './reporter.ts';

/** One table when all is over, as wide as the terminal, or as wide as it has to be. */
export function createTableReporter(
  { stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>,
  look: Look,
): Reporter {
  return {
    start() {},
    note(message) {
      stderr.write(`${message}\n`);
    },
    finish({ snapshot, historyOf }) {
      const columns = stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY;
      const rows = Number.POSITIVE_INFINITY;
      const text = renderSnapshot(snapshot, { ...look, columns, rows, now: Date.now(), historyOf });
      stdout.write(`${text}\n`);
      for (const line of renderTroubles(snapshot.rows)) stderr.write(`${line}\n`);
    },
  };
}
