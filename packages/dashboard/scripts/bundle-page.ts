import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const directory = path.join(import.meta.dirname, '..', 'page');

/**
 * The text of `src/page-files.ts`: the files of the page as a module, because a handler that runs anywhere cannot read files.
 * The scripts of the page are bundled into one.
 */
export async function bundlePage(): Promise<string> {
  const files = [
    { route: '', type: 'text/html; charset=utf-8', text: await readPageFile('index.html') },
    { route: 'page.css', type: 'text/css; charset=utf-8', text: await readPageFile('page.css') },
    { route: 'page.js', type: 'text/javascript; charset=utf-8', text: await bundleScript() },
    { route: 'icon.svg', type: 'image/svg+xml', text: await readPageFile('icon.svg') },
  ];
  const lines = files.map(
    ({ route, type, text }) =>
      `  ${JSON.stringify(route)}: { type: ${JSON.stringify(type)}, text: ${JSON.stringify(text)} },\n`,
  );
  return `${head}${lines.join('')}};\n`;
}

const head = `// Made of page/ with "pnpm embed-page": do not edit.

/** A file of the page. */
interface PageFile {
  /** Its content type. */
  readonly type: string;
  readonly text: string;
}

/** The files of the page, by their paths below it. */
export const pageFiles: Readonly<Record<string, PageFile>> = {
`;

function readPageFile(name: string): Promise<string> {
  return readFile(path.join(directory, name), 'utf8');
}

async function bundleScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(directory, 'page.ts')],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['source'],
    write: false,
    legalComments: 'none',
  });
  return outputFiles[0]?.text ?? '';
}
