import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundlePage } from './bundle-page.ts';

/** Writes `src/page-files.ts` anew. Run it after each change of `page/`; a test compares the two. */
await writeFile(path.join(import.meta.dirname, '../src/page-files.ts'), await bundlePage());
