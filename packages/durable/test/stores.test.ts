import { describe, expect, it, vi } from 'vitest';
import type { Database } from '../src/database/database.ts';
import { toJobSchema } from '../src/database/names.ts';
import { migrateSchema } from '../src/schema/migrate-schema.ts';
import { createMigrationStore, type Registration } from '../src/store/migration-store.ts';
import { toPacked } from '../src/store/packed-rows.ts';
import type { ClaimedShard, Member } from '../src/store/shard.ts';
import { createShardStore, type ShardStore } from '../src/store/shard-store.ts';
import { createShardJobs } from '../src/worker/shard-jobs.ts';
import { useDatabases } from './databases.ts';

const databases = useDatabases();
let schemas = 0;

function toRegistration(id: string, lane = 'https://acme.example'): Registration {
  return { provider: 'acme', key: `acme/${id}`, lane, ref: { id }, trackedAt: 1_000 };
}

async function open(kind: 'PostgreSQL' | 'PGlite') {
  const database = databases.of(kind);
  schemas += 1;
  const schema = `stores_${schemas}`;
  await migrateSchema(database, schema);
  const [first] = ['first', 'second'].map((name) => createShardStore({ database, schema, workerId: name }));
  const second = createShardStore({ database, schema, workerId: 'second' });
  if (first === undefined) throw new Error('there is a first store');
  const findShards = async () =>
    (await database.query(`select id::text as id from ${schema}.shards order by id`)).map(({ id }) =>
      String(id),
    );
  return { database, schema, first, second, findShards, migrations: createMigrationStore(database, schema) };
}

async function claimOf(store: ShardStore, shardId: string): Promise<ClaimedShard> {
  const shard = await store.claim(shardId);
  if (shard === undefined) throw new Error('the shard is there');
  return shard;
}

function onlyOf(shard: ClaimedShard | undefined): Member {
  const [member] = shard?.members ?? [];
  if (member === undefined) throw new Error('the shard is empty');
  return member;
}

/** The member after a transition. */
function toNext(member: Member, state: 'running' | 'succeeded'): Member {
  return {
    ...member,
    sequence: member.sequence + 1,
    revision: member.revision + 1,
    row: {
      ...member.row,
      reading: { state, nativeState: state },
      ...(state === 'succeeded' && { stopped: 'settled' as const }),
    },
  };
}

function toTransition(member: Member, to: string, from?: string) {
  const at = '2026-01-02T03:04:05.678Z';
  return { migrationId: member.id, key: member.key, sequence: member.sequence, from, to, at };
}

describe.each(['PostgreSQL', 'PGlite'] as const)('the jobs of shards on %s', (kind) => {
  it('are there for the next as soon as their holder is missed, and not his any more', async () => {
    const { database, schema, migrations } = await open(kind);
    const errors: unknown[] = [];
    const jobs = createShardJobs(database, schema, (error) => errors.push(error));
    await jobs.start();
    try {
      await migrations.register([toRegistration('a')]);
      await jobs.ensure();
      const [before] = await jobs.fetch(1);
      await jobs.ensure();
      expect(await jobs.fetch(1)).toEqual([]);
      await database.query(
        `update ${toJobSchema(schema)}.job set heartbeat_on = now() - interval '11 seconds' where state = 'active'`,
      );
      await jobs.ensure();
      const [after] = await jobs.fetch(1);
      expect(after).toMatchObject({ shardId: before?.shardId, retryCount: (before?.retryCount ?? 0) + 1 });
      expect(before && [...(await jobs.touch([before]))]).toEqual([]);
      expect(errors).toEqual([]);
    } finally {
      await jobs.stop();
    }
  });
});

describe.each(['PostgreSQL', 'PGlite'] as const)('the stores on %s', (kind) => {
  it('register a migration once, and all of one lane in one shard', async () => {
    const { migrations, findShards } = await open(kind);
    const [a, b, c] = [toRegistration('a'), toRegistration('b'), toRegistration('c', 'https://else.example')];
    expect(await migrations.register([a, b, a])).toMatchObject({ added: 2 });
    expect(await migrations.register([b, c])).toMatchObject({ added: 1 });
    expect(await findShards()).toHaveLength(2);
    expect(await migrations.count()).toMatchObject({ migrations: 3, unsettled: 3, waitingMessages: 3 });
  });

  it('make one shard of a lane that several register in at once', async () => {
    const { migrations, findShards } = await open(kind);
    const batches = Array.from({ length: 6 }, (_, index) =>
      migrations.register([toRegistration(`m${index}`)]),
    );
    await Promise.all(batches);
    expect(await findShards()).toHaveLength(1);
  });

  it('record a transition once, however often it is written', async () => {
    const { migrations, first, findShards } = await open(kind);
    await migrations.register([toRegistration('a')]);
    const [shardId = ''] = await findShards();
    const shard = await first.claim(shardId);
    const running = toNext(onlyOf(shard), 'running');
    const batch = { rows: [running], transitions: [toTransition(running, 'running')] };
    if (shard === undefined) throw new Error('the shard is there');
    expect(await first.write(shard, batch)).toBe(true);
    expect(await first.write(shard, batch)).toBe(true);
    expect(await migrations.transitionsOf('acme/a')).toEqual([
      { migrationId: running.id, key: 'acme/a', sequence: 1, to: 'running', at: '2026-01-02T03:04:05.678Z' },
    ]);
  });

  it('let nothing be written by one who has lost the shard', async () => {
    const { migrations, first, second, findShards } = await open(kind);
    await migrations.register([toRegistration('a')]);
    const [shardId = ''] = await findShards();
    const lost = await first.claim(shardId);
    const held = await second.claim(shardId);
    if (lost === undefined || held === undefined) throw new Error('the shard is there');
    const running = toNext(onlyOf(lost), 'running');
    const batch = { rows: [running], transitions: [toTransition(running, 'running')] };
    const messages = await first.readInbox(lost, { limit: 10 });
    const ids = messages.map(({ id }) => id);
    expect(await first.write(lost, batch)).toBe(false);
    expect(await first.pack(lost, toPacked({ lanes: [], rows: [] }))).toBe(false);
    expect(await first.clearInbox(lost, ids)).toBe(false);
    expect(await first.setUnserved(lost, undefined)).toBe(false);
    expect(await migrations.transitionsOf('acme/a')).toEqual([]);
    expect(await second.readInbox(held, { limit: 10 })).toEqual(messages);
    expect(onlyOf(await second.claim(shardId)).row).toMatchObject({ key: 'acme/a', ref: { id: 'a' } });
  });

  it('go on from the packed row, unless a later one was written', async () => {
    const { migrations, first, findShards } = await open(kind);
    await migrations.register([toRegistration('a')]);
    const [shardId = ''] = await findShards();
    const shard = await first.claim(shardId);
    if (shard === undefined) throw new Error('the shard is there');
    const member = onlyOf(shard);
    const row = { ...member.row, reads: 7 };
    const lanes = [{ name: shard.lane, throttles: 3 }];
    await first.pack(shard, toPacked({ lanes, rows: [{ id: member.id, revision: 0, row }] }));
    const packed = await first.claim(shardId);
    expect(packed).toMatchObject({ lanes, members: [{ row: { reads: 7 } }] });
    if (packed === undefined) throw new Error('the shard is there');
    await first.write(packed, { rows: [toNext(onlyOf(packed), 'running')], transitions: [] });
    const written = await first.claim(shardId);
    expect(onlyOf(written).row.reading?.state).toBe('running');
    if (written === undefined) throw new Error('the shard is there');
    await first.write(written, { rows: [{ ...member, row }], transitions: [] });
    expect(onlyOf(await first.claim(shardId)).row.reading?.state).toBe('running');
  });

  it('take a migration that has ended out of its shard, and sweep it when its time is over', async () => {
    const { migrations, first, findShards } = await open(kind);
    await migrations.register([toRegistration('a'), toRegistration('b')]);
    const [shardId = ''] = await findShards();
    const shard = await first.claim(shardId);
    if (shard === undefined) throw new Error('the shard is there');
    const ended = toNext(onlyOf(shard), 'succeeded');
    await first.write(shard, { rows: [ended], transitions: [toTransition(ended, 'succeeded')] });
    expect((await first.claim(shardId))?.members.map(({ key }) => key)).toEqual(['acme/b']);
    expect(await migrations.retain(Number.NEGATIVE_INFINITY, 10)).toBe(0);
    expect(await migrations.retain(Date.now() - 60_000, 10)).toBe(0);
    expect(await migrations.retain(Date.now() + 60_000, 10)).toBe(1);
    expect(await migrations.transitionsOf('acme/a')).toEqual([]);
    expect(await migrations.count()).toMatchObject({ migrations: 1 });
  });

  it('sweep at most so many at once, oldest first, and nothing that is followed again', async () => {
    const { database, schema, migrations, first, findShards } = await open(kind);
    await migrations.register(['a', 'b', 'c', 'd'].map((id) => toRegistration(id)));
    const [shardId = ''] = await findShards();
    const shard = await first.claim(shardId);
    if (shard === undefined) throw new Error('the shard is there');
    for (const member of shard.members) {
      const ended = toNext(member, 'succeeded');
      await first.write(shard, { rows: [ended], transitions: [toTransition(ended, 'succeeded')] });
    }
    const [again] = shard.members;
    await first.reopen(shard, [again?.id ?? '']);
    expect(await migrations.retain(Date.now() + 60_000, 2)).toBe(2);
    expect(await database.query(`select key from ${schema}.migrations order by key`)).toEqual([
      { key: 'acme/a' },
      { key: 'acme/d' },
    ]);
    expect(await migrations.retain(Date.now() + 60_000, 2)).toBe(1);
    await database.query(`update ${schema}.forgotten set at = at - interval '2 hours'`);
    expect([await migrations.sweep(2), await migrations.sweep(2), await migrations.sweep(2)]).toEqual([
      2, 1, 0,
    ]);
  });

  it('keep the last transitions of a migration where only so many are to be kept', async () => {
    const { database, schema, migrations, findShards } = await open(kind);
    const store = createShardStore({ database, schema, workerId: 'third', retainTransitions: 3 });
    await migrations.register([toRegistration('a'), toRegistration('b')]);
    const [shardId = ''] = await findShards();
    const shard = await store.claim(shardId);
    const [member, other] = shard?.members ?? [];
    if (shard === undefined || member === undefined || other === undefined) throw new Error('there are two');
    const kept = toNext(other, 'running');
    await store.write(shard, { rows: [kept], transitions: [toTransition(kept, 'running')] });
    let last = member;
    for (let turn = 0; turn < 5; turn += 1) {
      last = toNext(last, 'running');
      const batch = { rows: [last], transitions: [toTransition(last, 'running')] };
      await store.write(shard, batch);
      // Written once more, as after an answer that got lost.
      await store.write(shard, batch);
    }
    const sequencesOf = async (key: string) =>
      (await migrations.transitionsOf(key)).map(({ sequence }) => sequence);
    expect(await sequencesOf('acme/a')).toEqual([3, 4, 5]);
    expect(await sequencesOf('acme/b')).toEqual([1]);
  });

  it('tell how much there is, by state and by who is at it', async () => {
    const { database, schema, migrations, first, findShards } = await open(kind);
    await migrations.register([
      toRegistration('a'),
      toRegistration('b'),
      toRegistration('c', 'https://else.example'),
    ]);
    const [shardId = ''] = await findShards();
    const shard = await first.claim(shardId);
    if (shard === undefined) throw new Error('the shard is there');
    const running = toNext(onlyOf(shard), 'running');
    await first.write(shard, { rows: [running], transitions: [toTransition(running, 'running')] });
    await first.setUnserved(shard, { providers: ['acme'], since: '2026-01-02T03:04:05.678Z' });
    await database.query(
      `update ${schema}.inbox set sent_at = now() - interval '1 minute' where key = 'acme/b'`,
    );
    const counts = await migrations.count();
    expect(counts).toMatchObject({
      migrations: 3,
      unsettled: 3,
      states: { running: 1, unread: 2 },
      shards: 2,
      heldShards: 0,
      waitingShards: 2,
      unservedShards: 1,
      workers: 0,
      waitingMessages: 3,
    });
    expect(counts.oldestMessageMs).toBeGreaterThan(59_000);
  });

  it('leave messages in order, and say whether there is a migration to tell', async () => {
    const { migrations, first, findShards } = await open(kind);
    await migrations.register([toRegistration('a')]);
    expect(
      await migrations.command('acme/a', { kind: 'push', status: { text: 'nul \u0000' } }),
    ).toMatchObject({ isTracked: true });
    expect(await migrations.command('acme/none', { kind: 'refresh' })).toMatchObject({ isTracked: false });
    expect(await migrations.forget('acme/a')).toBe(true);
    expect(await migrations.forget('acme/a')).toBe(false);
    const [shardId = ''] = await findShards();
    const shard = await first.claim(shardId);
    if (shard === undefined) throw new Error('the shard is there');
    expect(await first.findMail([shardId])).toEqual([shardId]);
    const messages = await first.readInbox(shard, { limit: 10 });
    expect(messages.map(({ kind: word }) => word)).toEqual(['follow', 'push', 'forget']);
    const [after] = messages.map(({ id }) => id);
    expect(await first.readInbox(shard, { after, limit: 1 })).toEqual(messages.slice(1, 2));
    await first.clearInbox(
      shard,
      messages.map(({ id }) => id),
    );
    expect(await first.findMail([shardId])).toEqual([]);
  });

  it('cut a shard in halves, and each of them again', async () => {
    const { database, schema, migrations, first, findShards } = await open(kind);
    await migrations.register(Array.from({ length: 8 }, (_, index) => toRegistration(`m${index}`)));
    const toSizes = () =>
      database.query(
        `select s.share, count(distinct m.id)::int as rows, count(distinct i.id)::int as messages from ${schema}.shards s
         left join ${schema}.migrations m on m.shard_id = s.id left join ${schema}.inbox i on i.shard_id = s.id
         group by s.id order by s.id`,
      );
    for (const rows of [4, 2]) {
      for (const shardId of await findShards()) {
        const shard = await first.claim(shardId);
        if (shard === undefined) throw new Error('the shard is there');
        expect(await first.split(shard)).toBe(true);
        expect(await first.split({ ...shard, epoch: '0' })).toBe(false);
      }
      const share = rows / 8;
      expect(await toSizes()).toEqual(
        Array.from({ length: 8 / rows }, () => ({ share, rows, messages: rows })),
      );
    }
  });

  it('send a message after a migration that has moved meanwhile', async () => {
    const { database, schema, migrations, first, findShards } = await open(kind);
    await migrations.register([toRegistration('a'), toRegistration('b')]);
    const [home = ''] = await findShards();
    await database.query(`insert into ${schema}.shards (lane) values ('https://acme.example')`);
    const [, elsewhere = ''] = await findShards();
    await database.query(`update ${schema}.inbox set shard_id = $1::bigint where key = 'acme/a'`, [
      elsewhere,
    ]);
    const [owner, stranger] = [await first.claim(home), await first.claim(elsewhere)];
    if (owner === undefined || stranger === undefined) throw new Error('the shards are there');
    expect(await first.readInbox(stranger, { limit: 10 })).toEqual([]);
    expect((await first.readInbox(owner, { limit: 10 })).map(({ key }) => key)).toEqual(['acme/a', 'acme/b']);
    const running = toNext(onlyOf(owner), 'running');
    await first.write(stranger, { rows: [running], transitions: [toTransition(running, 'running')] });
    expect(await migrations.transitionsOf('acme/a')).toEqual([]);
  });

  it('take an effect back together with the transition that it belongs to', async () => {
    const { database, schema, migrations, findShards } = await open(kind);
    await database.run(`create table ${schema}.effects (key text)`);
    let isFailing = true;
    const store = createShardStore({
      database,
      schema,
      workerId: 'third',
      async onTransition({ key }, querier) {
        await querier.query(`insert into ${schema}.effects values ($1)`, [key]);
        if (isFailing) throw new Error('the effect fails');
      },
    });
    await migrations.register([toRegistration('a')]);
    const [shardId = ''] = await findShards();
    const shard = await store.claim(shardId);
    if (shard === undefined) throw new Error('the shard is there');
    const running = toNext(onlyOf(shard), 'running');
    const batch = { rows: [running], transitions: [toTransition(running, 'running')] };
    await expect(store.write(shard, batch)).rejects.toMatchObject({
      code: 'effect_failed',
      key: 'acme/a',
      sequence: 1,
      cause: { message: 'the effect fails' },
    });
    expect(await migrations.transitionsOf('acme/a')).toEqual([]);
    isFailing = false;
    await store.write(shard, batch);
    await store.write(shard, batch);
    expect(await database.query(`select key from ${schema}.effects`)).toEqual([{ key: 'acme/a' }]);
  });

  it('record many effects in few transactions, and say now and then that one goes on', async () => {
    const { database, schema, migrations, findShards } = await open(kind);
    const now = vi.spyOn(performance, 'now');
    let time = 0;
    const asked: string[] = [];
    let transactions = 0;
    const listening: Database = {
      ...database,
      transaction: (work) => {
        transactions += 1;
        return database.transaction((querier) =>
          work({
            query(text, values) {
              asked.push(text);
              return querier.query(text, values);
            },
          }),
        );
      },
    };
    const store = createShardStore({
      database: listening,
      schema,
      workerId: 'third',
      async onTransition() {
        time += 600;
      },
    });
    await migrations.register(Array.from({ length: 104 }, (_, index) => toRegistration(`m${index}`)));
    const [shardId = ''] = await findShards();
    const shard = await claimOf(store, shardId);
    const rows = shard.members.map((member) => toNext(member, 'running'));
    const transitions = rows.map((row) => toTransition(row, 'running'));
    now.mockImplementation(() => time);
    try {
      expect(await store.write(shard, { rows, transitions })).toBe(true);
    } finally {
      now.mockRestore();
    }
    expect(transactions).toBe(2);
    // Of the first hundred, every second one after the first two; of the last four, the third.
    expect(asked.filter((text) => text === 'select 1')).toHaveLength(49 + 1);
    expect(await migrations.transitionsOf('acme/m103')).toHaveLength(1);
  });

  it('cut a shard, and put it together again with all that is known', async () => {
    const { database, schema, migrations, first, second, findShards } = await open(kind);
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    await migrations.register(ids.map((id) => toRegistration(id)));
    const [shardId = ''] = await findShards();
    const whole = await claimOf(first, shardId);
    const lanes = [{ name: whole.lane, learntSpacingMs: 100, limitSpacingMs: 10, fullAt: 5, answered: 9 }];
    const rows = whole.members.map(({ id, revision, row }) => ({ id, revision, row: { ...row, reads: 3 } }));
    await first.pack(whole, toPacked({ lanes, rows }));
    expect(await first.split(whole)).toBe(true);
    const [lower = '', upper = ''] = await findShards();
    const [part, other] = [await claimOf(first, lower), await claimOf(second, upper)];
    expect([part.share, other.share]).toEqual([0.5, 0.5]);
    const half = { name: whole.lane, learntSpacingMs: 200, limitSpacingMs: 20, fullAt: 5, answered: 4 };
    expect([part.lanes, other.lanes]).toEqual([[half], [half]]);
    expect([...part.members, ...other.members].map(({ row }) => row.reads)).toEqual([3, 3, 3, 3, 3, 3]);
    expect(await first.countFirst(part, 10)).toBeUndefined();
    expect(await second.countFirst(other, 10)).toBe(part.members.length);
    expect(await second.countFirst(other, 1)).toBe(1);
    // The first is not put into another one while anything is in it.
    expect(await first.merge(part)).toBe(true);
    expect(await findShards()).toEqual([lower, upper]);
    await migrations.command(other.members[0]?.key ?? '', { kind: 'refresh' });
    expect(await second.merge({ ...other, epoch: '0' })).toBe(false);
    expect(await second.merge(other)).toBe(true);
    expect(await second.write(other, { rows: [...other.members], transitions: [] })).toBe(false);
    expect(await second.claim(upper)).toBeUndefined();
    expect(await findShards()).toEqual([lower]);
    const merged = await claimOf(first, lower);
    expect(merged.share).toBe(1);
    expect(merged.members.map(({ key }) => key).sort()).toEqual(ids.map((id) => `acme/${id}`));
    const kinds = (await first.readInbox(merged, { limit: 20 })).map((message) => message.kind);
    expect(kinds.slice(-2)).toEqual(['refresh', 'follow']);
    expect(await database.query(`select sum(share) as sum from ${schema}.shards`)).toEqual([{ sum: 1 }]);
  });

  it('give the rate of a part that is empty back to the rest, whichever it is', async () => {
    const { database, schema, migrations, first, second, findShards } = await open(kind);
    await migrations.register([toRegistration('a'), toRegistration('b')]);
    const [shardId = ''] = await findShards();
    await first.split(await claimOf(first, shardId));
    await database.query(`delete from ${schema}.inbox`);
    const [lower = '', upper = ''] = await findShards();
    await database.query(`update ${schema}.migrations set shard_id = $1`, [upper]);
    const held = await claimOf(second, upper);
    expect(await first.merge(await claimOf(first, lower))).toBe(true);
    expect(await findShards()).toEqual([upper]);
    expect((await second.readInbox(held, { limit: 10 })).map((message) => message.kind)).toEqual(['reclaim']);
    expect(await claimOf(second, upper)).toMatchObject({ share: 1, members: [{}, {}] });
  });

  it('remove the shard of a lane that has had nothing to follow for long enough', async () => {
    const { database, schema, migrations, first, findShards } = await open(kind);
    await migrations.register([toRegistration('a')]);
    const [shardId = ''] = await findShards();
    const age = () => database.query(`update ${schema}.shards set idle_until = now() - interval '1 second'`);
    const shard = await claimOf(first, shardId);
    expect(await first.leave(shard, Date.now() + 1_000)).toBe(true);
    await migrations.sweep(100);
    expect(await findShards()).toHaveLength(1);
    await age();
    await migrations.sweep(100);
    expect(await findShards()).toHaveLength(1);
    await migrations.forget('acme/a');
    await database.query(`delete from ${schema}.inbox`);
    await claimOf(first, shardId);
    await migrations.sweep(100);
    expect(await findShards()).toHaveLength(1);
    await age();
    await migrations.sweep(100);
    expect(await findShards()).toEqual([]);
    await migrations.register([toRegistration('b')]);
    const [again = ''] = await findShards();
    expect((await claimOf(first, again)).members.map(({ key }) => key)).toEqual(['acme/b']);
  });
});

describe('the shards of a lane that many use at once', () => {
  it('add up to the whole lane at every moment, and lose nothing', { timeout: 60_000 }, async () => {
    const { database, schema, migrations, first, findShards } = await open('PostgreSQL');
    let isOver = false;
    let tracked = 0;
    const sums = new Set<unknown>();

    async function track(who: string): Promise<void> {
      for (let index = 0; !isOver; index += 1) {
        const id = `${who}-${index}`;
        await migrations.register([toRegistration(id)]);
        tracked += 1;
        await migrations.command(`acme/${id}`, { kind: 'refresh' });
        if (index % 3 === 0 && (await migrations.forget(`acme/${id}`))) tracked -= 1;
      }
    }

    async function look(): Promise<void> {
      while (!isOver) {
        const [row] = await database.query(`select sum(share) as sum from ${schema}.shards`);
        sums.add(row?.sum);
      }
    }

    async function cutAndMerge(): Promise<void> {
      for (let round = 0; round < 15; round += 1) {
        for (const shardId of (await findShards()).slice(0, 2))
          await first.split(await claimOf(first, shardId));
        for (const shardId of (await findShards()).slice(1)) await first.merge(await claimOf(first, shardId));
      }
      isOver = true;
    }

    await migrations.register([toRegistration('zero')]);
    await Promise.all([track('a'), track('b'), look(), cutAndMerge()]);
    expect([...sums]).toEqual([1]);
    expect(await findShards()).toHaveLength(1);
    const [left] = await database.query(
      `select count(*)::int as rows, count(shard_id)::int as in_shards from ${schema}.migrations`,
    );
    expect(left).toEqual({ rows: tracked + 1, in_shards: tracked + 1 });
  });

  it('are there for what is tracked while those that nothing is in are swept away', {
    timeout: 60_000,
  }, async () => {
    const { database, schema, migrations } = await open('PostgreSQL');
    const homeless: string[] = [];
    let swept = 0;
    let isOver = false;

    async function track(): Promise<void> {
      for (let index = 0; index < 150; index += 1) {
        const key = `acme/m${index}`;
        await migrations.register([toRegistration(`m${index}`)]);
        const [row] = await database.query(
          `select shard_id from ${schema}.migrations where key = $1 and shard_id is not null`,
          [key],
        );
        if (row === undefined) homeless.push(key);
        await migrations.forget(key);
        await database.query(`delete from ${schema}.inbox`);
      }
      isOver = true;
    }

    async function sweep(): Promise<void> {
      while (!isOver) {
        await database.query(`update ${schema}.shards set idle_until = now() - interval '1 second'`);
        await migrations.sweep(100);
        if ((await migrations.count()).shards === 0) swept += 1;
      }
    }

    await Promise.all([track(), sweep(), sweep()]);
    expect(homeless).toEqual([]);
    expect(swept).toBeGreaterThan(0);
  });
});

describe('a migration that is registered while its shard is cut', () => {
  it('gets its messages where it is', async () => {
    const { database, schema, migrations, first, findShards } = await open('PostgreSQL');
    await migrations.register(Array.from({ length: 4 }, (_, index) => toRegistration(`m${index}`)));
    const [shardId = ''] = await findShards();
    const shard = await first.claim(shardId);
    if (shard === undefined) throw new Error('the shard is there');
    const late = Array.from({ length: 4 }, (_, index) => toRegistration(`late${index}`));
    const slow: Database = {
      ...database,
      transaction: (work) =>
        database.transaction(({ query }) =>
          work({
            async query(text, values) {
              const rows = await query(text, values);
              if (text.includes('.migrations')) await migrations.register(late);
              return rows;
            },
          }),
        ),
    };
    await createShardStore({ database: slow, schema, workerId: 'third' }).split(shard);
    const found = await Promise.all(
      (await findShards()).map(async (id) => {
        const claimed = await first.claim(id);
        if (claimed === undefined) throw new Error('both shards are there');
        const messages = await first.readInbox(claimed, { limit: 100 });
        return { keys: claimed.members.map(({ key }) => key), addressed: messages.map(({ key }) => key) };
      }),
    );
    expect(found).toHaveLength(2);
    for (const { keys, addressed } of found) expect(addressed).toEqual(keys);
    expect(found.flatMap(({ keys }) => keys)).toHaveLength(8);
  });
});
