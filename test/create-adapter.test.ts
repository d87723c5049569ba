import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAdapterName } from '../scripts/create-adapter/adapter-names.ts';
import { type CommandResult, mustRun, runCommand } from './support/run-command.ts';
import { workspaceRoot } from './support/workspace.ts';

/** What a run of the tests of the workspace says of one of them. */
interface TestResult {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
}

/** What it says of a file; a file that cannot even be loaded has no tests. */
interface FileResult {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly TestResult[];
}

/** What is changed to make the workspace know of a package. */
const wired = ['package.json', 'tsconfig.json', 'test/tsconfig.json', 'README.md'];

/** A package is made in a copy of the workspace, and goes through what any package goes through. */
describe('pnpm create-adapter', { timeout: 180_000 }, () => {
  let workspace = '';
  let output = '';
  const directory = () => path.join(workspace, 'packages/data-mover');

  beforeAll(async () => {
    workspace = mkdtempSync(path.join(tmpdir(), 'create-adapter-'));
    // Others build at the same time, and leave a file for a moment.
    const left = /\/(?:node_modules|dist|coverage|\.git|\.generated|[^/]*\.bundled_[^/]*)$/;
    cpSync(workspaceRoot, workspace, { recursive: true, filter: (source) => !left.test(source) });
    const { exitCode, stdout, stderr } = await createAdapter('data-mover');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    output = stdout;
    await mustRun('npx', ['-y', 'pnpm@12', 'install', '--prefer-offline', '--no-frozen-lockfile'], {
      cwd: workspace,
    });
  }, 180_000);

  afterAll(() => rmSync(workspace, { recursive: true, force: true }));

  function createAdapter(...args: readonly string[]): Promise<CommandResult> {
    const script = path.join(workspaceRoot, 'scripts/create-adapter/main.ts');
    return runCommand(process.execPath, ['--conditions=source', script, ...args, '--directory', workspace]);
  }

  /** A command of the workspace's own tools. */
  function run(tool: string, ...args: readonly string[]): Promise<CommandResult> {
    return runCommand(path.join(workspace, 'node_modules/.bin', tool), args, { cwd: workspace });
  }

  async function runTests(...files: readonly string[]): Promise<readonly TestResult[]> {
    const report = path.join(workspace, 'report.json');
    await run('vitest', 'run', '--reporter=json', `--outputFile=${report}`, ...files);
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    rmSync(report);
    const results: readonly FileResult[] = testResults;
    return results.flatMap(({ name, status, message, assertionResults }) =>
      assertionResults.length > 0
        ? assertionResults
        : [{ fullName: path.relative(workspace, name), status, failureMessages: [message] }],
    );
  }

  function readOwn(file: string): string {
    return readFileSync(path.join(directory(), file), 'utf8');
  }

  function change(file: string, from: RegExp, to: string): void {
    const text = readOwn(file);
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    writeFileSync(path.join(directory(), file), changed);
  }

  it('says which files it wrote, and what to do next', () => {
    const [files = '', ...steps] = output.split('\n\n');
    const template = readdirSync(path.join(workspaceRoot, 'scripts/adapter-template'), {
      recursive: true,
      withFileTypes: true,
    });
    expect(files.split('\n').filter((file) => file.startsWith('packages/data-mover/'))).toHaveLength(
      template.filter((entry) => entry.isFile()).length,
    );
    expect(files.split('\n').filter((file) => !existsSync(path.join(workspace, file)))).toEqual([]);
    expect(steps.join('\n')).toMatch(
      /pnpm@12 install +#.*pnpm@12 api +#.*vitest run packages\/data-mover +#/s,
    );
  });

  it('leaves nothing of the name of the template, in no spelling', () => {
    const files = readdirSync(directory(), { recursive: true, encoding: 'utf8' }).filter(
      (file) => !file.includes('node_modules'),
    );
    const left = /your.?provider/i;
    expect(files.filter((file) => left.test(file))).toEqual([]);
    expect(files.filter((file) => /\.\w+$/.test(file) && left.test(readOwn(file)))).toEqual([]);
  });

  it('makes what compiles, is well formed, and keeps the rules of the house', async () => {
    const checks = await Promise.all([
      run('tsc', '-b'),
      run('biome', 'check', '--error-on-warnings', 'packages/data-mover', ...wired),
    ]);
    expect(checks).toEqual(checks.map(() => expect.objectContaining({ exitCode: 0 })));
    const results = await runTests('test/structure.test.ts', 'test/layers.test.ts');
    const own = results.filter(({ fullName }) => fullName.includes('data-mover'));
    expect(own.filter(({ status }) => status !== 'passed')).toEqual([]);
    expect(own.map(({ fullName }) => fullName)).toEqual(
      expect.arrayContaining([
        'every package data-mover keeps the rules of the house',
        'the packages of providers data-mover is built like the others',
        'the packages packages/data-mover/src/to-reading.ts imports only what its package may know',
      ]),
    );
  });

  it('makes tests that fail until they are filled in, and say what to fill in', async () => {
    const results = await runTests('packages/data-mover');
    const failed = results.filter(({ status }) => status === 'failed');
    const instructions = failed.map(({ failureMessages }) => failureMessages[0]?.split('\n')[0] ?? '');
    expect(results.length).toBeGreaterThan(50);
    expect(failed.map(({ fullName }) => fullName)).toContain('packages/data-mover/test/conformance.test.ts');
    const bodies = [
      ...['done', 'error_forbidden', 'error_not_found', 'error_throttled', 'error_unauthorized'],
      ...['failed', 'queued', 'running'],
    ].map((name) => `put a recorded body into packages/data-mover/test/fixtures/${name}.json; then make`);
    expect([...new Set(instructions.map((line) => line.replace(/^\w+: /, '')))].sort()).toEqual(
      [
        ...bodies,
        'write the base URL of the vendor into packages/data-mover/src/data-mover-options.ts',
        'write what one read sends into "documented" in packages/data-mover/test/requests.test.ts',
      ].map((start) => expect.stringContaining(start)),
    );
  });

  it('makes tests that pass once that is done', async () => {
    const bodies = {
      queued: { id: 'mig_1', status: 'QUEUED' },
      running: { id: 'mig_1', status: 'RUNNING' },
      done: { id: 'mig_1', status: 'DONE' },
      failed: { id: 'mig_1', status: 'FAILED', reason: 'disk full' },
      error_not_found: { message: 'no such migration' },
      error_unauthorized: { message: 'no such key' },
      error_forbidden: { message: 'not yours' },
      error_throttled: { message: 'too fast' },
    };
    for (const [name, body] of Object.entries(bodies)) {
      writeFileSync(path.join(directory(), `test/fixtures/${name}.json`), JSON.stringify(body));
    }
    change('src/data-mover-options.ts', /api\.data-mover\.example/g, 'api.data-mover.dev');
    change(
      'test/requests.test.ts',
      /const documented: SentRequest = \{[^}]*\{\}[^}]*\};/,
      `const documented: SentRequest = {
        method: 'GET',
        url: 'https://api.data-mover.dev/migrations/mig_7',
        headers: { accept: 'application/json', authorization: 'Bearer key-1' },
        body: '',
      };`,
    );
    const results = await runTests('packages/data-mover');
    expect(results.filter(({ status }) => status === 'failed')).toEqual([]);
    const audits = results.filter(({ fullName }) => /^the adapter [A-Z]-\d\d MUST /.test(fullName));
    expect(audits.filter(({ status }) => status === 'passed').length).toBeGreaterThan(40);
    expect(results.length).toBeGreaterThan(100);
  });

  it.each([
    { name: 'DataMover', complaint: /must be in kebab-case/ },
    { name: 'data_mover', complaint: /must be in kebab-case/ },
    { name: '../escape', complaint: /must be in kebab-case/ },
    { name: '2fast', complaint: /must be in kebab-case/ },
    { name: 'mover-', complaint: /must be in kebab-case/ },
    { name: '', complaint: /must be in kebab-case/ },
    { name: 'core', complaint: /"core" is taken: there is packages\/core/ },
    { name: 'velt', complaint: /"velt" is taken: there is packages\/velt/ },
    { name: 'only-office', complaint: /"only-office" is taken: there is packages\/onlyoffice/ },
    { name: 'data-mover', complaint: /"data-mover" is taken: there is packages\/data-mover/ },
  ])('refuses the name "$name", and writes nothing', async ({ name, complaint }) => {
    const before = listEverything();
    const { exitCode, stdout, stderr } = await createAdapter(name);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringMatching(complaint),
    });
    expect(listEverything()).toEqual(before);
  });

  it.each([
    { args: [], title: 'no name' },
    { args: ['a', 'b'], title: 'two names' },
    { args: ['a', '--force'], title: 'an option that is none' },
  ])('answers $title with its usage', async ({ args }) => {
    const { exitCode, stdout, stderr } = await createAdapter(...args);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('pnpm create-adapter <name>'),
    });
  });

  /** What the workspace consists of, apart from what is installed and built. */
  function listEverything(): readonly string[] {
    return [
      ...readdirSync(path.join(workspace, 'packages')),
      ...wired.map((file) => readFileSync(path.join(workspace, file), 'utf8')),
    ];
  }
});

it.each([
  ['acme', { kebab: 'acme', pascal: 'Acme', camel: 'acme', constant: 'ACME' }],
  [
    'data-mover-2',
    { kebab: 'data-mover-2', pascal: 'DataMover2', camel: 'dataMover2', constant: 'DATA_MOVER_2' },
  ],
  ['aB', undefined],
])('the name %s has its spellings', (name, names) => {
  expect(parseAdapterName(name)).toEqual(names);
});
