import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listFiles, listPackages, readText } from './support/workspace.ts';

/** The layers of core, lowest first; a file may import from its own layer and those before it. */
const layers = ['model', 'adapter', 'lane', 'step', 'store', 'engine', 'tracker', 'view'];

/** Layers on one level know nothing of each other, nor of adapters. */
const foreign: Readonly<Record<string, readonly string[]>> = {
  lane: ['adapter', 'model'],
  step: ['adapter', 'lane'],
  store: ['adapter'],
};

/** The layers of durable, lowest first. */
const durableLayers = ['database', 'schema', 'store', 'shard', 'metrics', 'worker', 'operations', 'tracker'];

/** What only the entry for Node is made of; nothing else knows these files. */
const nodeFiles = ['file-lock', 'file-store', 'record-file', 'record-line'].map(
  (name) => `packages/core/src/store/${name}.ts`,
);

/** Packages that open servers, databases or a terminal, and so need Node as a whole. */
const nodePackages = ['cli', 'durable', 'sandbox', 'testkit'];

/** What the package of a provider may import from the outside, unless more is said below. */
const adapterImports = ['@migration-status/core', '@migration-status/core/adapter', 'zod/mini'];

/** What each package may import from the outside; a dependency stands in the one package that needs it. */
const allowedImports: Readonly<Record<string, readonly string[]>> = {
  core: ['eventemitter3', 'ky', 'p-retry', 'zod/mini'],
  'generic-migrations': [...adapterImports, '@hyperjump/json-pointer', 'standardwebhooks', 'url-template'],
  sandbox: [],
  testkit: ['@migration-status/core', '@migration-status/core/adapter', 'vitest'],
  dashboard: ['@migration-status/core'],
  cli: [
    '@hono/node-server',
    '@migration-status/core',
    '@migration-status/core/adapter',
    '@migration-status/core/file-store',
    '@migration-status/dashboard',
    '@migration-status/durable',
    '@migration-status/durable/opentelemetry',
    '@migration-status/generic-migrations',
    '@migration-status/onlyoffice',
    '@migration-status/sandbox',
    '@migration-status/snaplogic',
    '@migration-status/velt',
    'cli-truncate',
    'commander',
    'import-meta-resolve',
    'string-width',
    'zod/mini',
  ],
  durable: [
    '@electric-sql/pglite',
    '@migration-status/core',
    '@migration-status/core/adapter',
    '@migration-status/core/file-store',
    '@opentelemetry/api',
    'eventemitter3',
    'pg',
    'pg-boss',
  ],
  react: ['@migration-status/core', 'eventsource-parser', 'react'],
};

/** Where in core each outside library may be used. */
const homes: Readonly<Record<string, string>> = {
  ky: 'packages/core/src/adapter/http-client.ts',
  'p-retry': 'packages/core/src/tracker/get-status.ts',
  eventemitter3: 'packages/core/src/tracker/tracker.ts',
  'zod/mini': 'packages/core/src/model/parse-migration-status.ts',
};

/** Where in the other packages an outside library may be used, where that is one file alone. */
const singleHomes: Readonly<Record<string, string>> = {
  '@hyperjump/json-pointer': 'packages/generic-migrations/src/rest/json-pointer.ts',
  '@opentelemetry/api': 'packages/durable/src/opentelemetry.ts',
  'url-template': 'packages/generic-migrations/src/rest/url-template.ts',
};

/** What checks signatures; only the entry for webhooks may lead to it. */
const signatureFile = 'packages/generic-migrations/src/push-signature.ts';

const comments = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

function listImports(file: string): readonly string[] {
  const pattern =
    /^\s*(?:import|export)\b[^'";]*?\bfrom\s+'([^']+)'|(?:^\s*import\s+|\bimport\(\s*)'([^']+)'/gm;
  const code = readText(file).replace(comments, '');
  return [...code.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? '');
}

/** A file, and every file of its package that importing it loads. */
function listLoaded(file: string, loaded: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  if (loaded.has(file)) return loaded;
  return listNeighbours(file).reduce<ReadonlySet<string>>(
    (seen, target) => listLoaded(target, seen),
    new Set([...loaded, file]),
  );
}

/** The folder of a file in the sources of its package. */
function layerOf(file: string): string {
  return /^packages\/[^/]+\/src\/([^/]+)\//.exec(file)?.[1] ?? '';
}

/** The files of its own package that a file takes something from, also where that is only a type. */
function listNeighbours(file: string): readonly string[] {
  const relative = listImports(file).filter((name) => name.startsWith('.'));
  return relative.map((name) => path.join(path.dirname(file), name));
}

describe('the layers of core', () => {
  const files = listFiles('packages/core/src', '.ts').filter((file) => layers.includes(layerOf(file)));

  it('finds the files of every layer', () => {
    expect(new Set(files.map(layerOf))).toEqual(new Set(layers));
  });

  it.each(files)('%s imports only from its own layer and from those below', (file) => {
    const own = layerOf(file);
    const allowed = layers
      .slice(0, layers.indexOf(own) + 1)
      .filter((layer) => !foreign[own]?.includes(layer));
    expect(
      listNeighbours(file)
        .map(layerOf)
        .filter((layer) => !allowed.includes(layer)),
    ).toEqual([]);
  });

  it.each(files)('%s uses an outside library only where that library belongs', (file) => {
    const outside = listImports(file).filter((name) => !name.startsWith('.') && !name.startsWith('node:'));
    expect(outside.filter((name) => homes[name] !== file)).toEqual([]);
  });
});

describe('the layers of durable', () => {
  const entries = ['packages/durable/src/index.ts', 'packages/durable/src/opentelemetry.ts'];
  const files = listFiles('packages/durable/src', '.ts').filter((file) => !entries.includes(file));

  it('are all the folders that there are', () => {
    expect(new Set(files.map(layerOf))).toEqual(new Set(durableLayers));
  });

  it.each(files)('%s imports only from its own layer and from those below', (file) => {
    const allowed = durableLayers.slice(0, durableLayers.indexOf(layerOf(file)) + 1);
    expect(
      listNeighbours(file)
        .map(layerOf)
        .filter((layer) => !allowed.includes(layer)),
    ).toEqual([]);
  });
});

describe('the packages', () => {
  const sources = listPackages().flatMap(({ folder, manifest }) => {
    const isAdapter = manifest.migrationStatus?.kind === 'adapter';
    const allowed = allowedImports[folder] ?? (isAdapter ? adapterImports : []);
    return ['.ts', '.tsx']
      .flatMap((extension) => listFiles(`packages/${folder}/src`, extension))
      .map((file) => ({ folder, file, isAdapter, allowed }));
  });

  it.each(sources)('$file imports only what its package may know', ({ file, allowed }) => {
    const outside = listImports(file).filter((name) => !name.startsWith('.') && !name.startsWith('node:'));
    expect(outside.filter((name) => !allowed.includes(name))).toEqual([]);
  });

  it('have no files that import each other, be it by way of others', () => {
    const targets = new Map(sources.map(({ file }) => [file, listNeighbours(file)]));
    const cleared = new Set<string>();
    function findCircle(file: string, way: readonly string[]): readonly string[] {
      if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
      if (cleared.has(file)) return [];
      for (const target of targets.get(file) ?? []) {
        const circle = findCircle(target, [...way, file]);
        if (circle.length > 0) return circle;
      }
      cleared.add(file);
      return [];
    }
    for (const { file } of sources) expect(findCircle(file, [])).toEqual([]);
  });

  it.each(sources)('$file leaves a library to the one file that it belongs to', ({ file }) => {
    const strays = listImports(file).filter((name) => (singleHomes[name] ?? file) !== file);
    expect(strays).toEqual([]);
  });

  it.each(sources.filter(({ file, isAdapter }) => isAdapter && !file.endsWith('/src/index.ts')))(
    '$file knows the adapter side of core only',
    ({ file }) => {
      expect(listImports(file)).not.toContain('@migration-status/core');
    },
  );

  it('check signatures of webhooks in one file, which only the entry for webhooks leads to', () => {
    const users = sources.filter(({ file }) => listImports(file).includes('standardwebhooks'));
    expect(users.map(({ file }) => file)).toEqual([signatureFile]);
    const entries = sources
      .map(({ file }) => file)
      .filter((file) => /\/src\/(?:\w+\/)?index\.ts$/.test(file));
    expect(entries.length).toBeGreaterThan(5);
    for (const entry of entries) expect([...listLoaded(entry)], entry).not.toContain(signatureFile);
    expect(listLoaded('packages/generic-migrations/src/push.ts')).toContain(signatureFile);
  });

  it('measure without OpenTelemetry, which one entry alone leads to', () => {
    const [main, metrics] = ['index', 'opentelemetry'].map((name) => `packages/durable/src/${name}.ts`);
    expect([...listLoaded(main ?? '')]).not.toContain(metrics);
  });

  const portable = sources.filter(
    ({ folder, file }) => !nodePackages.includes(folder) && !nodeFiles.includes(file),
  );

  /** They use what Node has beyond the platform where it is there, and do without elsewhere. */
  const adaptable = ['packages/core/src/adapter/next-turn.ts', 'packages/core/src/engine/clock.ts'];

  it.each(portable)('$file runs without Node', ({ file }) => {
    const imports = listImports(file);
    const targets = imports.map((name) => path.join(path.dirname(file), name));
    expect(imports.filter((name) => name.startsWith('node:'))).toEqual([]);
    expect(targets.filter((target) => nodeFiles.includes(target))).toEqual([]);
    const code = adaptable.includes(file) ? '' : readText(file).replace(comments, '');
    expect(code).not.toMatch(/\b(?:Buffer|process|setImmediate)\b[.(]/);
  });

  it('a test runner is known to the one file that is for it', () => {
    const files = sources.map(({ file }) => file).filter((file) => listImports(file).includes('vitest'));
    expect(files).toEqual(['packages/testkit/src/vitest.ts']);
  });

  it.each(sources)('$file has a hand-written export list', ({ file }) => {
    expect(readText(file)).not.toMatch(/^export \*|^export default/m);
  });
});

describe('the command line', () => {
  const lazy = ['velt', 'onlyoffice', 'snaplogic', 'generic-migrations', 'sandbox', 'durable'];
  const files = listFiles('packages/cli/src', '.ts').filter((file) => !file.endsWith('/sandbox/scenario.ts'));

  it.each(files)('%s loads providers, databases and the sandbox only when they are asked for', (file) => {
    const code = readText(file).replace(comments, '');
    const eager = [...code.matchAll(/^import (?!type)[^;]*? from '@migration-status\/([\w-]+)[\w/-]*';/gm)];
    expect(eager.filter(([, name = '']) => lazy.includes(name))).toEqual([]);
  });
});
