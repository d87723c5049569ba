import type { MigrationRow } from '@migration-status/core';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { renderSnapshot, type SnapshotLook } from '../../src/render/render-snapshot.ts';
import { ago, createRead, createRow, now, sampleRows, toSnapshot } from '../support/sample-rows.ts';

const plain: SnapshotLook = {
  columns: 80,
  rows: Number.POSITIVE_INFINITY,
  isColored: false,
  isUnicode: true,
  now,
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
const colors = /\u001b\[\d+m/g;

function render(rows: readonly MigrationRow[], look: Partial<SnapshotLook> = {}): string {
  return renderSnapshot(toSnapshot(rows), { ...plain, ...look });
}

const looks = [40, 80, 120].flatMap((columns) =>
  [true, false].flatMap((isColored) =>
    [true, false].map((isUnicode) => ({
      columns,
      isColored,
      isUnicode,
      name: `${columns}-${isColored ? 'colored' : 'plain'}-${isUnicode ? 'unicode' : 'ascii'}`,
    })),
  ),
);

describe('a snapshot', () => {
  it.each(looks)('is drawn as it was agreed on: $name', async ({ name, ...look }) => {
    await expect(`${render(sampleRows, { ...look, rows: 24 })}\n`).toMatchFileSnapshot(
      `snapshots/${name}.txt`,
    );
  });

  it.each(looks)('keeps within the terminal: $name', ({ name: _name, ...look }) => {
    const lines = render(sampleRows, { ...look, rows: 24 }).split('\n');
    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(look.columns);
    expect(lines.length).toBeLessThanOrEqual(22);
  });

  it.each([1, 5, 13, 20, 27, 33, 51, 66, 99, 200])('keeps within %i columns', (columns) => {
    const widths = render(sampleRows, { columns, rows: 24 })
      .split('\n')
      .map((line) => stringWidth(line));
    expect(Math.max(...widths)).toBeLessThanOrEqual(Math.max(columns, 13));
  });

  it.each([40, 80, 120])('says the same with colours as without, in %i columns', (columns) => {
    const colored = render(sampleRows, { columns, isColored: true });
    expect(colored).toMatch(colors);
    expect(colored.replace(colors, '')).toBe(render(sampleRows, { columns }));
  });

  it('shows the word of every state, never a colour or a symbol alone', () => {
    for (const columns of [40, 80, 120]) {
      const lines = render(sampleRows, { columns }).split('\n').slice(1, -1);
      expect(lines.map((line, index) => [line, sampleRows[index]?.status?.state ?? 'not read'])).toSatisfy(
        (pairs: readonly [string, string][]) =>
          pairs.every(([line, word]) => line.includes(word.slice(0, 10))),
      );
    }
  });

  it('shows no control codes of a provider', () => {
    const lines = render(sampleRows, { columns: 400 }).split('\n');
    expect(lines.filter((line) => /[\p{Cc}\u202e]/u.test(line))).toEqual([]);
  });

  it('is the same text for the same snapshot', () => {
    const snapshot = toSnapshot(sampleRows);
    expect(renderSnapshot(snapshot, plain)).toBe(renderSnapshot(snapshot, plain));
  });

  it('leaves nothing out where there is no end to the width', () => {
    const text = render(sampleRows, { columns: Number.POSITIVE_INFINITY });
    expect(text).toContain('unreachable 4m: snaplogic answered HTTP 502');
    expect(text).not.toContain('…');
  });
});

describe('what we cannot see', () => {
  const outage = sampleRows.filter(({ conditions }) => conditions[0]?.kind === 'unreachable');

  it.each([40, 60, 80, 120])('stands beside the last state, and is no failure, in %i columns', (columns) => {
    const text = render(outage, { columns });
    expect(text).toMatch(/● .*running.*unreachable 4m/);
    expect(text).not.toContain('failed');
  });

  it('has no estimate of an end', () => {
    expect(render(outage)).not.toContain('~');
  });
});

describe('numbers', () => {
  it('stand there as the provider gives them, and only then', () => {
    const row = (progress: object) => createRead('acme/1', { progress });
    const progressOf = (given: MigrationRow) =>
      render([given], { columns: 120 })
        .split('\n')[1]
        ?.replace(/^● {2}acme {6}1 {10}running {2}/, '');
    expect(progressOf(row({ percent: 37.9 }))).toBe('37%');
    expect(progressOf(row({ completed: 1, total: 3, unit: 'tasks' }))).toBe('33% 1/3 tasks');
    expect(progressOf(row({ completed: 1_204, unit: 'items' }))).toBe('1,204 items');
    expect(progressOf(row({ completed: 0, total: 0 }))).toBe('0/0');
    expect(render([createRead('acme/1', {})])).not.toContain('PROGRESS');
  });

  it('have a moving dot in their place where work is done and nobody says how much', () => {
    const dots = (row: MigrationRow, look: Partial<SnapshotLook> = {}) =>
      [0, 1, 2, 3, 4].map((second) => {
        const text = render([row], { isLive: true, now: now + second * 1_000, columns: 120, ...look });
        return text.split('\n')[1]?.slice('●  acme      1          running  '.length).trimEnd();
      });
    expect(dots(createRead('acme/1', {}))).toEqual(['·', ' ·', '  ·', ' ·', '·']);
    expect(dots(createRead('acme/1', {}), { isUnicode: false })[0]).toBe('.');
    expect(dots(createRead('acme/1', { progress: { percent: 5 } }))[0]).toBe('5%');
    expect(dots(createRead('acme/1', {}), { isLive: false })).toEqual(['', '', '', '', '']);
    const [unreachable] = sampleRows.filter(({ conditions }) => conditions.length > 0);
    expect(render([unreachable ?? createRow('acme/1')], { isLive: true })).not.toContain('·');
  });

  it('prefix an estimated end with a tilde', () => {
    const row = createRead('acme/1', { progress: { percent: 50 } }, { estimatedEndAt: ago(-252) });
    expect(render([row], { columns: 120 })).toContain('50% ~4m');
  });

  it('count the time since the provider began, or else since we first looked', () => {
    const elapsedOf = (row: MigrationRow, since?: string) => {
      const states = since === undefined ? [] : [{ at: since, state: 'running', nativeState: '' } as const];
      const historyOf = () => ({ states, conditions: [], progress: [] });
      return /(\S+)$/.exec(render([row], { columns: 120, historyOf }).split('\n')[1] ?? '')?.[1];
    };
    expect(elapsedOf(createRead('acme/1', { startedAt: ago(192) }), ago(5))).toBe('3m12s');
    expect(elapsedOf(createRead('acme/1', {}), ago(5))).toBe('5s');
    expect(elapsedOf(createRead('acme/1', {}))).toBe('running');
    const local = createRead('acme/1', { startedAt: ago(-3_600), assumedZone: ['startedAt'] });
    expect(elapsedOf(local, ago(5))).toBe('5s');
    const ended = { state: 'succeeded', startedAt: ago(100), finishedAt: ago(40) } as const;
    expect(elapsedOf(createRead('acme/1', ended))).toBe('1m00s');
    const seenToEnd = { state: 'succeeded', startedAt: ago(102) } as const;
    expect(elapsedOf(createRead('acme/1', seenToEnd))).toBe('1m40s');
  });
});

describe('a low terminal', () => {
  const rows = Array.from({ length: 20 }, (_none, index) =>
    createRead(`acme/${index}`, { state: index % 4 === 0 ? 'pending' : 'running' }),
  );

  it.each([24, 12, 6, 5, 4, 3, 2, 1])('of %i lines keeps two of them free', (height) => {
    const lines = render(rows, { rows: height }).split('\n');
    expect(lines.length).toBeLessThanOrEqual(Math.max(1, height - 2));
    expect(lines.at(-1)).toMatch(/^0 of 20 done, /);
  });

  it('says what it leaves out', () => {
    expect(render(rows, { rows: 8 }).split('\n').at(-2)).toBe('… and 4 more pending, 13 running');
    expect(render(rows, { rows: 8, filter: ({ status }) => status?.state === 'running' })).toContain(
      '… and 12 more running',
    );
    expect(render(rows, { rows: 8, isUnicode: false })).toContain('... and 4 more pending');
  });

  it('shows nothing but the summary where nothing is left to show', () => {
    expect(render([])).toBe('no migrations');
    expect(render(rows, { filter: () => false })).toBe('0 of 20 done, 15 running, 5 pending');
  });

  it('says of a row that was never read that it was not', () => {
    expect(render([createRow('acme/1')])).toMatch(/^· {2}acme {6}1 {10}not read yet$/m);
  });
});
