import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { formatJsonPath } from '@migration-status/core/adapter';
import { readJson } from './read-json.ts';

/** What the manifests of all packages have in common. */
export function listBrokenManifest(directory: string): readonly string[] {
  const manifest = readJson(path.join(directory, 'package.json'));
  const expected = {
    name: `@migration-status/${path.basename(directory)}`,
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=22.12' },
    files: ['dist', '!dist/*.tsbuildinfo', 'src'],
    exports: {
      '.': { source: './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
      './package.json': './package.json',
    },
    publishConfig: { access: 'public', exports: toPublished(Object(manifest).exports) },
    scripts: {
      build: 'tsup --config ../../tsup.config.ts && tsc -b',
      prepack: 'pnpm run build',
    },
  };
  const entries = Object.entries<unknown>(Object(manifest).exports);
  const unordered = entries.filter(
    ([, entry]) => typeof entry === 'object' && Object.keys(Object(entry)).join() !== 'source,types,default',
  );
  return [
    ...listDifferences(expected, manifest),
    ...unordered.map(
      ([name]) =>
        `package.json: ${formatJsonPath(['exports', name])} lists source, types and default, in this order`,
    ),
  ];
}

/** What is published knows nothing of the sources. */
function toPublished(exports: unknown): unknown {
  const entries = Object.entries<unknown>(Object(exports)).map(([name, entry]) => {
    if (typeof entry !== 'object' || entry === null) return [name, entry];
    return [name, Object.fromEntries(Object.entries(entry).filter(([condition]) => condition !== 'source'))];
  });
  return Object.fromEntries(entries);
}

/** What those of the packages of providers have in common beyond that, and what says how they are compiled. */
export function listBrokenAdapterManifest(directory: string): readonly string[] {
  const expected = {
    migrationStatus: { kind: 'adapter' },
    dependencies: { '@migration-status/core': 'workspace:^', zod: 'catalog:' },
  };
  const tsconfig = { extends: '../../tsconfig.base.json', references: [{ path: '../core' }] };
  return [
    ...listDifferences(expected, readJson(path.join(directory, 'package.json'))),
    ...listDifferences(tsconfig, readJson(path.join(directory, 'tsconfig.json')), 'tsconfig.json'),
  ];
}

/** Where something in a JSON file is not as expected; what it has besides does not matter. */
function listDifferences(
  expected: object,
  actual: unknown,
  file = 'package.json',
  place: readonly string[] = [],
): readonly string[] {
  return Object.entries(expected).flatMap(([name, value]: [string, unknown]) => {
    const at = [...place, name];
    const found: unknown = Object(actual)[name];
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isObject) return listDifferences(value, found, file, at);
    if (isDeepStrictEqual(value, found)) return [];
    return [`${file}: ${formatJsonPath(at)} is ${JSON.stringify(value)}`];
  });
}
