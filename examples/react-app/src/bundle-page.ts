import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';

const folder = path.join(import.meta.dirname, '..', 'page');

/** The two files of the page. */
export interface PageFiles {
  readonly html: string;
  readonly script: string;
}

/** Bundles the React app for browsers. */
export async function bundlePage(): Promise<PageFiles> {
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, 'app.tsx')],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    jsx: 'automatic',
    conditions: ['source'],
    define: { 'process.env.NODE_ENV': '"production"' },
    minify: true,
    write: false,
  });
  return {
    html: await readFile(path.join(folder, 'index.html'), 'utf8'),
    script: outputFiles[0]?.text ?? '',
  };
}
