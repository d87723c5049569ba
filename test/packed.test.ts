import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNamedBlocks } from './support/readme-blocks.ts';
import { mustRun } from './support/run-command.ts';
import { listPackages, readText, workspaceRoot } from './support/workspace.ts';

/**
 * What users get: every package packed as for publication, installed in a folder outside the workspace, imported and
 * required there, and compiled against.
 */
describe('the packed packages', { timeout: 180_000 }, () => {
  const packages = listPackages();
  const names = packages.map(({ manifest }) => manifest.name);
  const entries = [
    ...names,
    '@migration-status/core/adapter',
    '@migration-status/core/file-store',
    '@migration-status/core/lean-fetch',
    '@migration-status/durable/opentelemetry',
    '@migration-status/generic-migrations/push',
    '@migration-status/generic-migrations/presets',
    '@migration-status/generic-migrations/rest',
    '@migration-status/react/remote',
  ];
  let folder = '';
  let listings: Readonly<Record<string, readonly string[]>> = {};

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'migration-status-consumer-'));
    await mustRun(
      'npx',
      ['-y', 'pnpm@12', '-r', '--filter', './packages/*', 'pack', '--pack-destination', folder],
      {
        cwd: workspaceRoot,
      },
    );
    const tarballs = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
    listings = Object.fromEntries(
      await Promise.all(
        tarballs.map(async (name) => [
          name,
          (await mustRun('tar', ['-tzf', path.join(folder, name)])).split('\n'),
        ]),
      ),
    );
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
    await mustRun(
      'npm',
      [
        'install',
        '--no-audit',
        '--no-fund',
        ...tarballs.map((name) => `./${name}`),
        '@types/node@22',
        '@opentelemetry/api@1',
        'react@19',
        '@types/react@19',
      ],
      { cwd: folder },
    );
  }, 180_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are as many as there are packages', () => {
    expect(Object.keys(listings)).toHaveLength(packages.length);
  });

  it('contain JavaScript, types and sources, and neither tests nor build leftovers', () => {
    for (const [tarball, files] of Object.entries(listings)) {
      expect(files, tarball).toEqual(
        expect.arrayContaining([
          'package/dist/index.js',
          'package/dist/index.d.ts',
          'package/src/index.ts',
          'package/README.md',
        ]),
      );
      expect(
        files.filter((file) => /\/test\/|\.tsbuildinfo|\.test\./.test(file)),
        tarball,
      ).toEqual([]);
    }
  });

  it('have nothing that a publisher would stumble over', async () => {
    const publint = path.join(workspaceRoot, 'node_modules/.bin/publint');
    for (const tarball of Object.keys(listings)) {
      expect(await mustRun(publint, ['run', path.join(folder, tarball), '--strict'])).toMatch(/All good!/);
    }
  });

  it('have no declaration without its source, and no type of a schema library in any', async () => {
    for (const { folder: name, directory } of packages) {
      const declarations = (await readdir(path.join(directory, 'dist'), { recursive: true })).filter((file) =>
        file.endsWith('.d.ts'),
      );
      expect(declarations.length, name).toBeGreaterThan(0);
      for (const file of declarations) {
        const sources = ['.ts', '.tsx'].map((extension) => file.replace(/\.d\.ts$/, extension));
        expect(
          sources.some((source) => existsSync(path.join(directory, 'src', source))),
          file,
        ).toBe(true);
        expect(await readFile(path.join(directory, 'dist', file), 'utf8'), file).not.toMatch(/from 'zod/);
      }
    }
  });

  it('are imported as ES modules', async () => {
    const script = entries
      .map((name) => `console.log(Object.keys(await import('${name}')).length > 0)`)
      .join('\n');
    await writeFile(path.join(folder, 'import.mjs'), script);
    expect(await mustRun('node', ['import.mjs'], { cwd: folder })).toBe('true\n'.repeat(entries.length));
  });

  it('bring a command along that runs where it is installed', async () => {
    const command = path.join(folder, 'node_modules/.bin/migration-status');
    expect(await mustRun(command, ['states', 'velt'], { cwd: folder })).toMatch(/completed +succeeded/);
    const story = await mustRun(command, ['sandbox', '--watch', '--speed', '20'], { cwd: folder });
    expect(story).toMatch(/13 of 14 done, .*\n$/);
  });

  it('are loaded with require()', async () => {
    const script = entries
      .map((name) => `console.log(Object.keys(require('${name}')).length > 0)`)
      .join('\n');
    await writeFile(path.join(folder, 'require.cjs'), script);
    expect(await mustRun('node', ['require.cjs'], { cwd: folder })).toBe('true\n'.repeat(entries.length));
  });

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('compile in a strict consumer (module %s, resolution %s)', async (module, moduleResolution) => {
    await writeFile(path.join(folder, 'consumer.ts'), consumer);
    const compilerOptions = {
      module,
      moduleResolution,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      target: 'es2023',
      lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable'],
      types: ['node'],
    };
    const project = path.join(folder, `tsconfig.${moduleResolution}.json`);
    await writeFile(project, JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
    const compiler = path.join(workspaceRoot, 'node_modules/.bin/tsc');
    expect(await mustRun(compiler, ['-p', project], { cwd: folder })).toBe('');
  });

  it('are all that a package of somebody else needs to build and to pass the audits', async () => {
    const cwd = path.join(folder, 'elsewhere/third-party-adapter');
    await cp(path.join(workspaceRoot, 'examples/third-party-adapter'), cwd, {
      recursive: true,
      filter: (file) => !/\/(?:node_modules|dist)(?:\/|$)/.test(file),
    });
    await mustRun('npm', ['install', '--no-audit', '--no-fund', tarballOf('core'), tarballOf('testkit')], {
      cwd,
    });
    await mustRun('npm', ['run', 'build'], { cwd });
    expect(await mustRun('npm', ['test'], { cwd })).toMatch(/(?:✔|ok \d+ -) S-01 MUST read every sample/);
    expect(await mustRun('npm', ['run', 'audit'], { cwd })).toMatch(/S-01/);
    const script = "import('migration-status-boxlift').then((all) => console.log(Object.keys(all)))";
    expect(await mustRun('node', ['-e', script], { cwd })).toMatch(/createBoxliftAdapter/);
  });

  it('are all that the page for authors of adapters needs, word for word, in an empty folder', async () => {
    const document = 'docs/write-an-adapter.md';
    const cwd = path.join(folder, 'elsewhere/acme');
    await mkdir(cwd, { recursive: true });
    const [install = '', audit = ''] = [...readText(document).matchAll(/^```sh\n(.*?)^```$/gms)].map(
      ([, commands = '']) => commands.replaceAll(/@migration-status\/(\w+)/g, (_, name) => tarballOf(name)),
    );
    await mustRun('bash', ['-ec', install], { cwd });
    writeNamedBlocks(document, cwd);
    expect(await mustRun('bash', ['-ec', audit], { cwd })).toMatch(/S-01/);
    expect(await mustRun('node', ['--test'], { cwd })).toMatch(/(?:✔|ok \d+ -) S-01 MUST read every sample/);
  });

  function tarballOf(name: string): string {
    const file =
      Object.keys(listings).find((tarball) => tarball.startsWith(`migration-status-${name}-`)) ?? '';
    return path.join(folder, file);
  }
});

const consumer = `
import { createTracker, type MigrationStatus, pollUntilDone } from '@migration-status/core';
import { defineAdapter, type MigrationAdapter } from '@migration-status/core/adapter';
import { createFileStore, type Store } from '@migration-status/core/file-store';
import { createGenericMigrationsAdapter } from '@migration-status/generic-migrations';
import { createPushParser } from '@migration-status/generic-migrations/push';
import { gitlabDirectTransfer } from '@migration-status/generic-migrations/presets';
import { createRestAdapter } from '@migration-status/generic-migrations/rest';
import { createOnlyOfficeAdapter } from '@migration-status/onlyoffice';
import { MigrationTable, useStatusView } from '@migration-status/react';
import { createRemoteStatusView, type RemoteStatusView } from '@migration-status/react/remote';
import { createSandbox } from '@migration-status/sandbox';
import { createSnapLogicAdapter } from '@migration-status/snaplogic';
import { createVeltAdapter, type VeltMigration, type VeltRef } from '@migration-status/velt';

export async function follow(): Promise<MigrationStatus<VeltMigration, VeltRef>> {
  const velt = createVeltAdapter({ apiKey: 'key', authToken: 'token' });
  const others: readonly MigrationAdapter[] = [
    createOnlyOfficeAdapter({ portalUrl: 'https://portal.example.com', auth: { apiKey: 'sk-1' } }),
    createSnapLogicAdapter({ orgName: 'org', auth: { jwt: 'jwt' } }),
    createGenericMigrationsAdapter({ apiKey: 'key', parsePush: createPushParser({ secret: 'whsec_c2VjcmV0' }) }),
    createRestAdapter(gitlabDirectTransfer, { baseUrl: 'https://gitlab.example.com/api/v4', apiKey: 'key' }),
  ];
  await using tracker = createTracker({ adapters: [velt, ...others] });
  tracker.on('change', ({ row }) => row.status?.state satisfies string | undefined);
  const ref = { organizationId: 'org_1', migrationId: 'mig_1' };
  const status = await tracker.track(velt, ref).settled();
  const word: string | undefined = status.native?.status;
  // @ts-expect-error a ref of another shape is refused by the compiler
  await pollUntilDone(velt, { migrationId: 'mig_1' });
  return word ? status : pollUntilDone(velt, ref, { timeoutMs: 1_000 });
}

export async function countStored(path: string): Promise<number> {
  await using store = createFileStore({ path });
  const port: Store = store;
  return (await port.load())?.rows.length ?? 0;
}

export const remoteView: RemoteStatusView = createRemoteStatusView('/statuses/events');

export { createSandbox, defineAdapter, MigrationTable, useStatusView };
`;
