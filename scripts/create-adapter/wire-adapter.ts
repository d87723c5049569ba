import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { AdapterNames } from './adapter-names.ts';

/** A file as it is to be. */
export interface PlannedFile {
  /** From the root of the workspace. */
  readonly file: string;
  readonly text: string;
}

/** What makes a workspace know of the package of a new adapter; nothing is written. */
export function wireAdapter(workspace: string, { kebab, pascal }: AdapterNames): readonly PlannedFile[] {
  const name = `@migration-status/${kebab}`;

  /** Before the last line of its kind, so that commas and what comes last stay as they are. */
  function insert(file: string, kind: RegExp, line: string): PlannedFile {
    const lines = read(file).split('\n');
    const last = lines.findLastIndex((candidate) => kind.test(candidate));
    if (last < 0) throw new Error(`${file}: expected a line like ${line.trim()}`);
    return { file, text: lines.toSpliced(last, 0, line).join('\n') };
  }

  function read(file: string): string {
    return readFileSync(path.join(workspace, file), 'utf8');
  }

  return [
    { file: 'package.json', text: withDevDependency(read('package.json'), name) },
    insert('tsconfig.json', /"path": "packages\//, `    { "path": "packages/${kebab}" },`),
    insert('test/tsconfig.json', /"path": "\.\.\/packages\//, `    { "path": "../packages/${kebab}" },`),
    insert(
      'README.md',
      /^\| \[`@migration-status\//,
      `| [\`${name}\`](packages/${kebab}) | migrations at ${pascal} |`,
    ),
  ];
}

function withDevDependency(manifest: string, name: string): string {
  const fields: object = JSON.parse(manifest);
  const known: object = Reflect.get(fields, 'devDependencies');
  const sorted = Object.entries({ ...known, [name]: 'workspace:^' }).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ ...fields, devDependencies: Object.fromEntries(sorted) }, null, 2)}\n`;
}
