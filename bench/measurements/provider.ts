import { readFileSync } from 'node:fs';
import { type Measurement, toCell } from '../harness/measurement.ts';

const adapter = new URL('../peers/acme-adapter.ts', import.meta.url);

/** What somebody writes for a provider that there is no package for. */
export const provider: Measurement = {
  name: 'provider',
  title: 'provider: lines of an adapter for a new provider, imports and options included',
  cases: ['ours'],
  repeats: 1,
  needsQuiet: false,

  async measure() {
    const lines = readFileSync(adapter, 'utf8').split('\n');
    return { figures: { lines: lines.filter((line) => line.trim() !== '').length } };
  },

  toRows(outcomes) {
    const ours = toCell(outcomes, 'ours', 'lines');
    const cells = { ...(ours && { ours }) };
    return [{ label: 'one adapter', unit: 'count', cells, goal: { of: 'ours', atMost: 40 } }];
  },
};
