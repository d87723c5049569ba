import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { type Measurement, type Row, toCell } from '../harness/measurement.ts';
import { loadPeer, peerNames } from '../peers/load-peer.ts';

/** Something of ours that an application imports. */
interface Part {
  readonly label: string;
  readonly entry: string;
  /** What the number leaves out. */
  readonly without: readonly string[];
  /** The most that it may weigh, in bytes. */
  readonly atMost?: number;
}

const core = '@migration-status/core';
const httpAndSchema = ['ky', 'zod'];
const alone = 'pollUntilDone';

const parts: readonly Part[] = [
  { label: alone, entry: `export { pollUntilDone } from '${core}'`, without: httpAndSchema, atMost: 1_300 },
  { label: 'createTracker', entry: `export { createTracker } from '${core}'`, without: httpAndSchema },
  { label: 'all of core', entry: `export * from '${core}'`, without: httpAndSchema, atMost: 4_900 },
  ...['velt', 'onlyoffice', 'snaplogic', 'generic-migrations'].map((name) => ({
    label: name === 'generic-migrations' ? 'generic' : name,
    entry: `export * from '@migration-status/${name}'`,
    without: [],
  })),
];

const everything = 'all';

/** What an application downloads. Ours is bundled from the sources, which comes to what the built packages come to. */
export const size: Measurement = {
  name: 'size',
  title: 'size: bytes, bundled, minified and gzipped; ratio to the waiter',
  cases: [everything],
  repeats: 1,
  needsQuiet: false,

  async measure() {
    const figures: Record<string, number> = {};
    for (const name of peerNames) {
      const { entry } = await loadPeer(name);
      if (entry) figures[name] = await measureBundle(entry, []);
    }
    for (const { label, entry, without } of parts) figures[label] = await measureBundle(entry, without);
    return { figures };
  },

  toRows: (outcomes) =>
    parts.map(({ label, atMost }): Row => {
      const cellOf = (figure: string) => toCell(outcomes, everything, figure);
      const others = label === alone ? peerNames : [];
      const cells = others.flatMap((name) => {
        const cell = cellOf(name);
        return cell ? [[name, cell] as const] : [];
      });
      const ours = cellOf(label);
      return {
        label,
        unit: 'bytes',
        cells: { ...Object.fromEntries(cells), ...(ours && { ours }) },
        baseline: { name: 'waiter', cell: cellOf('waiter') },
        ...(atMost !== undefined && { goal: { of: 'ours', atMost } }),
      };
    }),
};

/** Bytes over the wire of a module that consists of this one import. */
async function measureBundle(entry: string, external: readonly string[]): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: path.resolve(import.meta.dirname, '..') },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    external: [...external],
    conditions: ['source'],
    logLevel: 'silent',
  });
  return outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
}
