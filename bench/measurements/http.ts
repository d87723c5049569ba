import { isFigure, type Measurement, toCell, toFigureCells } from '../harness/measurement.ts';
import { measureWholeRead } from '../whole-read.ts';

/** A whole read over HTTP, validation, mapping and engine included, against the least that reads the same bytes. */
export const http: Measurement = {
  name: 'http',
  title: 'http: microseconds of CPU per whole read; ratio to fetch + JSON.parse',
  cases: ['ours'],
  repeats: 1,
  needsQuiet: true,

  async measure(_caseName, share) {
    return { figures: { ...(await measureWholeRead({ share })) } };
  },

  toRows(outcomes) {
    const bare = toCell(outcomes, 'ours', 'bareCpuMicros');
    const ours = toCell(outcomes, 'ours', 'oursCpuMicros');
    const platform = toCell(outcomes, 'ours', 'oursPlatformFetchCpuMicros');
    const alone = toCell(outcomes, 'ours', 'adapterCpuMicros');
    const byHand = toCell(outcomes, 'ours', 'handRolledCpuMicros');
    const sockets = toCell(outcomes, 'ours', 'sockets');
    const baseline = { name: 'bare', cell: bare };
    return [
      {
        label: 'whole read',
        unit: 'microseconds',
        cells: { ...toFigureCells('bare', bare), ...toFigureCells('p-retry', byHand), ...(ours && { ours }) },
        baseline,
        goal: { of: 'ratio', atMost: 1 },
        ...(isFigure(byHand) && { note: 'p-retry: with ky and zod, by hand' }),
      },
      {
        label: 'platform fetch',
        unit: 'microseconds',
        cells: { ...toFigureCells('bare', bare), ...(platform && { ours: platform }) },
        baseline,
      },
      {
        label: 'adapter alone',
        unit: 'microseconds',
        cells: { ...toFigureCells('bare', bare), ...(alone && { ours: alone }) },
        baseline,
      },
      { label: 'sockets', unit: 'count', cells: { ...(sockets && { ours: sockets }) } },
    ];
  },
};
