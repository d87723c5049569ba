import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createFileStore } from '../../src/store/file-store.ts';
import { toNumberedEntry } from './numbered-entries.ts';
import { useTemporaryFolder } from './temporary-folder.ts';

const newPath = useTemporaryFolder();
const script = path.join(import.meta.dirname, 'append-until-killed.ts');

/** Lets the process work on a file, kills it some milliseconds after it has said `cue`, and gives all that it said. */
async function killWhileAppending(
  file: string,
  mode: 'append' | 'save',
  cue: RegExp,
  delayMs: number,
): Promise<string> {
  const child = spawn(process.execPath, ['--conditions=source', script, file, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const cued = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (cue.test(said)) resolve();
    });
  });
  await Promise.race([cued, once(child, 'exit')]);
  await sleep(delayMs);
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  expect(await closed).toEqual([null, 'SIGKILL']);
  return said;
}

/** Kills again and again on one file, and looks after each time; gives how often it happened in the middle of a save. */
async function expectNothingLost(mode: 'append' | 'save', cue: RegExp, rounds: number) {
  const file = newPath();
  let known = 0;
  let killedInSave = 0;
  const isDone = (round: number) => round >= rounds && (mode === 'append' || killedInSave > 0);
  for (let round = 0; !isDone(round) && round < 5 * rounds; round += 1) {
    const said = await killWhileAppending(file, mode, cue, round % 7);
    if (existsSync(`${file}.saving`)) killedInSave += 1;
    const acknowledged = [...said.matchAll(/^(\d+)\n/gm)].map(([, number]) => Number(number));
    await using store = createFileStore({ path: file });
    const rows = (await store.load())?.rows ?? [];
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(rows.length).toBeGreaterThan(Math.max(known - 1, ...acknowledged));
    expect(rows).toEqual(rows.map((_, number) => toNumberedEntry(number).row));
    expect(existsSync(`${file}.saving`), 'a leftover is cleaned up').toBe(false);
    known = rows.length;
  }
  return { killedInSave };
}

test('what was acknowledged before a kill is found again, in order and whole, also after a kill during a save', async () => {
  const [, , saves] = await Promise.all([
    expectNothingLost('append', /\d\n/, 8),
    expectNothingLost('append', /\d{2}\n(?:.*\n){20}/, 8),
    expectNothingLost('save', /\d\n(?:.*\n)*saving\n/, 16),
  ]);
  expect(saves.killedInSave).toBeGreaterThan(0);
});
