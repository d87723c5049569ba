import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { listBrokenAdapterRules, listBrokenRules } from './support/structure/list-broken-rules.ts';
import { listAdapterPackages, listPackages, workspaceRoot } from './support/workspace.ts';

describe('every package', () => {
  it.each(listPackages())('$folder keeps the rules of the house', ({ directory }) => {
    expect(listBrokenRules(directory)).toEqual([]);
  });
});

describe('the packages of providers', () => {
  const packages = listAdapterPackages();

  it('are these at least', () => {
    expect(packages.map(({ folder }) => folder)).toEqual(
      expect.arrayContaining(['generic-migrations', 'onlyoffice', 'snaplogic', 'velt']),
    );
  });

  it.each(packages)('$folder is built like the others', async ({ directory }) => {
    expect(await listBrokenAdapterRules(directory)).toEqual([]);
  });
});

/** A change to a file of a package; a file that becomes undefined is gone. */
interface Break {
  readonly file: string;
  readonly change: (text: string) => string | undefined;
  readonly broken: readonly string[];
}

const replace = (from: string, to: string) => (text: string) => {
  if (!text.includes(from)) throw new Error(`there is no ${from}`);
  return text.replace(from, to);
};

const breaks: readonly Break[] = [
  {
    file: 'src/to-reading.ts',
    change: () => undefined,
    broken: ['src/to-reading.ts: it is there'],
  },
  {
    file: 'test/any-body.test.ts',
    change: () => undefined,
    broken: ['test/any-body.test.ts: it is there'],
  },
  {
    file: 'test/fixtures',
    change: () => undefined,
    broken: ['test/fixtures: it is there'],
  },
  {
    file: 'package.json',
    change: replace('"sideEffects": false', '"sideEffects": true'),
    broken: ['package.json: $.sideEffects is false'],
  },
  {
    file: 'package.json',
    change: replace('@migration-status/velt', '@migration-status/acme'),
    broken: ['package.json: $.name is "@migration-status/velt"'],
  },
  {
    file: 'package.json',
    change: replace('"kind": "adapter"', '"kind": "tool"'),
    broken: ['package.json: $.migrationStatus.kind is "adapter"'],
  },
  {
    file: 'package.json',
    change: replace(
      '"types": "./dist/index.d.ts",\n      "default": "./dist/index.js"\n    },',
      '"default": "./dist/index.js",\n      "types": "./dist/index.d.ts"\n    },',
    ),
    broken: ['package.json: $.exports["."] lists source, types and default, in this order'],
  },
  {
    file: 'package.json',
    change: replace(
      '"./package.json": "./package.json"',
      '"./more": { "source": "./src/more.ts", "types": "./dist/more.d.ts", "default": "./dist/more.js" }, "./package.json": "./package.json"',
    ),
    broken: [
      'package.json: $.publishConfig.exports["./more"].types is "./dist/more.d.ts"',
      'package.json: $.publishConfig.exports["./more"].default is "./dist/more.js"',
    ],
  },
  {
    file: 'package.json',
    change: replace('"zod": "catalog:"', '"zod": "^4.0.0"'),
    broken: ['package.json: $.dependencies.zod is "catalog:"'],
  },
  {
    file: 'tsconfig.json',
    change: replace('../core', '../../packages/core'),
    broken: ['tsconfig.json: $.references is [{"path":"../core"}]'],
  },
  {
    file: '../../package.json',
    change: replace('"@migration-status/velt"', '"@migration-status/other"'),
    broken: ['../../package.json: @migration-status/velt is in devDependencies'],
  },
  {
    file: '../../tsconfig.json',
    change: replace('"packages/velt"', '"packages/other"'),
    broken: ['../../tsconfig.json: packages/velt is in references'],
  },
  {
    file: '../../test/tsconfig.json',
    change: replace('"../packages/velt"', '"../packages/other"'),
    broken: ['../../test/tsconfig.json: ../packages/velt is in references'],
  },
  {
    file: '../../README.md',
    change: replace('](packages/velt) |', '](packages/other) |'),
    broken: ['../../README.md: packages/velt is in the table of packages'],
  },
  {
    file: 'src/index.ts',
    change: replace('createVeltAdapter, type VeltAdapter', 'createAdapter, type VeltAdapter'),
    broken: ['src/index.ts: it exports create<Name>Adapter, with the name of the folder velt'],
  },
  {
    file: 'src/index.ts',
    change: replace('VeltAdapterOptions, ', ''),
    broken: ['src/index.ts: it exports VeltAdapterOptions from ./velt-options.ts'],
  },
  {
    file: 'src/index.ts',
    change: replace("export { veltStates } from './velt-states.ts'", "export * from './velt-states.ts'"),
    broken: [
      'src/index.ts: it exports veltStates from ./velt-states.ts',
      'src/index.ts: its export list is written by hand',
    ],
  },
  {
    file: 'src/index.ts',
    change: replace('  summarize,\n', ''),
    broken: ['src/index.ts: it exports summarize from @migration-status/core'],
  },
  {
    file: 'README.md',
    change: replace('| `failed` | `failed`', '| `failed` | `canceled`'),
    broken: ['README.md: its table of states says that `failed` is `failed`'],
  },
  {
    file: 'README.md',
    change: replace('| `failed` | `failed`', '| `broken` | `failed`'),
    broken: [
      'README.md: its table of states knows no `broken`, as the code does not',
      'README.md: its table of states says that `failed` is `failed`',
    ],
  },
  {
    file: 'src/velt-states.ts',
    change: replace("failed: 'failed'", "failed: 'failed', gone: 'not_found'"),
    broken: ['README.md: its table of states says that `gone` is `not_found`'],
  },
  {
    file: 'README.md',
    change: replace('## Vendor pages', '## Pages'),
    broken: ['README.md: it has a chapter "Vendor pages"'],
  },
];

describe('a package that breaks a rule is told which, and in which file', () => {
  const scenes = path.join(workspaceRoot, 'test/.generated/structure');

  afterAll(() => rmSync(scenes, { recursive: true, force: true }));

  it('and one that breaks none is told nothing', async () => {
    expect(await listBrokenAdapterRules(copyVelt(path.join(scenes, 'whole')))).toEqual([]);
  });

  it.each(breaks.map((item, index) => ({ ...item, index })))(
    '$index: $broken',
    async ({ index, ...item }) => {
      const directory = copyVelt(path.join(scenes, String(index)));
      const file = path.join(directory, item.file);
      const changed = item.file === 'test/fixtures' ? undefined : item.change(readFileSync(file, 'utf8'));
      if (changed === undefined) rmSync(file, { recursive: true });
      else writeFileSync(file, changed);
      expect(await listBrokenAdapterRules(directory)).toEqual(
        item.broken.map((line) => path.join('packages/velt', line)),
      );
    },
  );
});

/** A workspace with one package in it, as far as the rules ask about it. */
function copyVelt(root: string): string {
  const directory = path.join(root, 'packages/velt');
  rmSync(root, { recursive: true, force: true });
  mkdirSync(path.join(root, 'test'), { recursive: true });
  for (const file of [
    'package.json',
    'tsconfig.json',
    'tsconfig.base.json',
    'test/tsconfig.json',
    'README.md',
  ])
    cpSync(path.join(workspaceRoot, file), path.join(root, file));
  const isOwn = (file: string) => !/\/(?:dist|node_modules)$/.test(file);
  cpSync(path.join(workspaceRoot, 'packages/velt'), directory, { recursive: true, filter: isOwn });
  symlinkSync(path.join(workspaceRoot, 'packages/core'), path.join(root, 'packages/core'));
  return directory;
}
