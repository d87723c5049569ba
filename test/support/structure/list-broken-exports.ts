import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What every adapter package gives on from core, so that its users need no second import. */
const coreExports = [
  'assertSucceeded',
  'Condition',
  'ConfigurationError',
  'createTracker',
  'getStatus',
  'isTerminalState',
  'MigrationHandle',
  'MigrationIssue',
  'MigrationProgress',
  'MigrationRow',
  'MigrationState',
  'MigrationStatus',
  'MigrationStatusError',
  'MigrationSummary',
  'migrationStates',
  'NotFoundOutError',
  'NotSucceededError',
  'PollOptions',
  'ProviderRequestError',
  'ProviderResponseError',
  'parseMigrationStatus',
  'pollUntilDone',
  'summarize',
  'Tracker',
  'TrackerEvents',
  'TrackerOptions',
  'WaitOptions',
  'WaitTimeoutError',
];

/** What the export lists of the packages of providers have in common. */
export function listBrokenExports(directory: string): readonly string[] {
  const folder = path.basename(directory);
  const text = readFileSync(path.join(directory, 'src/index.ts'), 'utf8');
  const sources = listExportSources(text);
  const name = toProviderName(folder, [...sources.keys()]);
  if (name === undefined)
    return [`src/index.ts: it exports create<Name>Adapter, with the name of the folder ${folder}`];
  const expected = new Map([
    ...coreExports.map((exported) => [exported, '@migration-status/core'] as const),
    [`create${name}Adapter`, `./${folder}-adapter.ts`],
    [`${name}Adapter`, `./${folder}-adapter.ts`],
    [`${name}AdapterOptions`, `./${folder}-options.ts`],
    [`${name}Ref`, `./${folder}-options.ts`],
    [`${toLowerFirst(name)}States`, `./${folder}-states.ts`],
  ]);
  const broken = [...expected].filter(([exported, source]) => sources.get(exported) !== source);
  return [
    ...broken.map(([exported, source]) => `src/index.ts: it exports ${exported} from ${source}`),
    ...(/^export \*|^export default/m.test(text) ? ['src/index.ts: its export list is written by hand'] : []),
  ];
}

/** The names in the export lists of a module, each with the module that it is from. */
function listExportSources(text: string): ReadonlyMap<string, string> {
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)';$/gm)];
  return new Map(
    lists.flatMap(([, names = '', source = '']) =>
      names.split(',').flatMap((name) => {
        const exported = name.trim().replace(/^type /, '');
        return exported === '' ? [] : [[exported, source] as const];
      }),
    ),
  );
}

/** `OnlyOffice` of `onlyoffice`: vendors spell their names their own way, so case is not compared. */
function toProviderName(folder: string, exported: readonly string[]): string | undefined {
  const plain = folder.replaceAll('-', '');
  return exported
    .flatMap((name) => /^create(\w+)Adapter$/.exec(name)?.[1] ?? [])
    .find((name) => name.toLowerCase() === plain);
}

function toLowerFirst(name: string): string {
  return `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`;
}
