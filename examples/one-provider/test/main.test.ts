import path from 'node:path';
import { expect, it } from 'vitest';
import { runCommand } from '../../../test/support/run-command.ts';

const main = path.join(import.meta.dirname, '../src/main.ts');

it('follows a migration to its end', { timeout: 60_000 }, async () => {
  const { exitCode, stdout, stderr } = await runCommand(process.execPath, ['--conditions=source', main]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toBe('in_progress\ncompleted\ndone\n');
});
