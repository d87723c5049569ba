import { describe, expect, it } from 'vitest';
import {
  createScriptedAdapter,
  type ScriptedAnswer,
  toReading,
} from '../../../test/support/scripted-adapter.ts';
import { createShardRun, type ShardRunOptions } from '../src/shard-run.ts';
import type { InboxMessage, ShardStore, WriteBatch } from '../src/shard-store.ts';
import { isDivisible, toSharePolicy } from '../src/share-policy.ts';
import { waitUntil } from './wait-until.ts';

/** A run of one migration over a store that notes what it is asked, and does what the test says. */
function start(
  script: readonly ScriptedAnswer[],
  given: Partial<ShardStore> = {},
  more: Partial<ShardRunOptions> = {},
) {
  const asked: string[] = [];
  const note = (what: string) => {
    asked.push(what);
    return Promise.resolve(true);
  };
  const store: ShardStore = {
    claim: async () => undefined,
    write: (_claim, { transitions }) => note(`write ${transitions.map(({ to }) => to).join(' ')}`),
    pack: (_claim, packed) => note(`pack ${JSON.parse(packed).rows[0]?.row.reading?.state}`),
    findMail: async () => [],
    readInbox: async () => [],
    clearInbox: (_claim, ids) => note(`clear ${ids.join(' ')}`),
    reopen: () => note('reopen'),
    split: () => note('split'),
    setUnserved: async () => true,
    ...given,
  };
  const adapter = createScriptedAdapter({ script: () => script });
  const row = {
    provider: 'acme',
    key: 'acme/a',
    lane: 'https://acme.example',
    ref: { id: 'a' },
    trackedAt: 0,
  };
  const run = createShardRun({
    store,
    shard: {
      shardId: '1',
      epoch: '1',
      lane: row.lane,
      share: 1,
      lanes: [],
      members: [{ id: '7', key: row.key, sequence: 0, revision: 0, row }],
    },
    adapters: [adapter],
    policy: { floorMs: 10, ceilingMs: 20 },
    packMs: 20,
    idleMs: 20,
    splitAbove: 1_000,
    isHeld: () => true,
    onError: () => {},
    ...more,
  });
  return { run, asked, adapter };
}

describe('a run of a shard', () => {
  it('packs nothing that is ahead of the transitions that are recorded', async () => {
    const writing = Promise.withResolvers<boolean>();
    const { run, asked, adapter } = start([toReading('running')], { write: () => writing.promise });
    await waitUntil('it was read often enough', () => adapter.reads.length > 8);
    expect(asked).toEqual([]);
    writing.resolve(true);
    await waitUntil('it is packed', () => asked.includes('pack running'));
    run.lose();
  });

  it('says how overdue its reads are, as one that does not come back', async () => {
    const { run } = start(['never']);
    await waitUntil('it is overdue', () => run.lagMs > 100);
    run.lose();
    const punctual = start([toReading('running')], {}, { policy: { floorMs: 60_000 } });
    await waitUntil('it is packed', () => punctual.asked.includes('pack running'));
    expect(punctual.run.lagMs).toBe(0);
    punctual.run.lose();
  });

  it('reads nothing when it cannot be sure of its claim', async () => {
    const { run, asked, adapter } = start([toReading('running')], {}, { isHeld: () => false });
    expect(await run.ended).toBe('lost');
    expect([adapter.reads, asked]).toEqual([[], []]);
  });

  it('stops at once when a write does not count any more', async () => {
    const { run, adapter } = start([toReading('pending'), toReading('running')], {
      write: async () => false,
    });
    expect(await run.ended).toBe('lost');
    expect(adapter.reads).toHaveLength(1);
  });

  it('writes again what could not be written, with what has come since', async () => {
    const batches: WriteBatch[] = [];
    const story = [toReading('pending'), toReading('running'), toReading('succeeded')];
    const { run } = start(story, {
      async write(_claim, batch) {
        batches.push(batch);
        if (batches.length === 1) throw new Error('cut');
        return true;
      },
    });
    expect(await run.ended).toBe('idle');
    const [first, second] = batches.map(({ transitions }) =>
      transitions.map(({ sequence, to }) => `${sequence} ${to}`),
    );
    expect(first).toEqual(['1 pending']);
    expect(second).toEqual(['1 pending', '2 running', '3 succeeded']);
  });

  it('keeps a message until what it leads to is recorded', async () => {
    const observedAt = new Date(Date.now() + 1_000).toISOString();
    const status = { key: 'acme/a', observedAt, ...toReading('succeeded') };
    const push: InboxMessage = {
      id: '3',
      migrationId: '7',
      key: 'acme/a',
      kind: 'push',
      body: JSON.stringify(status),
    };
    let messages: readonly InboxMessage[] = [];
    const { run, asked } = start([toReading('running')], { readInbox: async () => messages });
    await waitUntil('it runs', () => asked.includes('write running'));
    messages = [push];
    await run.takeMail();
    run.lose();
    expect(asked.filter((what) => /succeeded|clear/.test(what))).toEqual(['write succeeded', 'clear 3']);
  });
});

describe('the policy of a part of a lane', () => {
  it('has that part of the rate, the burst and the concurrency', () => {
    expect(toSharePolicy({ requestsPerSecond: 40, burst: 10, concurrency: 8 }, 0.25)).toMatchObject({
      requestsPerSecond: 10,
      burst: 2,
      concurrency: 2,
    });
    expect(toSharePolicy({ floorMs: 5 }, 1)).toEqual({ floorMs: 5 });
  });

  it('is not divided further than there is something to divide', () => {
    expect(isDivisible({ burst: 10, concurrency: 8 }, 0.25)).toBe(true);
    expect(isDivisible({ burst: 10, concurrency: 8 }, 0.125)).toBe(false);
  });
});
