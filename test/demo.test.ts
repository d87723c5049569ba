import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from './support/run-command.ts';
import { workspaceRoot } from './support/workspace.ts';

const demo = ['--conditions=source', path.join(workspaceRoot, 'examples/demo/src/main.ts')];

describe('the demo, piped', { timeout: 60_000 }, () => {
  it('tells the whole story line by line, ends as scripted, and exits with 0', async () => {
    const { exitCode, stdout, stderr } = await runCommand(process.execPath, [...demo, '--speed', '6']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.split('\n\n').at(-1)).toBe(
      [
        '14 migrations',
        '   1 awaiting_input',
        '   6 succeeded',
        '   2 partially_succeeded',
        '   3 failed',
        '   1 canceled',
        '   1 not_found',
        '',
      ].join('\n'),
    );
    expect(stdout).toMatch(/^\d\d:\d\d:\d\dZ snaplogic\/\S+ \w+ \(throttled: .+\)$/m);
    expect(stdout).toMatch(
      /^\d\d:\d\d:\d\dZ generic-migrations\/\S+ running.* \(unreachable: .*HTTP 502\)$/m,
    );
    expect(stdout).toMatch(/^\d\d:\d\d:\d\dZ velt\/style-guide unknown \(says "rolling_back"\)$/m);
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
    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: '' });
    expect(stdout).toContain('Interrupted; the migrations themselves go on.\n\n14 migrations\n');
    expect(stdout).not.toContain('velt/handbook succeeded');
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

  it.each(['--speed fast', '--speed Infinity', '--speed', '--bogus', 'now'])(
    'says what is wrong with "%s"',
    async (wrong) => {
      const { exitCode, stderr } = await runCommand(process.execPath, [...demo, ...wrong.split(' ')]);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 2,
        stderr: '--speed must be a positive number: 1 takes half a minute, 10 three seconds\n',
      });
    },
  );
});
