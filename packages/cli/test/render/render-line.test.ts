import { describe, expect, it, vi } from 'vitest';
import { toNewsKey } from '../../src/output/news-key.ts';
import { formatClock } from '../../src/render/format-clock.ts';
import { formatAge, formatDuration } from '../../src/render/format-duration.ts';
import { toPlainText } from '../../src/render/plain-text.ts';
import { renderLine } from '../../src/render/render-line.ts';
import { renderTroubles } from '../../src/render/render-troubles.ts';
import { renderWords } from '../../src/render/render-words.ts';
import { createRead, createRow, now, sampleRows } from '../support/sample-rows.ts';

const plain = { at: now, isColored: false, isUnicode: true };

describe('a line', () => {
  it('says what is known of each kind of row, and what is wrong', async () => {
    const lines = sampleRows.map((row) => renderLine(row, plain));
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('snapshots/lines.txt');
  });

  it("tells where a state came from, and the provider's own word for it", () => {
    const failed = createRead('velt/mig_42', { state: 'failed', nativeState: 'ERROR', message: 'disk full' });
    expect(renderLine(failed, { ...plain, previousWord: 'running' })).toBe(
      '12:00:00Z velt/mig_42 running → failed: disk full (native "ERROR")',
    );
    expect(renderLine(failed, { ...plain, previousWord: 'running', isUnicode: false })).toContain(
      'running -> failed',
    );
    expect(renderLine(failed, { ...plain, isNewState: false })).toBe(
      '12:00:00Z velt/mig_42 failed: disk full',
    );
    expect(renderLine(failed, { ...plain, isColored: true })).toContain('\u001b[31mfailed\u001b[39m');
  });

  it('is one line without control codes, whatever a provider writes', () => {
    const lines = sampleRows.map((row) => renderLine(row, plain));
    expect(lines.filter((line) => /\p{Cc}/u.test(line))).toEqual([]);
  });
});

describe('what is news', () => {
  const key = (said: object, given = {}) => toNewsKey(createRead('acme/1', said, given));

  it('is another state, word, phase, or tenth of the way', () => {
    const base = key({ progress: { percent: 41 } });
    expect(key({ progress: { percent: 49.9 } })).toBe(base);
    expect(key({ progress: { percent: 50 } })).not.toBe(base);
    expect(key({ progress: { percent: 41 }, phase: 'import' })).not.toBe(base);
    expect(key({ progress: { percent: 41 }, nativeState: 'BUSY' })).not.toBe(base);
    expect(key({ progress: { percent: 41 }, state: 'paused' })).not.toBe(base);
    expect(key({ progress: { completed: 4, total: 10 } })).toBe(base);
    expect(key({ progress: { completed: 5, total: 0 } })).toBe(key({}));
  });

  it('is trouble that begins, changes its cause or ends, not its wording', () => {
    const since = '2026-01-01T00:00:00.000Z';
    const trouble = (message: string, code: 'server_error' | 'unreachable') =>
      key({}, { conditions: [{ kind: 'unreachable', since, message, code }] });
    expect(trouble('HTTP 502', 'server_error')).toBe(trouble('HTTP 503', 'server_error'));
    expect(trouble('HTTP 502', 'server_error')).not.toBe(trouble('gone', 'unreachable'));
    expect(trouble('HTTP 502', 'server_error')).not.toBe(key({}));
  });
});

describe('the troubles', () => {
  it('are told whole: why migrations failed, and why some could not be looked at', () => {
    expect(renderTroubles(sampleRows)).toEqual([
      'velt/org_1/cafe\u0301 failed: a user has no address',
      'velt/org_1/cafe\u0301 failed: disk [31m full , no room (disk_full, file.docx)',
      'velt/org_1/mig_14 unauthorized: velt refuses the credentials',
    ]);
  });

  it('of one migration are told up to a number', () => {
    const issues = Array.from({ length: 25 }, (_none, index) => ({
      severity: 'error' as const,
      message: `issue ${index}`,
    }));
    const lines = renderTroubles([createRead('acme/1', { state: 'failed', issues })]);
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('acme/1 failed: 5 more issues');
  });

  it('are none where all is well', () => {
    expect(renderTroubles([createRead('acme/1', {})])).toEqual([]);
    expect(renderTroubles([createRow('acme/1')])).toEqual([]);
  });
});

describe('the time of day', () => {
  it('is told in UTC, or in the zone of where we are with its offset', () => {
    const at = Date.parse('2026-07-01T22:03:07.900Z');
    expect(formatClock(at, {})).toBe('22:03:07Z');
    for (const [zone, clock] of [
      ['Europe/Berlin', '00:03:07+02:00'],
      ['Asia/Kolkata', '03:33:07+05:30'],
      ['America/St_Johns', '19:33:07-02:30'],
      ['UTC', '22:03:07+00:00'],
    ] as const) {
      vi.stubEnv('TZ', zone);
      expect(formatClock(at, { isLocalTime: true })).toBe(clock);
    }
    vi.unstubAllEnvs();
  });
});

describe('durations', () => {
  it.each([
    [0, '0s', '0s'],
    [8_999, '8s', '8s'],
    [192_000, '3m12s', '3m'],
    [7_500_000, '2h05m', '2h'],
    [349_200_000, '4d01h', '4d'],
    [-5, '0s', '0s'],
    [Number.NaN, '0s', '0s'],
  ])('%d ms are %s, and as an age %s', (durationMs, duration, age) => {
    expect(formatDuration(durationMs)).toBe(duration);
    expect(formatAge(durationMs)).toBe(age);
  });
});

it('takes control codes, line breaks and turned directions out of a text', () => {
  expect(toPlainText('\u001b[31mred\u001b[0m\r\nline\u2028two\u202egnol\u0007')).toBe(
    '[31mred [0m line two gnol',
  );
});

it('puts words below each other by their width', () => {
  expect(renderWords([['日本', 'b', ''], ['a', 'c'], []])).toBe('日本  b\na     c\n');
});
