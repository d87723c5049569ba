import { describeSummary, type MigrationRow } from '@migration-status/core';
import { formatClock } from '../render/format-clock.ts';
import type { Look } from '../render/look.ts';
import { renderLine } from '../render/render-line.ts';
import type { Surroundings } from '../surroundings.ts';
import { toNewsKey } from './news-key.ts';
import { heartbeatMs, type Reporter } from './reporter.ts';

/** One line per change, and a sign of life where nothing changes: for logs and pipes. */
export function createPlainReporter(
  { stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>,
  look: Look,
): Reporter {
  const told = new Map<string, { readonly news: string; readonly state: string | undefined }>();
  const stops: (() => void)[] = [];
  let hasStarted = false;

  function tell(row: MigrationRow): void {
    const news = toNewsKey(row);
    const before = told.get(row.key);
    if (before?.news === news) return;
    const state = row.status?.state;
    told.set(row.key, { news, state });
    const isNewState = before === undefined || before.state !== state;
    const previousWord = isNewState ? before?.state : undefined;
    stdout.write(`${renderLine(row, { at: Date.now(), previousWord, isNewState, ...look })}\n`);
  }

  return {
    start({ tracker, view }) {
      hasStarted = true;
      const heartbeat = setInterval(() => {
        const now = Date.now();
        stderr.write(`${formatClock(now, look)} ${describeSummary(view.getSnapshot(), now)}\n`);
      }, heartbeatMs);
      stops.push(
        tracker.on('change', ({ row }) => tell(row)),
        tracker.on('condition', ({ row }) => tell(row)),
        () => clearInterval(heartbeat),
      );
    },
    note(message) {
      stderr.write(`${message}\n`);
    },
    finish({ snapshot }) {
      for (const stop of stops.splice(0)) stop();
      if (!hasStarted) for (const row of snapshot.rows) tell(row);
      const now = Date.now();
      stdout.write(`${formatClock(now, look)} ${describeSummary(snapshot, now)}\n`);
    },
  };
}
