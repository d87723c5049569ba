import { describe, expect, it } from 'vitest';
import { createSayer } from '../src/say-seldom.ts';

function open() {
  let time = 0;
  const said: string[] = [];
  const say = createSayer(
    (message: string, code?: string) => said.push(`${message} ${code}`),
    () => time,
  );
  return { say, said, wait: (seconds: number) => (time += seconds * 1_000) };
}

describe('what is said again and again', () => {
  it('is said once, and after a while with how often it came meanwhile', () => {
    const { say, said, wait } = open();
    for (let turn = 0; turn < 60; turn += 1) {
      say('the database is away', 'unreachable');
      wait(1);
    }
    expect(said).toEqual([
      'the database is away unreachable',
      'the database is away (29 times more) unreachable',
    ]);
  });

  it('does not keep anything else from being said', () => {
    const { say, said } = open();
    for (const message of ['one', 'two', 'one', 'three']) say(message, 'x');
    expect(said).toEqual(['one x', 'two x', 'three x']);
  });

  it('is said afresh when it comes back later', () => {
    const { say, said, wait } = open();
    say('one', 'x');
    wait(31);
    say('one', 'x');
    expect(said).toEqual(['one x', 'one x']);
  });
});
