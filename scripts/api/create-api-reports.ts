import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import {
  CompilerState,
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type ExtractorMessage,
} from '@microsoft/api-extractor';
import { mustRun } from '../../test/support/run-command.ts';
import { listPackages, workspaceRoot } from '../../test/support/workspace.ts';
import { cacheFolder, type Entry, listEntries } from './entries.ts';

const reportFolder = path.join(cacheFolder, 'reports');

/**
 * The public surface of each package as text, by folder name: for each entry what it exports, and what can be reached from
 * there without being exported, in alphabetical order and without comments.
 *
 * The declarations are written by the workspace's own compiler; the reports are made by API Extractor, which brings a
 * compiler that has a JavaScript interface. Rejects where the sources do not compile.
 */
export async function createApiReports(): Promise<ReadonlyMap<string, string>> {
  await writeDeclarations();
  const entries = listEntries();
  rmSync(reportFolder, { recursive: true, force: true });
  const sections = toSections(entries);
  const byPackage = Map.groupBy(entries, ({ folder }) => folder);
  return new Map(
    [...byPackage].map(([folder, own]) => [folder, toReport(own.map((entry) => sections.get(entry) ?? ''))]),
  );
}

/** Beside the declarations of each package lies what it depends on, so that its types are found. */
async function writeDeclarations(): Promise<void> {
  mkdirSync(cacheFolder, { recursive: true });
  const compiler = path.join(workspaceRoot, 'node_modules/.bin/tsc');
  const project = path.join(import.meta.dirname, 'tsconfig.declarations.json');
  await mustRun(compiler, ['-p', project]);
  for (const { folder, directory } of listPackages()) {
    const place = path.join(cacheFolder, 'declarations', folder, 'node_modules');
    rmSync(place, { force: true });
    symlinkSync(path.join(directory, 'node_modules'), place);
  }
}

/** All entries share one run of the compiler, which is what takes the time. */
function toSections(entries: readonly Entry[]): ReadonlyMap<Entry, string> {
  const files = entries.map(({ declarations }) => declarations);
  const configs = entries.map((entry) => [entry, toConfig(entry, files)] as const);
  const [first] = configs;
  if (first === undefined) return new Map();
  const compilerState = CompilerState.create(first[1], { additionalEntryPoints: files });
  return new Map(
    configs.map(([entry, config]) => {
      const result = Extractor.invoke(config, { compilerState, localBuild: true, messageCallback: settle });
      if (!result.succeeded) throw new Error(`the surface of ${entry.specifier} cannot be written down`);
      return [entry, toSection(entry.specifier, readFileSync(config.reportFilePath, 'utf8'))];
    }),
  );
}

function toConfig({ directory, specifier, declarations }: Entry, files: readonly string[]): ExtractorConfig {
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: path.join(directory, 'package.json'),
    configObject: {
      newlineKind: 'lf',
      projectFolder: workspaceRoot,
      mainEntryPointFilePath: declarations,
      compiler: { overrideTsconfig: { compilerOptions, files } },
      apiReport: {
        enabled: true,
        reportFileName: `${specifier.replaceAll(/[@/]/g, '-')}.api.md`,
        reportFolder,
        reportTempFolder: path.join(reportFolder, 'temporary'),
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
    },
  });
}

const compilerOptions = {
  module: 'nodenext',
  target: 'es2023',
  lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable'],
  customConditions: ['source'],
  allowImportingTsExtensions: true,
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  types: ['node'],
} as const;

/** What is said about style is not asked for; what would make a report wrong is an error. */
function settle(message: ExtractorMessage): void {
  const { category, logLevel, text } = message;
  if (category === 'Compiler' && logLevel !== ExtractorLogLevel.None)
    throw new Error(message.formatMessageWithLocation(workspaceRoot) || text);
  message.handled = true;
  message.logLevel = ExtractorLogLevel.None;
}

/** The code alone, without the marks that are the same for everything. */
function toSection(specifier: string, report: string): string {
  const code = /```ts\n(.*)```/s.exec(report)?.[1];
  if (code === undefined) throw new Error(`the report on ${specifier} has another form than expected`);
  const lines = code
    .split('\n')
    .filter((line) => !/^\s*\/\/ (?:@public|\(undocumented\)|\(No @package)/.test(line));
  const text = lines
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  return `## \`${specifier}\`\n\n\`\`\`ts\n${text}\n\`\`\`\n`;
}

function toReport(sections: readonly string[]): string {
  return `<!-- Written by \`pnpm api\`: every change of the public surface is a line in the diff of this file. -->\n\n${sections.join('\n')}`;
}
