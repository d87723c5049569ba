import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listFiles, listPackages, readText, workspaceRoot } from './workspace.ts';

/** One `ts` block of the documentation, written out as a module of its own. */
export interface DocumentedCode {
  /** Where it stands: `packages/velt/README.md, block 1`. */
  readonly title: string;
  /** The module, as an absolute path. */
  readonly file: string;
}

/** Where the blocks are written; it lies in the workspace so that the packages' names resolve. */
export const blocksFolder = path.join(workspaceRoot, 'test/.generated/readme');

const documents = [
  'README.md',
  ...listPackages().map(({ folder }) => `packages/${folder}/README.md`),
  ...listFiles('docs', '.md'),
];

/** Writes each `ts` block of the documentation into a file, afresh. */
export function writeDocumentedCode(): readonly DocumentedCode[] {
  rmSync(blocksFolder, { recursive: true, force: true });
  mkdirSync(blocksFolder, { recursive: true });
  return documents.flatMap((document) =>
    [...readText(document).matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ''], index) => {
      const name = document.replace(/\.md$/, '').replaceAll('/', '-').toLowerCase();
      const file = path.join(blocksFolder, `${name}-${index + 1}.ts`);
      writeFileSync(file, `${code}\nexport {};\n`);
      return { title: `${document}, block ${index + 1}`, file };
    }),
  );
}
