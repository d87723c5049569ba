import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { listCommandWords } from '../src/completion/describe-command.ts';
import { createProgram } from '../src/program.ts';
import { createSurroundings, runInProcess } from './support/run-in-process.ts';
import { openTerminal, type TerminalRun } from './support/terminal.ts';

const prompt = 'ready>';
const commands = listCommandWords(createProgram(createSurroundings(), () => {}));

/** How a shell is brought to completing, without anything of the person whose machine it is. */
const shells = [
  {
    shell: 'bash',
    start: ['bash', '--norc', '--noprofile', '-i'],
    setup:
      "bind 'set show-all-if-ambiguous on'; bind 'set page-completions off'; bind 'set completion-query-items 0'",
  },
  { shell: 'zsh', start: ['zsh', '-f', '-i'], setup: 'LISTMAX=0; autoload -Uz compinit; compinit -u -D' },
] as const;

describe.each(shells)('at the prompt of a real $shell', { timeout: 60_000 }, ({ shell, start, setup }) => {
  const isThere = spawnSync(shell, ['--version']).status === 0;
  let folder = '';
  let terminal: TerminalRun | undefined;

  beforeAll(async () => {
    if (!isThere) return;
    folder = await mkdtemp(path.join(tmpdir(), 'migration-status-shell-'));
    await writeFile(path.join(folder, 'script'), (await runInProcess(['completion', shell])).stdout);
    const environment = { PS1: prompt, INPUTRC: '/dev/null', HISTFILE: '' };
    terminal = openTerminal(start, { columns: 120, rows: 60, folder, environment });
    await terminal.waitFor((screen) => screen.includes(prompt));
    terminal.type(`${setup}; source ./script\n`);
  });

  afterAll(async () => {
    if (terminal === undefined) return;
    terminal.type('\u0015exit\n');
    await terminal.ended;
    await rm(folder, { recursive: true });
  });

  function open({ skip }: TestContext): TerminalRun {
    return terminal ?? skip(`there is no ${shell} on this machine`);
  }

  /** Types some words on an empty line, and the key that completes them. */
  async function press(run: TerminalRun, text: string): Promise<void> {
    run.type('\u0015\u000c');
    await run.waitFor((screen) => screen.trim() === prompt);
    run.type(`migration-status ${text}\t`);
  }

  it('is offered every command', async (context) => {
    const run = open(context);
    await press(run, '');
    await run.waitFor((screen) => commands.every(({ name }) => offers(screen, name)));
  });

  it.for(commands)('is offered every flag of $name', async ({ name, flags }, context) => {
    const run = open(context);
    await press(run, `${name} --`);
    // One flag alone is not listed, but written.
    await run.waitFor((screen) => flags.every((flag) => offers(screen, flag.name)));
    const others = commands.flatMap((command) => command.flags.map((flag) => flag.name));
    const foreign = others.filter((other) => !flags.some((flag) => flag.name === other));
    expect(foreign.filter((other) => offers(run.screen().join('\n'), other))).toEqual([]);
  });

  it.for([
    ['wat', 'watch'],
    ['get --ex', 'get --exit-status'],
    ['watch --output nd', 'watch --output ndjson'],
    ['watch --output=nd', 'watch --output=ndjson'],
    ['watch velt/org/1 --for part', 'watch velt/org/1 --for partially_succeeded'],
    ['get --option velt.a=b --opt', 'get --option velt.a=b --option'],
    ['serve --allow ref', 'serve --allow refresh'],
    ['completion z', 'completion zsh'],
    ['check --config scr', 'check --config script'],
  ] as const)('completes %s', async ([text, whole], context) => {
    const run = open(context);
    await press(run, text);
    await run.waitFor((screen) => new RegExp(`^${prompt}migration-status ${whole}=?$`, 'm').test(screen));
  });

  it('takes no file for an address, or for a value that is none', async (context) => {
    const run = open(context);
    for (const text of ['get scr', 'wait --timeout scr']) {
      await press(run, text);
      run.type('.');
      await run.waitFor((screen) => screen.includes(`${text}.`));
      expect(run.screen()[0]).toBe(`${prompt}migration-status ${text}.`);
    }
  });
});

/** Whether a word stands on the screen by itself. */
function offers(screen: string, word: string): boolean {
  return new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(screen);
}
