import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listFiles, listPackages, readText } from './support/workspace.ts';

/** The layers of core, lowest first; a file may import from its own layer and those before it. */
const layers = ['model', 'adapter', 'lane', 'step', 'engine', 'tracker'];

/** Layers on one level know nothing of each other, nor of adapters. */
const foreign: Readonly<Record<string, readonly string[]>> = {
  lane: ['adapter', 'model'],
  step: ['adapter', 'lane'],
};

/** What each package may import from the outside; a dependency stands in the one package that needs it. */
const allowedImports: Readonly<Record<string, readonly string[]>> = {
  core: ['eventemitter3', 'ky', 'p-retry', 'zod/mini'],
  velt: ['@migration-status/core', '@migration-status/core/adapter', 'zod/mini'],
  onlyoffice: ['@migration-status/core', '@migration-status/core/adapter', 'zod/mini'],
  snaplogic: ['@migration-status/core', '@migration-status/core/adapter', 'zod/mini'],
  'generic-migrations': ['@migration-status/core', '@migration-status/core/adapter', 'zod/mini'],
  sandbox: [],
};

/** Where in core each outside library may be used. */
const homes: Readonly<Record<string, string>> = {
  ky: 'packages/core/src/adapter/http-client.ts',
  'p-retry': 'packages/core/src/tracker/get-status.ts',
  eventemitter3: 'packages/core/src/tracker/tracker.ts',
  'zod/mini': 'packages/core/src/model/parse-migration-status.ts',
};

function listImports(file: string): readonly string[] {
  const pattern =
    /^\s*(?:import|export)\b[^'";]*?\bfrom\s+'([^']+)'|(?:^\s*import\s+|\bimport\(\s*)'([^']+)'/gm;
  const code = readText(file).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...code.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? '');
}

function layerOf(file: string): string {
  return path.relative('packages/core/src', file).split('/')[0] ?? '';
}

describe('the layers of core', () => {
  const files = listFiles('packages/core/src', '.ts').filter((file) => layers.includes(layerOf(file)));

  it('finds the files of every layer', () => {
    expect(new Set(files.map(layerOf))).toEqual(new Set(layers));
  });

  it.each(files)('%s imports only from its own layer and from those below', (file) => {
    const own = layerOf(file);
    const relative = listImports(file).filter((name) => name.startsWith('.'));
    const targets = relative.map((name) => layerOf(path.join(path.dirname(file), name)));
    const allowed = layers
      .slice(0, layers.indexOf(own) + 1)
      .filter((layer) => !foreign[own]?.includes(layer));
    expect(targets.filter((layer) => !allowed.includes(layer))).toEqual([]);
  });

  it.each(files)('%s uses an outside library only where that library belongs', (file) => {
    const outside = listImports(file).filter((name) => !name.startsWith('.'));
    expect(outside.filter((name) => homes[name] !== file)).toEqual([]);
  });
});

describe('the packages', () => {
  const sources = listPackages().flatMap(({ folder }) =>
    listFiles(`packages/${folder}/src`, '.ts').map((file) => ({ folder, file })),
  );

  it.each(sources)('$file imports only what its package may know', ({ folder, file }) => {
    const outside = listImports(file).filter((name) => !name.startsWith('.') && !name.startsWith('node:'));
    expect(outside.filter((name) => !allowedImports[folder]?.includes(name))).toEqual([]);
  });

  it.each(sources.filter(({ file }) => !file.endsWith('/src/index.ts')))(
    '$file knows the adapter side of core only',
    ({ file }) => {
      expect(listImports(file)).not.toContain('@migration-status/core');
    },
  );

  it.each(sources.filter(({ folder }) => folder !== 'sandbox'))('$file runs without Node', ({ file }) => {
    expect(listImports(file).filter((name) => name.startsWith('node:'))).toEqual([]);
  });

  it.each(sources)('$file has a hand-written export list', ({ file }) => {
    expect(readText(file)).not.toMatch(/^export \*|^export default/m);
  });
});
