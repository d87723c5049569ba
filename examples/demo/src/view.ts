import type { MigrationRow, Tracker } from '@migration-status/core';
import { createLogUpdate } from 'log-update';
import { renderLine } from './render-line.ts';
import { renderTable, type TableLine } from './render-table.ts';

/** Shows the rows of a tracker until it is stopped. */
export interface View {
  /** Leaves the last picture standing. */
  stop(): void;
}

/** A stream to draw on; the terminal's properties are absent when it is piped. */
export type Output = NodeJS.WriteStream;

/** A live table on a terminal, one line per change anywhere else. */
export function createView(tracker: Tracker, output: Output): View {
  return output.isTTY ? createLiveView(tracker, output) : createLineView(tracker, output);
}

const frameMs = 100;

function createLiveView(tracker: Tracker, output: Output): View {
  const draw = createLogUpdate(output);
  const startedAt = performance.now();
  const endedAt = new Map<string, number>();
  const stopListening = tracker.on('settled', ({ row }) => endedAt.set(row.key, performance.now()));

  function drawFrame(): void {
    const lines = tracker.rows().map((row): TableLine => {
      const elapsedMs = (endedAt.get(row.key) ?? performance.now()) - startedAt;
      return { name: toName(row), row, elapsedMs };
    });
    const color = output.hasColors();
    const unicode = process.env.TERM !== 'linux';
    draw(renderTable(lines, { columns: output.columns, color, unicode }));
  }

  drawFrame();
  const timer = setInterval(drawFrame, frameMs);
  return {
    stop() {
      clearInterval(timer);
      stopListening();
      drawFrame();
      draw.done();
    },
  };
}

function createLineView(tracker: Tracker, output: Output): View {
  const written = new Map<string, string>();
  const write = ({ row }: { readonly row: MigrationRow }) => {
    const line = renderLine(toName(row), row);
    if (written.get(row.key) === line) return;
    written.set(row.key, line);
    output.write(`${new Date().toISOString().slice(11, 19)}Z ${line}\n`);
  };
  const stops = [tracker.on('change', write), tracker.on('condition', write)];
  return {
    stop() {
      for (const stop of stops) stop();
    },
  };
}

function toName({ meta, key }: MigrationRow): string {
  return typeof meta === 'string' ? meta : key;
}
