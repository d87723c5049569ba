import { toWidth } from '../render/fit-text.ts';
import type { OutputStream } from '../surroundings.ts';

/** Draws a picture of some lines at the end of a terminal, again and again in the same place. */
export interface Painter {
  /** Puts a picture in the place of the last one, below lines that stay and move up. */
  paint(picture: string, lines?: readonly string[]): void;
  /** Takes the picture away. */
  clear(): void;
  /** Gives the cursor back; whatever was painted last stays. Calling it again does nothing. */
  close(): void;
}

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
const eraseToEndOfLine = '\u001b[K';
const eraseBelow = '\u001b[J';
/** Terminals that know these show what is between them at once; all others ignore them. */
const beginUpdate = '\u001b[?2026h';
const endUpdate = '\u001b[?2026l';

/** Makes a painter, and hides the cursor until it is closed. */
export function createPainter(stream: OutputStream): Painter {
  let painted: readonly number[] = [];
  let last = '';
  let isOpen = true;
  stream.write(hideCursor);

  /**
   * Back to the first line of the picture. On a terminal that has become narrower its lines have been wrapped; on one that has
   * become lower the first of them are out of reach.
   */
  function rewind(): string {
    const { columns = 0, rows = 0 } = stream;
    const heights = painted.map((width) => Math.max(1, columns > 0 ? Math.ceil(width / columns) : 1));
    const height = heights.reduce((sum, each) => sum + each, 0);
    const reachable = rows > 0 ? Math.min(height, rows - 1) : height;
    return reachable > 0 ? `\u001b[${reachable}A\r` : '\r';
  }

  return {
    paint(picture, lines = []) {
      const size = `${stream.columns}x${stream.rows}`;
      if (lines.length === 0 && last === `${size} ${picture}`) return;
      const pictured = picture.split('\n');
      const text = [...lines, ...pictured].map((line) => `${line}${eraseToEndOfLine}\n`).join('');
      stream.write(`${beginUpdate}${rewind()}${text}${eraseBelow}${endUpdate}`);
      painted = pictured.map(toWidth);
      last = `${size} ${picture}`;
    },
    clear() {
      if (painted.length > 0) stream.write(`${rewind()}${eraseBelow}`);
      painted = [];
      last = '';
    },
    close() {
      if (isOpen) stream.write(showCursor);
      isOpen = false;
    },
  };
}
