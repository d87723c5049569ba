import type { MigrationRow, Tracker } from '@migration-status/core';
import { createLogUpdate } from 'log-update';
import { renderLine } from './render-line.ts';
import { renderTable, type TableLine } from './render-table.ts';

/** Shows the rows of a tracker until it is stopped. */
export interface View {
  /** Leaves the last picture standing. */
  stop(): void;
}

/** What the surroundings say about the output: `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A live table on a terminal that can move its cursor, one line per change anywhere else. */
export function createView(
  tracker: Tracker,
  output: NodeJS.WriteStream,
  environment: Environment = process.env,
): View {
  const isLive = output.isTTY && environment.TERM !== 'dumb' && !environment.CI;
  return isLive ? createLiveView(tracker, output, environment) : createLineView(tracker, output);
}

const frameMs = 100;

function createLiveView(tracker: Tracker, output: NodeJS.WriteStream, environment: Environment): View {
  const draw = createLogUpdate(output);
  const startedAt = performance.now();
  const endedAt = new Map<string, number>();
  const stopListening = tracker.on('settled', ({ row }) => endedAt.set(row.key, performance.now()));

  function renderFrame(): string {
    const lines = tracker.rows().map((row): TableLine => {
      const elapsedMs = (endedAt.get(row.key) ?? performance.now()) - startedAt;
      return { name: toName(row), row, elapsedMs };
    });
    const unicode = environment.TERM !== 'linux';
    return renderTable(lines, { columns: output.columns, color: output.hasColors(), unicode });
  }

  draw(renderFrame());
  const timer = setInterval(() => draw(renderFrame()), frameMs);
  return {
    /** The last picture is written as it is: a live one shows no more lines than the terminal has. */
    stop() {
      clearInterval(timer);
      stopListening();
      draw.clear();
      draw.done();
      output.write(`${renderFrame()}\n`);
    },
  };
}

function createLineView(tracker: Tracker, output: NodeJS.WriteStream): View {
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
