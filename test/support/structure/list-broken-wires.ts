import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readJson } from './read-json.ts';

/** What makes the workspace know of a package. */
export function listBrokenWires(directory: string): readonly string[] {
  const folder = path.basename(directory);
  const root = path.resolve(directory, '../..');
  const devDependency = Object(Object(readJson(path.join(root, 'package.json'))).devDependencies)[
    `@migration-status/${folder}`
  ];
  const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
  const referring = [
    { file: 'tsconfig.json', target: `packages/${folder}` },
    { file: 'test/tsconfig.json', target: `../packages/${folder}` },
  ].filter(({ file, target }) => !listReferences(path.join(root, file)).includes(target));
  return [
    ...(devDependency === 'workspace:^'
      ? []
      : [`package.json: @migration-status/${folder} is in devDependencies`]),
    ...referring.map(({ file, target }) => `${file}: ${target} is in references`),
    ...(readme.includes(`](packages/${folder}) |`)
      ? []
      : [`README.md: packages/${folder} is in the table of packages`]),
  ];
}

function listReferences(tsconfig: string): readonly unknown[] {
  const references: readonly unknown[] = Object(readJson(tsconfig)).references ?? [];
  return references.map((reference) => Object(reference).path);
}
