import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes `src/page-files.ts`: the files of the page as texts in a module, because a handler that runs anywhere cannot read
 * files. Run it after each change of `page/`; a test compares.
 */
const directory = path.join(import.meta.dirname, '..');
await writeFile(path.join(directory, 'src/page-files.ts'), await toModule());

/** The module that holds the files of the page. */
export async function toModule(): Promise<string> {
  const files = await Promise.all(
    [
      { route: '', file: 'index.html', type: 'text/html; charset=utf-8' },
      { route: 'page.css', file: 'page.css', type: 'text/css; charset=utf-8' },
      { route: 'page.js', file: 'page.js', type: 'text/javascript; charset=utf-8' },
    ].map(async ({ route, file, type }) => {
      const text = await readFile(path.join(directory, 'page', file), 'utf8');
      return `  ${JSON.stringify(route)}: { type: ${JSON.stringify(type)}, text: ${JSON.stringify(text)} },\n`;
    }),
  );
  return `// Made from page/ by scripts/embed-page.ts.\n\n/** The files of the page, by their paths below it. */\nexport const pageFiles: Readonly<Record<string, { readonly type: string; readonly text: string }>> = {\n${files.join('')}};\n`;
}
