import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mustRun } from '../../../test/support/run-command.ts';
import { toZshCompletion } from '../src/completion/to-zsh-completion.ts';
import { runInProcess } from './support/run-in-process.ts';

describe('the completion of bash', () => {
  let script = '';
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'migration-status-completion-'));
    script = path.join(folder, 'completion.bash');
    await writeFile(script, (await runInProcess(['completion', 'bash'])).stdout);
  });

  afterAll(() => rm(folder, { recursive: true }));

  /** What bash would offer after some words, of which the last one is not complete. */
  async function complete(...words: readonly string[]): Promise<readonly string[]> {
    const line = ['migration-status', ...words].map((word) => `'${word}'`).join(' ');
    const command = `source '${script}'; COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _migration_status; echo "\${COMPREPLY[*]}"`;
    const offered = await mustRun('bash', ['--norc', '-c', command]);
    return offered.trim().split(' ').filter(Boolean);
  }

  it('offers commands', async () => {
    expect(await complete('wa')).toEqual(['watch', 'wait']);
    expect(await complete('wo')).toEqual(['worker']);
    expect(await complete('')).toEqual(
      expect.arrayContaining([
        'get',
        'watch',
        'wait',
        'list',
        'start',
        'cancel',
        'check',
        'states',
        'sandbox',
      ]),
    );
  });

  it('offers the flags of a command, and none of another', async () => {
    expect(await complete('get', '--ex')).toEqual(['--exit-status']);
    expect(await complete('watch', '--ex')).toEqual([]);
    expect(await complete('sandbox', '--s')).toEqual(['--seed', '--speed']);
  });

  it('offers values where there are only some', async () => {
    expect(await complete('watch', '--output', 'n')).toEqual(['ndjson']);
    expect(await complete('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh']));
    expect(await complete('db', 'm')).toEqual(['migrate']);
    expect(await complete('worker', '--log', '')).toEqual(['text', 'ndjson']);
    expect(await complete('watch', '--for', 'par')).toEqual(['partially_succeeded']);
  });
});

describe('the completion of zsh', () => {
  it('keeps what descriptions hold from being read as code', () => {
    const flag = {
      name: '--a',
      takesValue: true,
      choices: ['x', 'y'],
      isRepeatable: false,
      description: "it's [odd]: $(rm)",
    };
    const script = toZshCompletion([{ name: 'get', description: "it's: one", flags: [flag], choices: [] }]);
    expect(script).toContain(String.raw`'get:it'\''s: one'`);
    expect(script).toContain(String.raw`'--a=[it'\''s \[odd\]\: $(rm)]:value:(x y)'`);
  });

  it('has every command with its flags', async () => {
    const { stdout } = await runInProcess(['completion', 'zsh']);
    const looking = ['get', 'watch', 'wait', 'list', 'check', 'states', 'serve'];
    for (const command of [...looking, 'start', 'cancel', 'track', 'worker', 'db', 'sandbox']) {
      expect(stdout).toMatch(new RegExp(`^ {6}${command}\\)$`, 'm'));
    }
    expect(stdout).toContain("'--output=[how it is shown");
    expect(stdout).toContain("'1:word:(status migrate)'");
  });
});
