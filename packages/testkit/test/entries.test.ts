import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../../test/support/run-command.ts';
import { workspaceRoot } from '../../../test/support/workspace.ts';

const source = path.join(workspaceRoot, 'packages/testkit');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'testkit-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function node(...commandArguments: readonly string[]) {
  return runCommand('node', ['--conditions=source', ...commandArguments], { cwd: workspaceRoot });
}

async function write(name: string, code: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, code);
  return file;
}

const reference = JSON.stringify(path.join(source, 'test/reference-harness.ts'));

describe('the command', () => {
  const command = path.join(source, 'src/cli.ts');

  test('ends with 0 and a report where every MUST is kept', async () => {
    const module = await write(
      'good.ts',
      `import { createReferenceHarness } from ${reference};\nexport const harness = createReferenceHarness();\n`,
    );
    const { exitCode, stdout, stderr } = await node(command, module);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringMatching(/^\.{112}\n$/) });
    expect(stdout).toContain(
      '112 audits: 112 kept, 0 broken, 0 not claimed. 320 generated cases.\nEvery MUST is kept.\n',
    );
  });

  test('ends with 1 where one is broken, and tells which as JSON', async () => {
    const module = await write(
      'bad.ts',
      `import { createReferenceHarness } from ${reference};\nexport default createReferenceHarness({ toState: () => 'running' });\n`,
    );
    const { exitCode, stdout } = await node(command, module, '--json');
    expect(exitCode).toBe(1);
    const { audits, provider } = JSON.parse(stdout);
    expect(provider).toBe('reference');
    expect(audits.find(({ id }: { id: string }) => id === 'S-01')).toMatchObject({ status: 'fail' });
  });

  test.each([
    { title: 'no module', given: [] },
    { title: 'two formats', given: ['harness.ts', '--json', '--markdown'] },
    { title: 'an unknown option', given: ['harness.ts', '--xml'] },
  ])('ends with 2 and its usage for $title', async ({ given }) => {
    const { exitCode, stdout, stderr } = await node(command, ...given);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain('Usage: migration-status-audit <harness module> [--json | --markdown]');
  });

  test('ends with 2 where the module has no harness', async () => {
    const { exitCode, stderr } = await node(command, await write('empty.ts', 'export const other = 1;\n'));
    expect(exitCode).toBe(2);
    expect(stderr).toContain('exports no "harness"');
  });
});

describe('the entry for node:test', () => {
  const entry = JSON.stringify(path.join(source, 'src/node-test.ts'));

  test('runs one test per audit', async () => {
    const file = await write(
      'good.test.ts',
      `import { testAdapter } from ${entry};\nimport { createReferenceHarness } from ${reference};\ntestAdapter(createReferenceHarness());\n`,
    );
    const { exitCode, stdout } = await node('--test', '--test-reporter=tap', file);
    expect(stdout).toContain('# pass 112\n');
    expect(exitCode).toBe(0);
  });

  test('fails by name, and says why it skips', async () => {
    const file = await write(
      'bad.test.ts',
      `import { testAdapter } from ${entry};\nimport { createReferenceHarness } from ${reference};\nconst { statesTable, ...harness } = createReferenceHarness({ toState: () => 'running' });\ntestAdapter(harness);\n`,
    );
    const { exitCode, stdout } = await node('--test', '--test-reporter=tap', file);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/not ok \d+ - S-01 MUST read every sample/);
    expect(stdout).toMatch(/ok \d+ - S-07 .* # SKIP the harness names no statesTable/);
  });
});
