import { describe, expect, it } from 'vitest';
import { createPainter } from '../../src/output/painter.ts';
import { createTextStream } from '../support/run-in-process.ts';

/** What is written from here on. */
function createRecorder(size: { columns: number; rows: number }) {
  const stream = createTextStream({ isTTY: true, ...size });
  let from = 0;
  const take = () => {
    const text = stream.text().slice(from);
    from += text.length;
    return text;
  };
  return { stream, take };
}

describe('a painter', () => {
  it('hides the cursor, and gives it back once', () => {
    const { stream, take } = createRecorder({ columns: 80, rows: 24 });
    const painter = createPainter(stream);
    expect(take()).toBe('\u001b[?25l');
    painter.close();
    painter.close();
    expect(take()).toBe('\u001b[?25h');
  });

  it('goes back over as many lines as the picture has, and not one more', () => {
    const { stream, take } = createRecorder({ columns: 80, rows: 24 });
    const painter = createPainter(stream);
    painter.paint('one\ntwo');
    take();
    painter.paint('three');
    expect(take()).toBe('\u001b[?2026h\u001b[2A\rthree\u001b[K\n\u001b[J\u001b[?2026l');
    painter.clear();
    expect(take()).toBe('\u001b[1A\r\u001b[J');
  });

  it('writes lines that stay above the picture', () => {
    const { stream, take } = createRecorder({ columns: 80, rows: 24 });
    const painter = createPainter(stream);
    painter.paint('picture');
    take();
    painter.paint('picture', ['ended']);
    expect(take()).toContain('\u001b[1A\rended\u001b[K\npicture\u001b[K\n');
    painter.paint('picture2');
    expect(take()).toContain('\u001b[1A\rpicture2');
  });

  it('writes nothing where nothing is new', () => {
    const { stream, take } = createRecorder({ columns: 80, rows: 24 });
    const painter = createPainter(stream);
    painter.paint('same');
    take();
    painter.paint('same');
    expect(take()).toBe('');
  });

  it('knows how lines were wrapped by a terminal that became narrower', () => {
    const { stream, take } = createRecorder({ columns: 80, rows: 24 });
    const painter = createPainter(stream);
    painter.paint(`${'x'.repeat(60)}\nshort\n日本`);
    take();
    Object.assign(stream, { columns: 25 });
    painter.paint('picture');
    expect(take()).toContain('\u001b[5A');
  });

  it('does not reach for lines above a terminal that became lower', () => {
    const { stream, take } = createRecorder({ columns: 80, rows: 24 });
    const painter = createPainter(stream);
    painter.paint('a\nb\nc\nd\ne');
    take();
    Object.assign(stream, { rows: 4 });
    painter.paint('picture');
    expect(take()).toContain('\u001b[3A');
  });
});
