import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
  const surfaces = await format(listSurfaces(entries));
  const sections = entries.map(({ folder, specifier }, index) => ({
    folder,
    text: `## \`${specifier}\`\n\n\`\`\`ts\n${surfaces[index]}\`\`\`\n`,
  }));
  const byPackage = Map.groupBy(sections, ({ folder }) => folder);
  return new Map(
    [...byPackage].map(([folder, own]) => [folder, [heading, ...own.map(({ text }) => text)].join('\n')]),
  );
}

const heading =
  '<!-- Written by `pnpm api`: every change of the public surface is a line in the diff of this file. -->\n';

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

/** What each entry exports, in the order of the entries. They share one run of the compiler, which is what takes the time. */
function listSurfaces(entries: readonly Entry[]): readonly string[] {
  const files = entries.map(({ declarations }) => declarations);
  const configs = entries.map((entry) => toConfig(entry, files));
  const [first] = configs;
  if (first === undefined) return [];
  const compilerState = CompilerState.create(first, { additionalEntryPoints: files });
  return configs.map((config) => {
    const { succeeded } = Extractor.invoke(config, {
      compilerState,
      localBuild: true,
      messageCallback: settle,
    });
    if (!succeeded) throw new Error(`${config.mainEntryPointFilePath}: its exports cannot be listed`);
    return toCode(readFileSync(config.reportFilePath, 'utf8'));
  });
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

/** The code in a report, without the marks that are the same for everything. */
function toCode(report: string): string {
  const code = /```ts\n(.*)```/s.exec(report)?.[1];
  if (code === undefined) throw new Error('a report has another form than expected');
  return code.replaceAll(/^\s*\/\/ (?:@public|\(undocumented\)|\(No @package).*\n/gm, '');
}

/** In the form of all code here: a long list of words takes a line for each. */
async function format(surfaces: readonly string[]): Promise<readonly string[]> {
  const folder = path.join(reportFolder, 'formatted');
  const files = surfaces.map((_surface, index) => path.join(folder, `${index}.d.ts`));
  mkdirSync(folder, { recursive: true });
  for (const [index, file] of files.entries()) writeFileSync(file, surfaces[index] ?? '');
  const biome = path.join(workspaceRoot, 'node_modules/.bin/biome');
  await mustRun(biome, ['format', '--write', '--vcs-enabled=false', folder], { cwd: workspaceRoot });
  return files.map((file) => readFileSync(file, 'utf8'));
}
