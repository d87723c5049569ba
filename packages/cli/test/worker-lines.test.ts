import { describe, expect, it } from 'vitest';
import { describeShard, toWorkerLine } from '../src/worker/worker-lines.ts';

const at = '2026-11-22T06:00:00.000Z';
const event = { shardId: '4', lane: 'https://api.velt.dev key-1', what: 'taken', migrations: 12 } as const;

describe('a line of a worker', () => {
  it('is a sentence with its time, or an object', () => {
    const message = describeShard(event);
    const news = { type: 'shard', message, ...event } as const;
    expect(toWorkerLine(news, at, 'text')).toBe(
      '2026-11-22T06:00:00.000Z https://api.velt.dev key-1: shard 4 taken, with 12 migrations',
    );
    expect(JSON.parse(toWorkerLine(news, at, 'ndjson'))).toEqual({ type: 'shard', at, message, ...event });
  });

  it('counts one migration as one', () => {
    expect(describeShard({ ...event, migrations: 1 })).toMatch(/with 1 migration$/);
  });

  it.each([
    ['idle', 'nothing is left'],
    ['unserved', 'no account is configured'],
    ['stopped', 'handed over'],
    ['lost', 'could not be held'],
  ] as const)('says that a shard is %s', (what, words) => {
    expect(describeShard({ ...event, what })).toContain(words);
  });
});
