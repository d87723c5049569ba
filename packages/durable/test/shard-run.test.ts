import { describe, expect, it } from 'vitest';
import {
  createScriptedAdapter,
  type ScriptedAnswer,
  toReading,
} from '../../../test/support/scripted-adapter.ts';
import { createShardRun, type ShardRunOptions } from '../src/shard/shard-run.ts';
import { isDivisible, toSharePolicy } from '../src/shard/share-policy.ts';
import { EffectError } from '../src/store/effect-error.ts';
import type { InboxMessage, WriteBatch } from '../src/store/shard.ts';
import type { ShardStore } from '../src/store/shard-store.ts';
import { waitUntil } from './wait-until.ts';

function rowOf(id: string) {
  return {
    provider: 'acme',
    key: `acme/${id}`,
    lane: 'https://acme.example',
    ref: { id },
    trackedAt: Date.now(),
  };
}

/** All of a lane, with nothing in it. */
const whole: ShardRunOptions['shard'] = {
  ...{ shardId: '1', epoch: '1', lane: rowOf('a').lane, share: 1 },
  ...{ lanes: [], unserved: undefined, members: [], unreadable: [] },
};

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
    countFirst: async () => undefined,
    merge: () => note('merge'),
    leave: () => note('leave'),
    tellAnomaly: async () => {},
    ...given,
  };
  const adapter = createScriptedAdapter({ script: () => script });
  const row = rowOf('a');
  const run = createShardRun({
    store,
    shard: { ...whole, members: [{ id: '7', key: row.key, sequence: 0, revision: 0, row }] },
    adapters: [adapter],
    policy: { floorMs: 10, ceilingMs: 20 },
    packMs: 20,
    idleMs: 20,
    splitAbove: 1_000,
    storeNative: false,
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
    expect(asked).not.toContain('pack running');
    writing.resolve(true);
    await waitUntil('it is packed', () => asked.includes('pack running'));
    run.lose();
  });

  it('packs what is recorded while the transitions of others are not', async () => {
    const members = ['quiet', 'restless'].map((id, index) => ({
      ...{ id: String(index), key: `acme/${id}`, sequence: 0, revision: 0 },
      row: rowOf(id),
    }));
    const packs: string[] = [];
    const { run } = start(
      [toReading('pending'), ({ key }) => toReading(key === 'acme/quiet' ? 'pending' : 'running')],
      {
        write: (_claim, { transitions }) =>
          transitions.some(({ to }) => to === 'running') ? new Promise(() => {}) : Promise.resolve(true),
        async pack(_claim, packed) {
          packs.push(packed);
          return true;
        },
      },
      { shard: { ...whole, members } },
    );
    const { length } = packs;
    await waitUntil('it is packed without the other one', () =>
      packs.slice(length).some((packed) => /quiet/.test(packed) && !/restless/.test(packed)),
    );
    run.lose();
    expect(packs.filter((packed) => packed.includes('"state":"running"'))).toEqual([]);
  });

  it.each([
    ['comes back when it is given up', true],
    ['never comes back', false],
  ])('stops while a write %s, and leaves what is not recorded to the next', async (_what, isHeeding) => {
    const errors: unknown[] = [];
    let messages: readonly InboxMessage[] = [];
    const { run, asked } = start(
      [toReading('pending')],
      {
        async write(_claim, { transitions }, signal) {
          if (!transitions.some(({ to }) => to === 'succeeded')) return true;
          asked.push('write succeeded');
          return new Promise((_resolve, reject) => {
            if (isHeeding) signal?.addEventListener('abort', () => reject(signal.reason));
          });
        },
        readInbox: async () => messages,
      },
      { onError: (error) => errors.push(error) },
    );
    await waitUntil('it is packed', () => asked.includes('pack pending'));
    const observedAt = new Date(Date.now() + 1_000).toISOString();
    const body = JSON.stringify({ key: 'acme/a', observedAt, ...toReading('succeeded') });
    messages = [{ id: '3', migrationId: '7', key: 'acme/a', kind: 'push', body }];
    void run.takeMail();
    await waitUntil('it is being written', () => asked.includes('write succeeded'));
    run.stop();
    expect(await run.ended).toBe('stopped');
    expect(asked.at(-1)).toBe('pack undefined');
    expect(asked.filter((what) => /clear|pack succeeded/.test(what))).toEqual([]);
    expect(errors).toEqual([]);
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

  it('rests after it has packed, the longer the longer that took', async () => {
    const packs: { readonly from: number; readonly to: number }[] = [];
    const { run } = start([toReading('running')], {
      async pack() {
        const from = performance.now();
        await new Promise((resolve) => setTimeout(resolve, 30));
        packs.push({ from, to: performance.now() });
        return true;
      },
    });
    await waitUntil('it has packed twice', () => packs.length === 2);
    run.lose();
    const [first, second] = packs;
    if (first === undefined || second === undefined) throw new Error('it has not packed twice');
    // It would have been its time after 20 ms.
    expect(second.from - first.to).toBeGreaterThanOrEqual(Math.min(100, 2 * (first.to - first.from)));
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

  it('leaves what is said to migrations that it has no adapter for to a worker that has one', async () => {
    const toMessage = (id: string, kind: string, body: unknown): InboxMessage => {
      return { id, migrationId: '7', key: 'acme/a', kind, body: JSON.stringify(body) };
    };
    const messages = [
      toMessage('1', 'follow', { row: rowOf('a'), isNew: true }),
      toMessage('2', 'push', { key: 'acme/a', ...toReading('succeeded') }),
      toMessage('3', 'follow', { row: { ...rowOf('a'), group: 'wave 2' }, isNew: false }),
      toMessage('4', 'refresh', null),
    ];
    const { run, asked } = start([], { readInbox: async () => messages }, { adapters: [] });
    expect(await run.ended).toBe('unserved');
    const cleared = asked.filter((what) => what.startsWith('clear'));
    expect(new Set(cleared)).toEqual(new Set(['clear 1 4']));
  });
});

describe('the messages to a run', () => {
  it('are all done, however many before them have to stay', async () => {
    const row = { ...rowOf('foreign'), provider: 'foreign' };
    const stranger = { id: '8', key: row.key, sequence: 0, revision: 0, row };
    const own = { id: '7', key: 'acme/a', sequence: 0, revision: 0, row: rowOf('a') };
    const mail = Array.from({ length: 1_200 }, (_, index): InboxMessage => {
      const to = index < 1_199 ? stranger : own;
      return { id: String(index + 1), migrationId: to.id, key: to.key, kind: 'push', body: '{}' };
    });
    const { run, asked } = start(
      [toReading('running')],
      {
        readInbox: async (_claim, { after = '0', limit }) =>
          mail.filter(({ id }) => Number(id) > Number(after)).slice(0, limit),
      },
      { shard: { ...whole, members: [stranger, own] } },
    );
    await run.takeMail();
    run.lose();
    expect(asked).toContain('clear 1200');
  });
});

describe('a run of a part of a lane', () => {
  const part = { ...whole, shardId: '2', share: 0.5 };

  it('gives its part of the rate back when it is empty, but not before what it has sent is made up for', async () => {
    const fullAt = Date.now() + 300;
    const lanes = [{ name: part.lane, fullAt }];
    const { run, asked } = start([], {}, { shard: { ...part, lanes } });
    expect(await run.ended).toBe('changed');
    expect(Date.now()).toBeGreaterThanOrEqual(fullAt - 10);
    expect(asked.filter((what) => what !== 'pack undefined')).toEqual(['merge']);
  });

  it('leaves the lane when it is the whole and empty', async () => {
    const rests: number[] = [];
    const parkedUntil = Date.now() + 60_000;
    const { run } = start(
      [],
      {
        async leave(_claim, restAt) {
          rests.push(restAt);
          return true;
        },
      },
      { shard: { ...part, share: 1, lanes: [{ name: part.lane, parkedUntil }] } },
    );
    expect(await run.ended).toBe('idle');
    expect(rests.map((at) => Math.abs(at - parkedUntil) < 10)).toEqual([true]);
  });

  it.each([
    [40, 'changed'],
    [80, 'stopped'],
  ])(
    'goes into the first part when that has %i rows and there is room in it for both: %s',
    async (first, end) => {
      const member = { id: '7', key: 'acme/a', sequence: 0, revision: 0, row: rowOf('a') };
      const batches: WriteBatch[] = [];
      const { run, asked, adapter } = start(
        [toReading('running')],
        {
          countFirst: async (_claim, limit) => Math.min(first, limit),
          async write(_claim, batch) {
            batches.push(batch);
            return true;
          },
        },
        { shard: { ...part, members: [member] }, splitAbove: 100 },
      );
      await waitUntil('it was asked for', () => asked.includes('merge') || adapter.reads.length > 10);
      run.stop();
      expect(await run.ended).toBe(end);
      const last = batches.at(-1)?.rows[0];
      expect(asked.includes('merge')).toBe(end === 'changed');
      // What was known of its rows goes with them.
      if (end === 'changed') expect(last?.row.reads).toBe(adapter.reads.length);
    },
  );

  it('is begun anew when somebody has given it more', async () => {
    const mail = { id: '3', migrationId: '0', key: '', kind: 'reclaim', body: '' };
    const { run, asked } = start([toReading('running')], { readInbox: async () => [mail] });
    expect(await run.ended).toBe('changed');
    expect(asked).toContain('clear 3');
  });

  it('uses its share of what the provider says is left', async () => {
    const rateLimit = { remaining: 10, resetMs: 60_000 };
    const members = [{ id: '7', key: 'acme/a', sequence: 0, revision: 0, row: rowOf('a') }];
    const spacings: unknown[] = [];
    const { run } = start(
      [toReading('running', { rateLimit })],
      {
        async pack(_claim, packed) {
          spacings.push(JSON.parse(packed).lanes[0]?.limitSpacingMs);
          return true;
        },
      },
      { shard: { ...part, members } },
    );
    await waitUntil('it has learnt', () => spacings.at(-1) !== undefined);
    run.stop();
    await run.ended;
    expect(spacings.at(-1)).toBe(rateLimit.resetMs / (rateLimit.remaining * part.share));
  });
});

describe('the effects of a run', () => {
  it('that fail hold up one migration, and nothing of it is packed or taken for done', async () => {
    const members = ['a', 'b'].map((id, index) => ({
      id: String(index),
      key: `acme/${id}`,
      sequence: 0,
      revision: 0,
      row: rowOf(id),
    }));
    const packs: string[] = [];
    const errors: unknown[] = [];
    const written: string[] = [];
    let messages: readonly InboxMessage[] = [];
    const { run, asked, adapter } = start(
      [toReading('running')],
      {
        async write(_claim, { rows, transitions }) {
          const failing = transitions.find(({ key }) => key === 'acme/a');
          if (failing) throw new EffectError({ ...failing, cause: new Error('no') });
          written.push(...rows.map(({ key }) => key));
          return true;
        },
        async pack(_claim, packed) {
          packs.push(packed);
          return true;
        },
        readInbox: async () => messages,
      },
      {
        shard: { ...whole, members },
        onError: (error) => errors.push(error),
      },
    );
    await waitUntil('it is packed', () => packs.length > 2);
    messages = ['0', '1'].map((migrationId, index) => ({
      id: `message ${migrationId}`,
      migrationId,
      key: members[index]?.key ?? '',
      kind: 'refresh',
      body: '',
    }));
    await run.takeMail();
    const { length } = adapter.reads;
    await waitUntil('both are read on', () => adapter.reads.length > length + 4);
    run.lose();
    expect(new Set(written)).toEqual(new Set(['acme/b']));
    expect(packs.some((packed) => packed.includes('"key":"acme/a"'))).toBe(false);
    expect(errors[0]).toMatchObject({ code: 'effect_failed', key: 'acme/a' });
    expect(asked.filter((what) => what.startsWith('clear'))).toEqual(['clear message 1']);
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
