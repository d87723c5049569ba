import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { rudeText } from './fixtures/rude/rude-adapter.ts';
import { runInProcess } from './support/run-in-process.ts';

const folder = path.join(import.meta.dirname, 'fixtures/rude');
const modes = ['table', 'plain', 'json', 'ndjson', 'quiet'];

/** Whatever could steer a terminal, but for the ends of lines and our own colours. */
const steering = /[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
const ownColors = /\u001b\[\d+m/g;

describe('whatever a provider writes', () => {
  it.for([
    ...modes.flatMap((mode) => [
      ['get', '--output', mode],
      ['watch', '--for', 'failed', '--timeout', '500ms', '--output', mode],
      ['list', 'rude', '--output', mode],
    ]),
    ['get', '--color', 'always'],
    ['get', '--output', 'json', '--native'],
    ['list', 'rude', '--filter', '{}'],
    ['start', 'rude', '--input', '{}'],
    ['cancel', 'rude/broken'],
    ['check'],
    ['check', '--json'],
    ['states', 'rude'],
    ['states', 'rude', '--json'],
    ['get', rudeText],
    [rudeText],
    ['get', `--${rudeText}`],
    ['watch', '--for', rudeText],
    ['get', '--timeout', rudeText],
  ])('is text: %j', async (words) => {
    const { stdout, stderr } = await runInProcess(words, { folder });
    const said = (stdout + stderr).replaceAll(ownColors, words.includes('--color') ? '' : '$&');
    expect(said).not.toMatch(steering);
    expect(said).not.toMatch(/^velt\/a succeeded/m);
    expect(said).not.toMatch(/^ +at /m);
  });

  it('is one line where it is why a command did not succeed', async () => {
    const { exitCode, stdout, stderr } = await runInProcess(['start', 'rude', '--input', '{}'], { folder });
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
    expect(stderr.split('\n')).toHaveLength(2);
    expect(stderr).toMatch(/^migration-status: oh .* failed: oh .* at inner \(file\.ts:1:1\)\n$/);
  });
});
