import { parentPort, workerData } from 'node:worker_threads';
import { mutants } from './mutants.ts';
import { createMutatedCores } from './mutated-core.ts';
import { simulate } from './simulate.ts';

/** What became of a fault. */
export interface MutantReport {
  readonly name: string;
  /** The promise that was found broken; absent when the fault was not noticed. */
  readonly invariant?: string;
  readonly seed?: number;
  /** Why it could not be tried. */
  readonly error?: string;
}

/** What a worker is told: which faults to try, a name that is none for the core as it is, and how long. */
export interface MutantWork {
  readonly names: readonly string[];
  readonly seeds: number;
  readonly steps: number;
}

/** A copy without a fault is tried only to see that copying does no harm. */
const seedsWithoutFault = 3;

const { names, seeds, steps } = workerData as MutantWork;
const cores = createMutatedCores();

// A fault may let a rejection go unheard; that is for the books to notice.
process.on('unhandledRejection', () => {});

async function tryOut(name: string): Promise<MutantReport> {
  try {
    const mutant = mutants.find((known) => known.name === name);
    const core = await cores.load(mutant);
    const most = mutant ? seeds : seedsWithoutFault;
    const first = mutant?.seed ?? 1;
    const others = Array.from({ length: most }, (_, index) => index + 1).filter((seed) => seed !== first);
    for (const seed of [first, ...others]) {
      const { violation } = await simulate(core, { seed, steps });
      if (violation) return { name, invariant: violation.invariant, seed };
    }
    return { name };
  } catch (error) {
    return { name, error: error instanceof Error ? error.message : String(error) };
  }
}

try {
  for (const name of names) parentPort?.postMessage(await tryOut(name));
} finally {
  cores.remove();
}
