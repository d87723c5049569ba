import path from 'node:path';
import { createStatusView } from '@migration-status/core';
import { expect, it } from 'vitest';
import { createManualSource } from '../../../packages/core/test/view/row-source.ts';
import { runCommand } from '../../../test/support/run-command.ts';
import { toTable } from '../src/to-table.ts';

const main = path.join(import.meta.dirname, '../src/main.ts');

it('shows four providers in one table, each as it ended', { timeout: 60_000 }, async () => {
  const { exitCode, stdout, stderr } = await runCommand(process.execPath, ['--conditions=source', main]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const [changes = '', table = ''] = stdout.split('\n\n');
  expect(changes.split('\n').at(-1)).toBe('4 of 4 done, 1 failed, 1 partially succeeded');
  const lines = table.trimEnd().split('\n');
  expect(lines.map((line) => line.split(/ {2,}/)[0])).toEqual([
    'PROVIDER',
    'generic-migrations',
    'onlyoffice',
    'snaplogic',
    'velt',
  ]);
  expect(lines.map((line) => line.split(/ {2,}/)[2])).toEqual([
    'STATE',
    'partially_succeeded',
    'succeeded',
    'failed',
    'succeeded',
  ]);
});

it('puts an outage beside the last good state', () => {
  const source = createManualSource();
  source.track('acme/job', { state: 'running', percent: 40, conditions: ['unreachable'] });
  source.track('acme/b', {});
  expect(toTable(createStatusView(source).getSnapshot().rows)).toBe(
    [
      'PROVIDER  MIGRATION  STATE         PROGRESS  TROUBLE',
      'acme      job        running       40 %      unreachable',
      'acme      b          not read yet',
    ].join('\n'),
  );
});
