import type { Look } from '../render/look.ts';
import { renderLine } from '../render/render-line.ts';
import { renderSnapshot } from '../render/render-snapshot.ts';
import { renderTroubles } from '../render/render-troubles.ts';
import type { Surroundings } from '../surroundings.ts';
import { createPainter, type Painter } from './painter.ts';
import type { Outcome, Reporter, Watched } from './reporter.ts';
import { toColumns } from './to-columns.ts';

/** Ten pictures a second at most. */
const frameMs = 100;

/** So often at least, because ages grow by the second. */
const tickMs = 1_000;

/**
 * A table that is drawn in place on a terminal: what is under way stays in it, what has ended moves up out of it, and a table of
 * everything remains.
 */
export function createLiveReporter(
  {
    stdout,
    stderr,
    environment,
    atExit,
    atSuspension,
  }: Pick<Surroundings, 'stdout' | 'stderr' | 'environment' | 'atExit' | 'atSuspension'>,
  look: Look,
): Reporter {
  let painter: Painter | undefined;
  let watched: Watched | undefined;
  let ended: string[] = [];
  let frame: NodeJS.Timeout | undefined;
  const stops: (() => void)[] = [];

  function toPicture(): string {
    if (watched === undefined) return '';
    const { view } = watched;
    return renderSnapshot(view.getSnapshot(), {
      ...look,
      columns: toColumns(stdout, environment),
      rows: stdout.rows || 24,
      now: Date.now(),
      isLive: true,
      filter: ({ stopped }) => stopped !== 'settled',
      historyOf: view.getHistory,
    });
  }

  function draw(): void {
    clearTimeout(frame);
    frame = undefined;
    painter?.paint(toPicture(), ended);
    ended = [];
  }

  function drawSoon(): void {
    frame ??= setTimeout(draw, frameMs);
  }

  /** What a shell writes meanwhile is not to be drawn over, and a picture that is left would be an old one. */
  function giveBack(): void {
    painter?.clear();
    painter?.close();
  }

  function takeBack(): void {
    painter = createPainter(stdout);
    draw();
  }

  return {
    start(given) {
      watched = given;
      painter = createPainter(stdout);
      const tick = setInterval(drawSoon, tickMs);
      stdout.on('resize', draw);
      stops.push(
        atExit(() => painter?.close()),
        atSuspension({ suspend: giveBack, resume: takeBack }),
        given.view.subscribe(drawSoon),
        given.tracker.on('settled', ({ row }) => {
          ended.push(renderLine(row, { at: Date.now(), ...look }));
          drawSoon();
        }),
        () => clearInterval(tick),
        () => stdout.off('resize', draw),
      );
      drawSoon();
    },
    note(message) {
      painter?.clear();
      stderr.write(`${message}\n`);
      if (watched) draw();
    },
    finish({ snapshot, historyOf }: Outcome) {
      draw();
      clearTimeout(frame);
      watched = undefined;
      giveBack();
      for (const stop of stops.splice(0)) stop();
      const size = { columns: toColumns(stdout, environment), rows: Number.POSITIVE_INFINITY };
      stdout.write(`${renderSnapshot(snapshot, { ...look, ...size, now: Date.now(), historyOf })}\n`);
      for (const line of renderTroubles(snapshot.rows)) stderr.write(`${line}\n`);
    },
  };
}
