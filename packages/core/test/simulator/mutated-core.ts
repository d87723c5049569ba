import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Core } from './core.ts';
import type { Mutant } from './mutants.ts';

/** Copies of the core, each with a fault. */
export interface MutatedCores {
  /** Makes a copy, without a fault when none is given. */
  load(mutant?: Mutant): Promise<Core>;
  /** Takes the copies away. */
  remove(): void;
}

const sources = fileURLToPath(new URL('../../src', import.meta.url));

/** Makes a place for copies, outside of `node_modules`, where the platform would not read TypeScript. */
export function createMutatedCores(): MutatedCores {
  const place = mkdtempSync(path.join(tmpdir(), 'mutated-core-'));
  writeFileSync(path.join(place, 'package.json'), '{ "type": "module" }');
  const sourceTexts = readSources();
  let copies = 0;

  return {
    async load(mutant) {
      copies += 1;
      const copy = path.join(place, `copy-${copies}`);
      const texts = new Map(sourceTexts);
      if (mutant) texts.set(mutant.file, mutate(texts.get(mutant.file) ?? '', mutant));
      for (const [file, text] of texts) {
        mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
        writeFileSync(path.join(copy, file), text);
      }
      return await import(pathToFileURL(path.join(copy, 'index.ts')).href);
    },
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
}

function readSources(): Map<string, string> {
  const files = globSync('**/*.ts', { cwd: sources });
  return new Map(files.map((file) => [file, toStandalone(readFileSync(path.join(sources, file), 'utf8'))]));
}

/** A copy finds the packages that it needs where the core itself does. */
function toStandalone(text: string): string {
  return text.replace(/(?<=^(?:import|export) .* from '|^} from ')(?!node:|\.)[^']+/gm, (name) =>
    import.meta.resolve(name),
  );
}

/** Puts the fault in its place; throws when that is not there, or there more than once. */
export function mutate(source: string, { name, file, search, replace }: Mutant): string {
  const places = source.split(search);
  if (places.length === 2) return places.join(replace);
  throw new Error(
    `"${name}": ${file} has ${places.length - 1} places like ${JSON.stringify(search)}, not one`,
  );
}
