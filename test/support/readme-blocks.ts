import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listFiles, listPackages, readText, workspaceRoot } from './workspace.ts';

/** One `ts` or `tsx` block of the documentation, written out as a module of its own. */
export interface DocumentedCode {
  /** Where it stands: `packages/velt/README.md, block 1`. */
  readonly title: string;
  /** The module, as an absolute path. */
  readonly file: string;
}

/** Where the examples of docstrings are written, apart from the blocks: they lean on names that are declared for them. */
export const examplesFolder = path.join(workspaceRoot, 'test/.generated/examples');

/** Where the blocks are written; it lies in the workspace so that the packages' names resolve. */
export const blocksFolder = path.join(workspaceRoot, 'test/.generated/readme');

const documents = [
  'README.md',
  ...listPackages().map(({ folder }) => `packages/${folder}/README.md`),
  ...listFiles('docs', '.md'),
];

/**
 * Writes each `ts` and `tsx` block of the documentation into a file, afresh. A block whose fence names a file (```ts acme-adapter.ts)
 * is that file, in a folder of its document's own, and not among those that are given: it belongs with its neighbours there.
 */
export function writeDocumentedCode(): readonly DocumentedCode[] {
  rmSync(blocksFolder, { recursive: true, force: true });
  mkdirSync(blocksFolder, { recursive: true });
  return documents.flatMap((document) => {
    const name = document.replace(/\.md$/, '').replaceAll('/', '-').toLowerCase();
    writeNamedBlocks(document, path.join(blocksFolder, name));
    const unnamed = listBlocks(document).filter(({ fileName }) => fileName === undefined);
    return unnamed.map(({ kind, code }, index) => {
      const file = path.join(blocksFolder, `${name}-${index + 1}.${kind}`);
      writeFileSync(file, `${code}\nexport {};\n`);
      return { title: `${document}, block ${index + 1}`, file };
    });
  });
}

/**
 * Writes those blocks of a document whose fence names a file. Those in `recipes/` are handed what they leave out: imports of
 * what authors of adapters are offered, and of the schema library.
 */
export function writeNamedBlocks(document: string, folder: string): void {
  for (const { fileName, code } of listBlocks(document)) {
    if (fileName === undefined) continue;
    const file = path.join(folder, fileName);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, fileName.startsWith('recipes/') ? `${toRecipeImports(code)}\n${code}` : code);
  }
}

function listBlocks(document: string) {
  const blocks = [...readText(document).matchAll(/^```(tsx?)(?: (\S+))?\n(.*?)^```$/gms)];
  return blocks.map(([, kind = 'ts', fileName, code = '']) => ({ kind, fileName, code }));
}

function toRecipeImports(code: string): string {
  const specifier = '@migration-status/core/adapter';
  const text = readText(entries[specifier]);
  const names = listExports(entries[specifier])
    .filter((name) => new RegExp(`\\b${name}\\b`).test(code) && !declares(code, name))
    .map((name) => (isExportedType(text, name) ? `type ${name}` : name));
  const ownImport = names.length > 0 ? `import { ${names.join(', ')} } from '${specifier}';\n` : '';
  return /\bz\./.test(code) ? `${ownImport}import * as z from 'zod/mini';\n` : ownImport;
}

function isExportedType(text: string, name: string): boolean {
  return new RegExp(`\\btype ${name}\\b|^export type \\{[^}]*\\b${name}\\b`, 'm').test(text);
}

/** The entries of core, and the files that list what they export. */
const entries = {
  '@migration-status/core': 'packages/core/src/index.ts',
  '@migration-status/core/adapter': 'packages/core/src/adapter/index.ts',
  '@migration-status/core/file-store': 'packages/core/src/store/file-store.ts',
  '@migration-status/core/lean-fetch': 'packages/core/src/adapter/lean-fetch.ts',
} as const;

/** What the examples may use besides what core exports. */
const others: readonly (readonly [name: string, specifier: string])[] = [
  ['createVeltAdapter', '@migration-status/velt'],
  ['createSnapLogicAdapter', '@migration-status/snaplogic'],
];

/** What is around an example: things whose making is not its concern. */
const surroundings = `import type { Store, Tracker } from '@migration-status/core';
import type { HttpReply, MigrationReading, StandardSchema } from '@migration-status/core/adapter';
import type { createSnapLogicAdapter } from '@migration-status/snaplogic';
import type { createVeltAdapter, VeltRef } from '@migration-status/velt';
import type * as zod from 'zod/mini';

declare global {
  const z: typeof zod;
  const velt: ReturnType<typeof createVeltAdapter>;
  const adapter: typeof velt;
  const snapLogic: ReturnType<typeof createSnapLogicAdapter>;
  const tracker: Tracker;
  const store: Store;
  const ref: VeltRef;
  const refs: readonly VeltRef[];
  const signal: AbortSignal;
  const reading: MigrationReading;
  const reply: HttpReply;
  const options: unknown;
  const items: readonly unknown[];
  const taskSchema: StandardSchema<{ readonly id: string }>;
  const optionsSchema: StandardSchema<{ readonly apiKey: string }>;
  const [apiKey, id, line, text]: readonly [string, string, string, string];
  function scheduleAnotherTry(afterMs: number | undefined): void;
}
`;

/**
 * Writes each `@example` of what core exports into a file, afresh, with imports of the exported names that stand in it; gives
 * the names that they belong to. An example that uses what is not exported cannot compile.
 */
export function writeExamples(): readonly string[] {
  rmSync(examplesFolder, { recursive: true, force: true });
  mkdirSync(examplesFolder, { recursive: true });
  writeFileSync(path.join(examplesFolder, 'surroundings.d.ts'), surroundings);
  const specifierOf = new Map(others);
  for (const [specifier, file] of Object.entries(entries)) {
    for (const name of listExports(file)) if (!specifierOf.has(name)) specifierOf.set(name, specifier);
  }
  const examples = listFiles('packages/core/src', '.ts')
    .flatMap((file) => listExamples(readText(file)))
    .filter(({ name }) => specifierOf.has(name));
  for (const [index, { name, code }] of examples.entries()) {
    const imports = [...specifierOf]
      .filter(([exported]) => new RegExp(`\\b${exported}\\b`).test(code) && !declares(code, exported))
      .map(([exported, specifier]) => `import { ${exported} } from '${specifier}';\n`);
    writeFileSync(
      path.join(examplesFolder, `${index + 1}-${name}.ts`),
      `${imports.join('')}\n${code}\nexport {};\n`,
    );
  }
  return examples.map(({ name }) => name);
}

/** The names of the export list of a file, and of what it declares with `export`. */
function listExports(file: string): readonly string[] {
  const text = readText(file);
  const listed = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.trim().replace(/^type /, '')),
  );
  const declared = [...text.matchAll(declaration)].map(([, name = '']) => name);
  return [...listed, ...declared].filter((name) => name !== '');
}

/** The examples of a file, each with what its docstring is about; that of a member is about what it is a member of. */
function listExamples(text: string): readonly { readonly name: string; readonly code: string }[] {
  return [...text.matchAll(docstringWithExample)].map(({ index, 0: docstring, 1: body = '' }) => {
    const end = index + docstring.length;
    const isOfMember = docstring.startsWith(' ');
    const declared = isOfMember
      ? [...text.slice(0, end).matchAll(declaration)].at(-1)
      : [...text.slice(end).matchAll(declaration)].at(0);
    return { name: declared?.[1] ?? '', code: body.replaceAll(/^ *\* ?/gm, '').trimEnd() };
  });
}

const docstringWithExample = /^ *\/\*\*(?:(?!\*\/)[\s\S])*@example\n((?:(?!\*\/)[\s\S])*)\*\//gm;
const declaration = /^export (?:async )?(?:function|class|const|interface|type) (\w+)/gm;

function declares(code: string, name: string): boolean {
  return new RegExp(`\\b(?:const|function) ${name}\\b`).test(code);
}
