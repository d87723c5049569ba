import { Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, test } from 'vitest';
import type { MutantReport, MutantWork } from './mutant-worker.ts';
import { mutants } from './mutants.ts';
import { mutate } from './mutated-core.ts';

const untouched = 'the core as it is';
const workers = 2;

/** Tries faults in a thread of its own, as the platform runs the sources. */
function tryOut(work: MutantWork): Promise<readonly MutantReport[]> {
  return new Promise((resolve, reject) => {
    const reports: MutantReport[] = [];
    const flags = process.features.typescript ? [] : ['--experimental-strip-types', '--no-warnings'];
    const worker = new Worker(new URL('./mutant-worker.ts', import.meta.url), {
      workerData: work,
      execArgv: flags,
    });
    worker.on('message', (report: MutantReport) => reports.push(report));
    worker.on('error', reject);
    worker.on('exit', () => resolve(reports));
  });
}

describe('a deliberate fault', () => {
  const reports = new Map<string, MutantReport>();

  beforeAll(async () => {
    const names = [untouched, ...mutants.map(({ name }) => name)];
    const work = Array.from({ length: workers }, (_, index) => ({
      names: names.filter((_name, place) => place % workers === index),
      seeds: 20,
      steps: 1_000,
    }));
    for (const found of await Promise.all(work.map(tryOut))) {
      for (const report of found) reports.set(report.name, report);
    }
  }, 180_000);

  test('is none in the core as it is', () => {
    expect(reports.get(untouched)).toEqual({ name: untouched });
  });

  test.each(mutants)('is noticed: $name ($file)', ({ name }) => {
    expect(reports.get(name)).toEqual({
      name,
      invariant: expect.any(String),
      seed: expect.any(Number),
    });
  });

  test('has a name of its own', () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });

  test.each(['const a = 1;', 'const a = 0; const a = 0;'])(
    'is refused where its place is not one: %s',
    (source) => {
      const mutant = { name: 'none', file: 'a.ts', search: 'const a = 0;', replace: '' };
      expect(() => mutate(source, mutant)).toThrow('not one');
    },
  );
});
