import { describe, expect, it } from 'vitest';
import { renderLine } from '../src/render-line.ts';
import { renderSummary } from '../src/render-summary.ts';
import { renderTable } from '../src/render-table.ts';
import { sampleLines, sampleRows } from './sample-rows.ts';

const plain = { color: false, unicode: true };

describe('renderTable', () => {
  it('fits what matters most into 40 columns', () => {
    expect(renderTable(sampleLines, { ...plain, columns: 40 })).toBe(
      [
        'MIGRATION   STATE                 TROU…',
        'running     ● running',
        'counted     ● running',
        'failed      ✖ failed              disk…',
        'unknown     ? unknown             says…',
        'waiting     ⚑ awaiting_input      a pe…',
        'unreachable ● running             unre…',
        'unread',
      ].join('\n'),
    );
  });

  it('shows every column in 80', () => {
    expect(renderTable(sampleLines, { ...plain, columns: 80 })).toBe(
      [
        'PROVIDER           MIGRATION   STATE                 DONE  ELAPSED TROUBLE',
        'onlyoffice         running     ● running             27%   0s',
        'generic-migrations counted     ● running             2/4   1s',
        'velt               failed      ✖ failed                    3s      disk [31m f…',
        'velt               unknown     ? unknown                   4s      says "rolli…',
        'onlyoffice         waiting     ⚑ awaiting_input            6s      a person ha…',
        'snaplogic          unreachable ● running                   7s      unreachable…',
        'velt               unread                                  9s',
      ].join('\n'),
    );
  });

  it('tells the whole trouble in 120, and makes do with ASCII', () => {
    expect(renderTable(sampleLines.slice(2, 6), { color: false, unicode: false, columns: 120 })).toBe(
      [
        'PROVIDER           MIGRATION   STATE                 DONE  ELAPSED TROUBLE',
        'velt               failed      x failed                    3s      disk [31m full',
        'velt               unknown     ? unknown                   4s      says "rolling_back"',
        'onlyoffice         waiting     ! awaiting_input            6s      a person has to act',
        'snaplogic          unreachable > running                   7s      unreachable: snaplogic answered HTTP 502',
      ].join('\n'),
    );
  });

  it('colours states without moving a column', () => {
    const coloured = renderTable(sampleLines, { columns: 80, color: true, unicode: true });
    expect(coloured).toContain('\u001b[31m✖ failed\u001b[39m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(renderTable(sampleLines, { ...plain, columns: 80 }));
  });
});

describe('renderLine', () => {
  it('says what is known and what is wrong', () => {
    const lines = Object.entries(sampleRows).map(([name, row]) => renderLine(name, row));
    expect(lines).toEqual([
      'onlyoffice/running running 27%',
      'generic-migrations/counted running 2/4',
      'velt/failed failed (disk [31m full)',
      'velt/unknown unknown (says "rolling_back")',
      'onlyoffice/waiting awaiting_input (a person has to act)',
      'snaplogic/unreachable running (unreachable: snaplogic answered HTTP 502)',
      'velt/unread not read yet',
    ]);
  });
});

describe('renderSummary', () => {
  it('counts the states that occur, and what was never read', () => {
    expect(renderSummary(Object.values(sampleRows))).toBe(
      [
        '7 migrations',
        '   3 running',
        '   1 awaiting_input',
        '   1 failed',
        '   1 unknown',
        '   1 not read yet',
      ].join('\n'),
    );
  });
});
