import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readText, workspaceRoot } from './support/workspace.ts';

/** Where a promise is kept, as `docs/architecture.md` has it. */
interface Place {
  readonly promise: string;
  /** From the root of the workspace. */
  readonly file: string;
  /** What in the file; none where the whole file is meant. */
  readonly words: readonly string[];
}

describe('where the architecture says that promises are kept', () => {
  const places = listPlaces(readText('docs/architecture.md'));

  it('is said of every promise', () => {
    expect(places.length).toBeGreaterThan(25);
    expect(places.filter(({ file }) => !file.endsWith('.ts'))).toEqual([]);
  });

  it.each(places)('$file is there, with $words ($promise)', ({ file, words }) => {
    expect(existsSync(path.join(workspaceRoot, file))).toBe(true);
    const text = readText(file);
    expect(words.filter((word) => !new RegExp(`\\b${word}\\b`).test(text))).toEqual([]);
  });
});

/** A place begins with a file; the words after it are in that file. */
function listPlaces(document: string): readonly Place[] {
  const section = document.split(/^## /m).find((text) => text.startsWith('Promises')) ?? '';
  const rows = [...section.matchAll(/^\| (.+?) \| (.+) \|$/gm)].slice(1);
  return rows.flatMap(([, promise = '', where = '']) => {
    const quoted = [...where.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
    const starts = quoted.flatMap((word, index) => (index === 0 || word.includes('/') ? [index] : []));
    return starts.map((start, index): Place => {
      const [file = '', ...words] = quoted.slice(start, starts[index + 1]);
      return { promise, file: `packages/${file.includes('/src/') ? '' : 'core/src/'}${file}`, words };
    });
  });
}
