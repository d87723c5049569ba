import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from './support/run-command.ts';
import { readText, workspaceRoot } from './support/workspace.ts';

const demo = [
  '--conditions=source',
  path.join(workspaceRoot, 'packages/cli/src/main.ts'),
  'sandbox',
  '--watch',
];

const ends = {
  'velt/handbook': 'succeeded',
  'velt/roadmap': 'failed',
  'velt/style-guide': 'succeeded',
  'velt/old-notes': 'not_found',
  'onlyoffice/berlin': 'awaiting_input',
  'onlyoffice/paris': 'partially_succeeded',
  'onlyoffice/madrid': 'failed',
  'snaplogic/book-store': 'succeeded',
  'snaplogic/pet-store': 'succeeded',
  'snaplogic/payments': 'failed',
  'snaplogic/invoices': 'succeeded',
  'generic-migrations/acme': 'succeeded',
  'generic-migrations/globex': 'partially_succeeded',
  'generic-migrations/initech': 'canceled',
};

/** The last state that each migration was said to be in. */
function readLastStates(stdout: string): Record<string, string | undefined> {
  const lines = stdout.matchAll(/^\S+Z (\S+\/\S+) (?:\w+ → )?(\w+)/gm);
  return Object.fromEntries(Array.from(lines, ([, name = '', state]) => [name, state]));
}

describe('the demo, piped', { timeout: 60_000 }, () => {
  it('is what "pnpm demo" runs', () => {
    const { scripts } = JSON.parse(readText('package.json'));
    expect(scripts.demo).toBe('node --conditions=source packages/cli/src/main.ts sandbox --watch');
  });

  it('tells the whole story line by line, ends as scripted, and exits with 0', async () => {
    const { exitCode, stdout, stderr } = await runCommand(process.execPath, [...demo, '--speed', '6']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(readLastStates(stdout)).toEqual(ends);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
      /Z 13 of 14 done, 3 failed, 1 not found, 1 awaiting input, 2 partially succeeded, 1 canceled$/,
    );
    expect(stdout).toMatch(/^\d\d:\d\d:\d\dZ snaplogic\/\S+ \w+ \(throttled: .+\)$/m);
    expect(stdout).toMatch(
      /^\d\d:\d\d:\d\dZ generic-migrations\/\S+ running.* \(unreachable: .*HTTP 502\)$/m,
    );
    expect(stdout).toMatch(
      /^\d\d:\d\d:\d\dZ velt\/style-guide running → unknown \(native "rolling_back"\)$/m,
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    expect(stdout).not.toMatch(/\u001b/);
  });

  it('ends at once and cleanly on Ctrl-C', async () => {
    let isInterrupted = false;
    const { exitCode, stdout, stderr } = await runCommand(process.execPath, demo, {
      onOutput(output, kill) {
        if (isInterrupted || !output.includes('velt/handbook')) return;
        isInterrupted = true;
        kill('SIGINT');
      },
    });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 130,
      stderr: 'Interrupted: nobody looks any more. The migrations themselves go on.\n',
    });
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/Z \d+ of 14 done, /);
    expect(readLastStates(stdout)['velt/handbook']).not.toBe('succeeded');
  });

  it('ends without a word when nobody reads on', async () => {
    const { exitCode, stdout, stderr } = await runCommand('sh', [
      '-c',
      `"${process.execPath}" ${demo.join(' ')} --speed 8 | head -n 3`,
    ]);
    expect({ exitCode, stderr, lines: stdout.split('\n').length }).toEqual({
      exitCode: 0,
      stderr: '',
      lines: 4,
    });
  });

  it.each([
    ['--speed fast', /^migration-status: --speed must be a positive number: .+\n$/],
    ['--speed Infinity', /^migration-status: --speed must be a positive number: .+\n$/],
    ['--speed', /^migration-status: option '--speed <factor>' argument missing\n/],
    ['--seed x', /^migration-status: --seed must be a whole number\n$/],
    ['--bogus', /^migration-status: unknown option '--bogus'\n/],
    ['now', /^migration-status: too many arguments for 'sandbox'/],
  ])('says what is wrong with "%s"', async (wrong, complaint) => {
    const { exitCode, stderr } = await runCommand(process.execPath, [...demo, ...wrong.split(' ')]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(complaint);
  });
});
