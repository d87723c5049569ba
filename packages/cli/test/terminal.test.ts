import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../../test/support/run-command.ts';
import { workspaceRoot } from '../../../test/support/workspace.ts';
import { commandLine, openTerminal, runInTerminal } from './support/terminal.ts';

const story = ['sandbox', '--watch', '--speed', '3'];
const thousand = path.join(import.meta.dirname, 'fixtures/thousand');

const head = /^ {3}(?:PROVIDER +)?MIGRATION +STATE/;
const note = 'Interrupted: nobody looks any more. The migrations themselves go on.';

/** The lines of the last table among some lines: from its head to the summary. */
function toLastTable(lines: readonly string[]): readonly string[] {
  const from = lines.findLastIndex((line) => head.test(line));
  const until = lines.findIndex((line, index) => index > from && /^[\d,]+ of [\d,]+ done/.test(line));
  return lines.slice(from, until + 1);
}

function countHeads(lines: readonly string[]): number {
  return lines.filter((line) => head.test(line)).length;
}

/** Whether there is one table, no larger than it may be, and nothing around it but what has ended, above it. */
function isOneTable(screen: readonly string[], rows: number): boolean {
  const table = toLastTable(screen);
  const from = screen.findLastIndex((line) => head.test(line));
  const hasLeftovers = screen.slice(0, from).some((line) => /^[○●⚑?] |of 14 done/.test(line));
  const isLast = screen.slice(from + table.length).every((line) => line === '');
  return table.length > 0 && table.length <= rows - 2 && isLast && !hasLeftovers;
}

describe('in a terminal', { timeout: 60_000 }, () => {
  it('is a table in place, of which what has ended moves up, and one table of everything remains', async () => {
    const run = runInTerminal(story);
    await run.waitFor((screen) => /velt\/roadmap failed/.test(screen) && /handbook +running/.test(screen));
    const [live, isHidden] = [run.screen(), !run.isCursorShown()];
    expect(isHidden).toBe(true);
    expect(countHeads(live)).toBe(1);
    expect(toLastTable(live).join('\n')).not.toContain('roadmap');

    expect(await run.ended).toBe(0);
    expect(run.isCursorShown()).toBe(true);
    const history = run.history();
    expect(countHeads(history)).toBe(1);
    const table = toLastTable(history);
    expect(table).toHaveLength(16);
    expect(table.filter((line) => /^[✔✖◐⊘∅⚑] /.test(line))).toHaveLength(14);
    expect(history.join('\n')).toContain('velt/roadmap failed: The provider reports the migration as failed');
  });

  it('stays one table when the window is made narrower, wider and lower', async () => {
    const run = runInTerminal(['sandbox', '--watch', '--speed', '2'], { columns: 120 });
    for (const [columns, rows] of [
      [50, 24],
      [100, 24],
      [70, 12],
      [80, 30],
    ] as const) {
      await run.waitFor((screen) => /^\d+ of 14 done/m.test(screen));
      run.resize(columns, rows);
      // Pictures that were on their way are for the old size: what counts is that it comes to this.
      await run.waitFor((screen) => isOneTable(screen.split('\n'), rows));
    }
    run.type('\u0003');
    expect(await run.ended).toBe(130);
  });

  it('says at the first Ctrl-C that it ends, shows how everything stands, and ends with 130', async () => {
    const run = runInTerminal(['sandbox', '--watch']);
    await run.waitFor((screen) => /handbook +(?:pending|running)/.test(screen));
    run.type('\u0003');
    expect(await run.ended).toBe(130);
    expect(run.isCursorShown()).toBe(true);
    const history = run.history();
    expect(history.filter((line) => line === note)).toHaveLength(1);
    expect(countHeads(history)).toBe(1);
    expect(toLastTable(history)).toHaveLength(16);
  });

  it('ends at once at the second Ctrl-C, and gives the cursor back', async () => {
    const program = path.join(import.meta.dirname, 'support/stubborn.ts');
    const run = runInTerminal([], { program });
    await run.waitFor((screen) => screen.includes('working'));
    run.type('\u0003');
    await run.waitFor((screen) => screen.includes('asked to end'));
    expect(run.isCursorShown()).toBe(false);
    run.type('\u0003');
    expect(await run.ended).toBe(130);
    expect(run.isCursorShown()).toBe(true);
  });

  it('leaves the terminal to the shell at Ctrl-Z, and comes back as one table of the size that the window has then', async () => {
    const prompt = 'ready>';
    const shell = openTerminal(['bash', '--norc', '--noprofile', '-i'], { environment: { PS1: prompt } });
    await shell.waitFor((screen) => screen.includes(prompt));
    shell.type(`${commandLine} sandbox --watch\n`);
    await shell.waitFor((screen) => /handbook +running/.test(screen));
    expect(shell.isCursorShown()).toBe(false);

    shell.type('\u001a');
    await shell.waitFor((screen) => screen.trimEnd().endsWith(prompt) && screen.includes('Stopped'));
    expect(shell.isCursorShown()).toBe(true);
    expect(countHeads(shell.history())).toBe(0);

    shell.resize(40, 30);
    shell.type('fg\n');
    await shell.waitFor((screen) => /handbook +running/.test(screen));
    expect(shell.isCursorShown()).toBe(false);
    await shell.waitFor((screen) => isOneTable(screen.split('\n'), 30));
    // Drawn for another width, lines would have been wrapped.
    const lines = toLastTable(shell.screen()).slice(1, -1);
    expect(lines.filter((line) => !/^[○●⚑?✔✖◐⊘∅·] {2}\S/.test(line))).toEqual([]);

    shell.type('\u0003');
    await shell.waitFor((screen) => screen.trimEnd().endsWith(prompt));
    expect(shell.isCursorShown()).toBe(true);
    shell.type('exit $?\n');
    expect(await shell.ended).toBe(130);
    expect(countHeads(shell.history())).toBe(1);
  });

  it('ends when the window is closed', async () => {
    const run = runInTerminal(['sandbox', '--watch']);
    await run.waitFor((screen) => /handbook/.test(screen));
    run.hangUp();
    expect(await run.ended).toBe(129);
  });

  it.each([
    ['on a terminal that cannot move its cursor', { TERM: 'dumb' }],
    ['in a build', { CI: 'true' }],
    ['where it is told to', { MIGRATION_STATUS_OUTPUT: 'plain' }],
  ])('writes lines %s', async (_where, environment) => {
    const run = runInTerminal([...story, '--speed', '8'], { columns: 200, environment });
    expect(await run.ended).toBe(0);
    expect(run.written()).not.toContain('\u001b[?25l');
    expect(run.history().filter((line) => head.test(line))).toEqual([]);
    expect(run.history().join('\n')).toMatch(/Z velt\/roadmap running → failed: /);
  });

  it.each<{ name: string; environment?: Record<string, string>; isColored: boolean; color?: string }>([
    { name: 'colours on a terminal', isColored: true },
    { name: 'none with NO_COLOR', environment: { NO_COLOR: '1' }, isColored: false },
    { name: 'none with --color never', isColored: false, color: 'never' },
    {
      name: 'colours against NO_COLOR with --color always',
      environment: { NO_COLOR: '1' },
      isColored: true,
      color: 'always',
    },
  ])('has $name', async ({ environment = {}, isColored, color = 'auto' }) => {
    const run = runInTerminal(['states', 'velt', '--color', color], { environment });
    expect(await run.ended).toBe(0);
    expect(run.written().includes('\u001b[32m✔')).toBe(isColored);
  });

  it('follows a thousand migrations, of which it shows as many as there is room for', async () => {
    const run = runInTerminal(['watch', '--color', 'never'], { folder: thousand });
    await run.waitFor((screen) => /and \d+ more/.test(screen));
    const live = toLastTable(run.screen());
    expect(live.length).toBe(22);
    expect(await run.ended).toBe(0);
    const history = run.history();
    expect(countHeads(history)).toBe(1);
    expect(toLastTable(history)).toHaveLength(1_002);
    expect(history.filter((line) => /Z acme\/mig_\d+ succeeded/.test(line))).toHaveLength(1_000);
  });
});

describe('without a terminal', { timeout: 60_000 }, () => {
  const program = path.join(workspaceRoot, 'packages/cli/src/main.ts');
  const run = (words: readonly string[], env = {}) =>
    runCommand(process.execPath, ['--conditions=source', program, ...words], { cwd: thousand, env });

  it('is not live, and says so to whoever asks for it', async () => {
    const { exitCode, stdout, stderr } = await run(['watch', '--output', 'live']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^migration-status: --output cannot be live: .*no terminal/);
    expect((await run(['watch'], { MIGRATION_STATUS_OUTPUT: 'live' })).exitCode).toBe(2);
  });

  it('tells of a thousand migrations line by line', async () => {
    const { exitCode, stdout, stderr } = await run(['watch']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.filter((line) => /running → succeeded/.test(line))).toHaveLength(1_000);
    expect(lines.at(-1)).toMatch(/Z 1,000 of 1,000 done$/);
  });

  it('ends with 143 when it is asked to', async () => {
    let isAsked = false;
    const { exitCode, stderr } = await runCommand(
      process.execPath,
      ['--conditions=source', program, 'sandbox', '--watch'],
      {
        onOutput(output, kill) {
          if (isAsked || !output.includes('velt/handbook')) return;
          isAsked = true;
          kill('SIGTERM');
        },
      },
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 143, stderr: `${note}\n` });
  });

  it('ends without a word when nobody reads its JSON lines', async () => {
    const command = `"${process.execPath}" --conditions=source ${program} watch --output ndjson`;
    const script = `${command} | head -n 2; exit \${PIPESTATUS[0]}`;
    const { exitCode, stdout, stderr } = await runCommand('bash', ['-c', script], { cwd: thousand });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({ type: 'version', schema: '1.0' });
  });
});
