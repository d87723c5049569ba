import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** The chapters of the README of an adapter package. */
const chapters = [
  'Options',
  'The ref',
  'States',
  'Failures and conditions',
  'What is handled',
  'Capabilities and limits',
  'Vendor pages',
];

/** What the READMEs of the packages of providers have in common; above all, the table of states says what the code says. */
export async function listBrokenReadme(directory: string): Promise<readonly string[]> {
  const readme = readFileSync(path.join(directory, 'README.md'), 'utf8');
  const sections = new Set([...readme.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title));
  const documented = parseStateTable(readme);
  const states = await readStates(directory);
  const words = new Set([...documented.keys(), ...states.keys()]);
  const different = [...words].filter((word) => documented.get(word) !== states.get(word));
  return [
    ...chapters
      .filter((chapter) => !sections.has(chapter))
      .map((chapter) => `README.md: it has a chapter "${chapter}"`),
    ...different.map((word) =>
      states.has(word)
        ? `README.md: its table of states says that \`${word}\` is \`${states.get(word)}\``
        : `README.md: its table of states knows no \`${word}\`, as the code does not`,
    ),
  ];
}

/** The rows of the table under `## States`: native word → state. */
function parseStateTable(readme: string): ReadonlyMap<string, unknown> {
  const section = readme.split(/^## /m).find((text) => text.startsWith('States\n')) ?? '';
  const table = section.split('\n\n').find((block) => block.startsWith('| native | state |')) ?? '';
  const rows = [...table.matchAll(/^\| `([^`]+)` \| `([^`]+)` \|/gm)];
  return new Map(rows.map(([, native = '', state]) => [native, state]));
}

/** The table that the package exports for the provider itself, and not for its tasks. */
async function readStates(directory: string): Promise<ReadonlyMap<string, unknown>> {
  const folder = path.basename(directory);
  const file = path.join(directory, `src/${folder}-states.ts`);
  const exported: object = await import(pathToFileURL(file).href);
  const name = `${folder.replaceAll('-', '')}states`;
  const table = Object.entries(exported).find(([key]) => key.toLowerCase() === name)?.[1];
  return new Map(Object.entries<unknown>(Object(table)));
}
