import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
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
  return `${head}/*!\n${await readLicense()}*/\n${declarations}${lines.join('')}};\n`;
}

const head = `// Made of page/ with "pnpm embed-page": do not edit.

`;

const declarations = `
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

/** The terms of what is bundled into the script and is not ours. */
async function readLicense(): Promise<string> {
  const entry = createRequire(import.meta.resolve('@migration-status/react/remote')).resolve(
    'eventsource-parser',
  );
  const text = await readFile(path.join(path.dirname(entry), '..', 'LICENSE'), 'utf8');
  return `The script of the page holds eventsource-parser:\n\n${text.trim()}\n`;
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
    banner: { js: '/*! Holds eventsource-parser, (c) Espen Hovlandsdal, MIT licensed. */' },
  });
  return outputFiles[0]?.text ?? '';
}
