import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { listBrokenExports } from './list-broken-exports.ts';
import { listBrokenAdapterManifest, listBrokenManifest } from './list-broken-manifest.ts';
import { listBrokenReadme } from './list-broken-readme.ts';
import { listBrokenWires } from './list-broken-wires.ts';

/**
 * The rules of the house that a package breaks, each as a line with the file and the rule; none where all is well. A package
 * may have more files, entries and dependencies than the rules ask for.
 *
 * @param directory A folder in `packages/` of a workspace.
 */
export function listBrokenRules(directory: string): readonly string[] {
  return [...within(directory, listBrokenManifest(directory)), ...listBrokenWires(directory)];
}

/** The same for the package of a provider, which has rules beyond those for all. */
export async function listBrokenAdapterRules(directory: string): Promise<readonly string[]> {
  const missing = listAdapterFiles(path.basename(directory)).filter(
    (file) => !existsSync(path.join(directory, file)),
  );
  if (missing.length > 0)
    return within(
      directory,
      missing.map((file) => `${file}: it is there`),
    );
  return [
    ...listBrokenRules(directory),
    ...within(directory, [
      ...listBrokenAdapterManifest(directory),
      ...listBrokenFixtures(directory),
      ...listBrokenExports(directory),
      ...(await listBrokenReadme(directory)),
    ]),
  ];
}

/** Names the files by their way from the root of the workspace. */
function within(directory: string, lines: readonly string[]): readonly string[] {
  return lines.map((line) => `packages/${path.basename(directory)}/${line}`);
}

function listAdapterFiles(folder: string): readonly string[] {
  return [
    'README.md',
    'package.json',
    'tsconfig.json',
    'src/index.ts',
    `src/${folder}-adapter.ts`,
    `src/${folder}-options.ts`,
    `src/${folder}-schema.ts`,
    `src/${folder}-states.ts`,
    'src/to-reading.ts',
    'src/to-reading-of-error.ts',
    'test/any-body.test.ts',
    'test/failures.test.ts',
    'test/fixtures',
    'test/options.test.ts',
    'test/readings.test.ts',
    'test/requests.test.ts',
  ];
}

function listBrokenFixtures(directory: string): readonly string[] {
  const isFilled = readdirSync(path.join(directory, 'test/fixtures')).length > 0;
  return isFilled ? [] : ['test/fixtures: there is something in it'];
}
