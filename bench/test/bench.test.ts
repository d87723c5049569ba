import { describe, expect, it } from 'vitest';
import { everyMeasurement } from '../families.ts';
import { toProbeDelays } from '../harness/loop-delay.ts';
import { measureAll, type Progress, toOutcome } from '../harness/measure-all.ts';
import type { Measurement, Outcomes, Row } from '../harness/measurement.ts';
import { toFigure } from '../harness/median.ts';
import { type Report, type ReportRow, toRatio, toReportRows } from '../harness/report.ts';
import { runCase, toReason } from '../harness/run-case.ts';
import { heap } from '../measurements/heap.ts';
import { loadPeer, peerNames } from '../peers/load-peer.ts';
import { formatNumber, renderReport, renderTable } from '../table.ts';

const figure = (value: number) => toFigure([value]);

function judge(row: Partial<Row>): ReportRow {
  const measurement: Measurement = {
    name: 'sample',
    title: 'sample: a title',
    cases: [],
    repeats: 1,
    needsQuiet: false,
    measure: async () => ({ figures: {} }),
    toRows: () => [{ label: 'a line', unit: 'count', cells: {}, ...row }],
  };
  const [judged] = toReportRows([measurement], new Map());
  if (judged === undefined) throw new Error('no line');
  return judged;
}

describe('a figure', () => {
  it('is the middle of an odd number of values, whatever their order', () => {
    expect(toFigure([30, 1, 2])).toEqual({ value: 2, least: 1, most: 30, runs: 3 });
  });

  it('is between the two in the middle of an even number', () => {
    expect(toFigure([4, 1, 2, 10]).value).toBe(3);
  });

  it('needs a value', () => {
    expect(() => toFigure([])).toThrow('at least one value');
  });
});

describe('several runs of one case', () => {
  it('come to a figure for each number', () => {
    expect(toOutcome([{ figures: { micros: 3 } }, { figures: { micros: 1 } }])).toEqual({
      figures: { micros: { value: 2, least: 1, most: 3, runs: 2 } },
    });
  });

  it('come to the failure of one that failed', () => {
    expect(toOutcome([{ figures: { micros: 3 } }, { failed: 'out of memory' }])).toEqual({
      failed: 'out of memory',
    });
  });
});

describe('the delay of the event loop', () => {
  it.each([
    [0, [0]],
    [0.5, [0.5]],
    [3.5, [3.5, 2.5, 1.5, 0.5]],
  ])('of %d ms stands for the probes that were due meanwhile too', (delayMs, delays) => {
    expect(toProbeDelays(delayMs)).toEqual(delays);
  });
});

describe('a line of the report', () => {
  it('has the ratio of ours to its baseline', () => {
    const row = { cells: { ours: figure(1) }, baseline: { name: 'bare', cell: figure(4) } };
    expect(judge(row).ratio).toEqual({ to: 'bare', value: 0.25 });
  });

  it.each([
    ['there is no baseline', { cells: { ours: figure(1) } }],
    [
      'the baseline failed',
      { cells: { ours: figure(1) }, baseline: { name: 'bare', cell: { failed: 'no' } } },
    ],
    ['the baseline is 0', { cells: { ours: figure(1) }, baseline: { name: 'bare', cell: figure(0) } }],
    ['ours failed', { cells: { ours: { failed: 'no' } }, baseline: { name: 'bare', cell: figure(1) } }],
  ] as const)('has no ratio where %s', (_case, row) => {
    expect(toRatio({ label: 'a line', unit: 'count', ...row })).toBeNull();
  });

  it.each([
    ['the number', 'ours', 100, true],
    ['the number', 'ours', 99.9, false],
    ['the ratio', 'ratio', 2, true],
    ['the ratio', 'ratio', 1.9, false],
  ] as const)('holds %s against its goal: %s ≤ %d is %s', (_what, of, atMost, isMet) => {
    const row = { cells: { ours: figure(100) }, baseline: { name: 'bare', cell: figure(50) } };
    expect(judge({ ...row, goal: { of, atMost } }).isMet).toBe(isMet);
  });

  it.each([
    [50, true],
    [49.9, false],
  ])('holds a ratio of %d against a goal of at least 50: %s', (value, isMet) => {
    const row = { cells: { ours: figure(value) }, baseline: { name: 'bullmq', cell: figure(1) } };
    expect(judge({ ...row, goal: { of: 'ratio', atLeast: 50 } }).isMet).toBe(isMet);
  });

  it('has not met a goal that could not be measured', () => {
    expect(judge({ cells: { ours: { failed: 'no' } }, goal: { of: 'ours', atMost: 1 } }).isMet).toBe(false);
  });

  it('says nothing about a goal that it does not have', () => {
    expect(judge({ cells: { ours: figure(1) } })).toMatchObject({ goal: null, isMet: null });
  });
});

describe('the table', () => {
  const rows = [
    judge({
      label: 'a label that is far too long',
      cells: {
        bare: figure(123_456_789),
        'core-lro': { failed: `${'no result '.repeat(20)}` },
        ours: figure(0.5),
      },
      baseline: { name: 'bare', cell: figure(2) },
      goal: { of: 'ratio', atMost: 0.5 },
      note: 'a note',
    }),
  ];

  it('is 80 columns wide at most, and plain', () => {
    const lines = renderTable(rows).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    expect(lines.join('\n')).not.toMatch(/\u001b/);
  });

  it('shows what failed as failed, with the reason, and no number in its place', () => {
    const table = renderTable(rows);
    expect(table).toMatch(/failed +0\.5 +×0\.25 +≤×0\.5 yes$/m);
    expect(table).toMatch(/^ {2}lro failed: no result/m);
    expect(table).toMatch(/^ {2}a note$/m);
  });

  it('shows the queues, in as many columns, where it is about them', () => {
    const cells = { bullmq: { failed: 'there is no redis-server' }, 'pg-boss': figure(2), ours: figure(3) };
    const table = renderTable([
      judge({ label: '10 % due, 4 workers', cells, goal: { of: 'ratio', atLeast: 50 } }),
    ]);
    expect(table).toMatch(/^ +BullMQ +pg-boss +ours +ratio +goal +met$/m);
    expect(table).toMatch(/^10 % due, 4 workers +failed +2 +3 +≥×50 +no$/m);
    expect(table).toMatch(/^ {2}BullMQ failed: there is no redis-server$/m);
    expect(table.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it.each([
    [0.8564, '×0.86'],
    [2, '×2'],
    [11.849, '×11.8'],
    [246.3, '×246'],
  ])('writes a ratio of %d as %s', (value, text) => {
    const cells = { ours: figure(value) };
    const table = renderTable([judge({ cells, baseline: { name: 'bare', cell: figure(1) } })]);
    expect(table.split('\n').at(-1)?.split(' ').at(-1)).toBe(text);
  });

  it('says once for several lines why they failed', () => {
    const failed = judge({ cells: { ours: { failed: 'out of memory' } } });
    expect(renderTable([failed, failed]).match(/ours failed: out of memory/g)).toHaveLength(1);
  });

  it.each([
    [0.123_456, 'microseconds', '0.123'],
    [12.345, 'microseconds', '12.3'],
    [4_966.4, 'bytes', '4966'],
    [0.4, 'bytes', '0'],
    [1_234_567, 'count', '1.23M'],
    [0.0213, 'share', '2.1%'],
    [14.5, 'share', '1500%'],
  ] as const)('writes %d %s as %s', (value, unit, text) => {
    expect(formatNumber(value, unit)).toBe(text);
  });

  it('stands under the machine and the versions that it was measured with', () => {
    const report: Report = {
      format: 'migration-status/bench',
      version: 1,
      measuredAt: '2026-01-01T00:00:00.000Z',
      seconds: 12.3,
      share: 0.5,
      machine: { cpu: 'Some CPU', cores: 4, memoryBytes: 2 ** 34, node: 'v24.0.0', os: 'Linux 6 x64' },
      peers: { waiter: '@smithy/util-waiter 4.6.2' },
      rows,
    };
    expect(renderReport(report).split('\n').slice(0, 4)).toEqual([
      'Some CPU, 4 cores, 16 GiB',
      'Node v24.0.0, Linux 6 x64',
      '2026-01-01T00:00:00.000Z, 12 s, at 0.5 of the full size',
      'waiter: @smithy/util-waiter 4.6.2',
    ]);
  });
});

describe('every measurement', () => {
  it('has a name of its own', () => {
    const names = everyMeasurement.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  it.each(everyMeasurement)('$name has titles that fit into the table', (measurement) => {
    const titles = toReportRows([measurement], new Map()).map(({ title }) => title);
    expect(titles.filter((title) => title.length > 80)).toEqual([]);
  });

  it.each(everyMeasurement)(
    '$name shows what failed, and no number, when each of its processes failed',
    (measurement) => {
      const outcomes: Outcomes = Object.fromEntries(
        measurement.cases.map((name) => [name, { failed: 'no' }]),
      );
      const rows = toReportRows([measurement], new Map([[measurement.name, outcomes]]));
      expect(rows.length).toBeGreaterThan(0);
      for (const { label, cells, ratio, isMet } of rows) {
        expect(cells.ours, label).toEqual({ failed: 'no' });
        expect(Object.values(cells).filter((cell) => 'value' in cell)).toEqual([]);
        expect(ratio).toBeNull();
        expect(isMet).not.toBe(true);
      }
    },
  );
});

describe('every peer', () => {
  it.each(peerNames)('%s asks until it is done, and then no more', async (name) => {
    let asked = 0;
    const follow = (await loadPeer(name)).createFollower({ intervalMs: 1 });
    const read = async () => {
      asked += 1;
      return { statusCode: 200, isDone: asked === 3 } as const;
    };
    await follow({ id: 'one', read });
    expect(asked).toBe(3);
  });
});

describe('a run, in small', { timeout: 60_000 }, () => {
  it('measures in processes of their own, and says how far it is', async () => {
    const small = { ...heap, cases: ['bare', 'ours'] };
    const progress: Progress[] = [];
    const outcomes = await measureAll([small], { share: 0.002, onProgress: (step) => progress.push(step) });
    expect(progress.map(({ done, total }) => `${done}/${total}`)).toEqual(['1/2', '2/2']);
    const [line] = toReportRows([small], outcomes);
    expect(line).toMatchObject({
      measurement: 'heap',
      cells: { bare: { runs: 1 }, ours: { runs: 1 } },
      ratio: { to: 'bare' },
    });
    expect(JSON.parse(JSON.stringify(line))).toEqual(line);
  });

  it.each(['mixed', 'herd'])('leaves no client of the streams astray: %s', async (caseName) => {
    const options = { measurement: 'streams', caseName, share: 0.02, timeoutMs: 60_000 };
    expect(await runCase(options)).toMatchObject({ figures: { astray: 0 } });
  });

  it.each(['ours', 'pg-boss'])('reads what is due among what is not: %s', async (driver) => {
    const options = {
      measurement: 'durable',
      caseName: `${driver}, a million`,
      share: 0.002,
      timeoutMs: 50_000,
    };
    const result = await runCase(options);
    const { figures } = 'figures' in result ? result : { figures: {} };
    expect(figures['perSecond, 1']).toBeGreaterThan(0);
    expect(figures['cpuMicros, 1']).toBeGreaterThan(0);
    expect(figures['storedBytes, 1']).toBeGreaterThan(0);
  });

  it('reads what is due from BullMQ, or says that there is no Redis', async () => {
    const options = {
      measurement: 'durable',
      caseName: 'bullmq, a million',
      share: 0.002,
      timeoutMs: 50_000,
    };
    const result = await runCase(options);
    if ('failed' in result) expect(result.failed).toContain('there is no redis-server on the PATH');
    else expect(result.figures['perSecond, 1']).toBeGreaterThan(0);
  });

  it('takes a process that dies for a failure, and says why', async () => {
    const options = { measurement: 'nothing', caseName: 'ours', share: 1, timeoutMs: 30_000 };
    expect(await runCase(options)).toEqual({
      failed: 'RangeError: there is no measurement nothing (ended with 1)',
    });
  });

  it('ends a process that brings nothing', async () => {
    const options = { measurement: 'million', caseName: 'ours', share: 1, timeoutMs: 1 };
    expect(await runCase(options)).toEqual({ failed: 'no result within 0.001 s' });
  });

  it('finds the line that says why', () => {
    const complaint =
      '\n<--- Last few GCs --->\n\nFATAL ERROR: Reached heap limit Allocation failed\n 1: 0xb\n';
    expect(toReason('ended with SIGABRT', complaint)).toBe(
      'FATAL ERROR: Reached heap limit Allocation failed (ended with SIGABRT)',
    );
  });
});
