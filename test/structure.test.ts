import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listAdapterPackages, listPackages, readText } from './support/workspace.ts';

/** What a package of a provider depends on besides core and zod. */
const ownDependencies: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'generic-migrations': {
    '@hyperjump/json-pointer': 'catalog:',
    standardwebhooks: 'catalog:',
    'url-template': 'catalog:',
  },
};

/** `generic-migrations` → `GenericMigrations`; vendors spell their names their own way, so case is not compared. */
function hasName(exported: string, folder: string): boolean {
  return exported.toLowerCase() === folder.replaceAll('-', '').toLowerCase();
}

describe('every package', () => {
  it.each(listPackages())('$folder has the manifest of the others', ({ folder, manifest }) => {
    expect(manifest).toMatchObject({
      name: `@migration-status/${folder}`,
      license: 'MIT',
      type: 'module',
      sideEffects: false,
      engines: { node: '>=22.12' },
      files: ['dist', '!dist/*.tsbuildinfo', 'src'],
      exports: {
        '.': { source: './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
        './package.json': './package.json',
      },
      publishConfig: {
        access: 'public',
        exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
      },
    });
  });

  it.each(listPackages())('$folder lists types before code, and the source first', ({ manifest }) => {
    const { exports } = manifest as unknown as { exports: Record<string, Record<string, string> | string> };
    const conditions = Object.values(exports).filter((entry) => typeof entry === 'object');
    for (const entry of conditions) expect(Object.keys(entry)).toEqual(['source', 'types', 'default']);
  });
});

describe('the packages of providers', () => {
  const packages = listAdapterPackages();

  it('are four', () => {
    expect(packages.map(({ folder }) => folder)).toEqual([
      'generic-migrations',
      'onlyoffice',
      'snaplogic',
      'velt',
    ]);
  });

  it.each(packages)('$folder has the same files as the others', ({ folder, directory }) => {
    const files = [
      'README.md',
      'src/index.ts',
      `src/${folder}-adapter.ts`,
      `src/${folder}-options.ts`,
      `src/${folder}-schema.ts`,
      `src/${folder}-states.ts`,
      'src/to-reading.ts',
      'src/to-reading-of-error.ts',
      'test/any-body.test.ts',
      'test/conformance.test.ts',
      'test/failures.test.ts',
      'test/options.test.ts',
      'test/readings.test.ts',
      'test/requests.test.ts',
    ];
    expect(files.filter((file) => !existsSync(path.join(directory, file)))).toEqual([]);
    expect(readdirSync(path.join(directory, 'test/fixtures')).length).toBeGreaterThan(0);
  });

  it.each(packages)('$folder exports what the others export', async ({ folder, manifest }) => {
    const exported = Object.keys(await import(manifest.name));
    const own = exported.filter((name) => name.startsWith('create') && name.endsWith('Adapter'));
    expect(own.some((name) => hasName(name.slice('create'.length, -'Adapter'.length), folder))).toBe(true);
    expect(
      exported.some((name) => name.endsWith('States') && hasName(name.slice(0, -'States'.length), folder)),
    ).toBe(true);
    expect(exported).toEqual(
      expect.arrayContaining([
        'ConfigurationError',
        'MigrationStatusError',
        'NotFoundOutError',
        'NotSucceededError',
        'ProviderRequestError',
        'ProviderResponseError',
        'WaitTimeoutError',
        'assertSucceeded',
        'createTracker',
        'getStatus',
        'isTerminalState',
        'migrationStates',
        'parseMigrationStatus',
        'pollUntilDone',
        'summarize',
      ]),
    );
  });

  it.each(packages)('$folder depends on core and zod, and on what it alone needs', ({ folder, manifest }) => {
    expect(manifest.dependencies).toEqual({
      '@migration-status/core': 'workspace:^',
      zod: 'catalog:',
      ...ownDependencies[folder],
    });
  });

  it.each(packages)(
    '$folder documents each state that it maps, and no other',
    async ({ folder, manifest }) => {
      const exported = Object.entries(await import(manifest.name));
      const [, states] =
        exported.find(
          ([name]) => name.endsWith('States') && hasName(name.slice(0, -'States'.length), folder),
        ) ?? [];
      expect(parseStateTable(readText(`packages/${folder}/README.md`))).toEqual(states);
    },
  );
});

/** The rows of the table under `## States`: native word → state. */
function parseStateTable(readme: string): Record<string, string> {
  const section = readme.split(/^## /m).find((text) => text.startsWith('States\n')) ?? '';
  const table = section.split('\n\n').find((block) => block.startsWith('| native | state |')) ?? '';
  const rows = [...table.matchAll(/^\| `([^`]+)` \| `([^`]+)` \|/gm)];
  return Object.fromEntries(rows.map(([, native, state]) => [native, state]));
}
