import type { Look } from '../render/look.ts';
import { renderSnapshot } from '../render/render-snapshot.ts';
import { renderTroubles } from '../render/render-troubles.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Reporter } from './reporter.ts';
import { toColumns } from './to-columns.ts';

/** One table when all is over, as wide as {@link toColumns} says. */
export function createTableReporter(
  { stdout, stderr, environment }: Pick<Surroundings, 'stdout' | 'stderr' | 'environment'>,
  look: Look,
): Reporter {
  return {
    start() {},
    note(message) {
      stderr.write(`${message}\n`);
    },
    finish({ snapshot, historyOf }) {
      const columns = toColumns(stdout, environment);
      const rows = Number.POSITIVE_INFINITY;
      const text = renderSnapshot(snapshot, { ...look, columns, rows, now: Date.now(), historyOf });
      stdout.write(`${text}\n`);
      for (const line of renderTroubles(snapshot.rows)) stderr.write(`${line}\n`);
    },
  };
}
