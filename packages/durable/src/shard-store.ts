import type { AnomalyEvent, ExportedLane, ExportedRow } from '@migration-status/core';
import { isExportedRow } from '@migration-status/core/file-store';
import { type Database, numberOf, type Querier, type ResultRow, textOf } from './database.ts';
import { DatabaseError } from './database-error.ts';
import { EffectError } from './effect-error.ts';
import { gather } from './gather.ts';
import { toHalfLane } from './lane-part.ts';
import { toChannel } from './names.ts';
import { parseExportedRow, parsePacked, toPacked } from './packed-rows.ts';
import { runTransaction } from './run-transaction.ts';
import { parseUnserved, type Unserved } from './unserved.ts';

/** One migration of a shard, as it is known here. */
export interface Member {
  readonly id: string;
  readonly key: string;
  /** How many transitions it has gone through. */
  sequence: number;
  /** How often its row was written; of two rows the one with the greater number counts. */
  revision: number;
  row: ExportedRow;
}

/** A shard that a worker holds until somebody else claims it: the epoch says whose writes count. */
export interface Claim {
  readonly shardId: string;
  readonly epoch: string;
}

/** What a worker goes on from. */
export interface ClaimedShard extends Claim {
  readonly lane: string;
  /** Which part of the lane's rate this shard may use, 0 to 1. */
  readonly share: number;
  readonly lanes: readonly ExportedLane[];
  /** What was said last of rows that nobody follows. */
  readonly unserved: Unserved | undefined;
  readonly members: readonly Member[];
  /** Migrations whose stored row cannot be read. */
  readonly unreadable: readonly Omit<Member, 'row'>[];
}

/** One change of state, as it is recorded. */
export interface RecordedTransition {
  readonly migrationId: string;
  readonly key: string;
  readonly sequence: number;
  readonly from?: string | undefined;
  readonly to: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
}

/** What is written at once. */
export interface WriteBatch {
  /** Of each migration its last row. */
  readonly rows: readonly Member[];
  readonly transitions: readonly RecordedTransition[];
}

/** What somebody wants the holder of a shard to do. */
export interface InboxMessage {
  readonly id: string;
  readonly migrationId: string;
  readonly key: string;
  readonly kind: string;
  readonly body: string;
}

/** What came up in a shard that should not happen, and that changed nothing. */
export type ShardAnomaly = Omit<AnomalyEvent, 'row'> & { readonly key: string };

/** Records the effect of a transition in the transaction in which the transition is recorded. */
export type TransitionEffect = (transition: RecordedTransition, querier: Querier) => Promise<void>;

/**
 * What the holder of a shard writes. Each write is fenced: it gives false, and has changed nothing, once somebody else has
 * claimed the shard.
 */
export interface ShardStore {
  /** Takes a shard away from whoever held it; undefined when there is no such shard. */
  claim(shardId: string): Promise<ClaimedShard | undefined>;
  /**
   * Writes rows, and transitions that are not recorded yet; of each migration all or nothing. Writing the same again changes
   * nothing. Rejects with an `EffectError` when the effect of one of the transitions fails, and with the reason of the signal
   * when that is aborted before all effects are recorded.
   */
  write(claim: Claim, batch: WriteBatch, signal?: AbortSignal): Promise<boolean>;
  /** Writes what is known of all rows in one piece; what `write` wrote of a row since counts for more. */
  pack(claim: Claim, packed: string): Promise<boolean>;
  /** Which of these shards have messages. */
  findMail(shardIds: readonly string[]): Promise<readonly string[]>;
  /** The oldest messages to migrations of the shard, or to some that are in none. */
  readInbox(claim: Claim, limit: number): Promise<readonly InboxMessage[]>;
  clearInbox(claim: Claim, ids: readonly string[]): Promise<boolean>;
  /**
   * Takes migrations that had ended back into the shard, and gives false when the claim is lost. Of those that were
   * forgotten meanwhile the messages go.
   */
  reopen(claim: Claim, migrationIds: readonly string[]): Promise<boolean>;
  /**
   * Cuts the shard in two, the older and the newer half of the rows, each with half of its share of the lane's rate. Whoever
   * did it has to claim the shard anew.
   */
  split(claim: Claim): Promise<boolean>;
  /**
   * How many rows the first of the lane's shards has, up to a limit; undefined where this one is the first, or the claim is
   * lost.
   */
  countFirst(claim: Claim, limit: number): Promise<number | undefined>;
  /**
   * Puts what is in the shard, and its share of the rate, into the first of the others of its lane; the shard is gone then. Of
   * one that is the first, or has no others, nothing changes while anything is in it. Whoever did it must have stopped reading,
   * and its part of the lane must be at rest.
   */
  merge(claim: Claim): Promise<boolean>;
  /** Leaves a shard that is empty and the only one of its lane; it goes at a time when nothing has come by then. */
  leave(claim: Claim, restAt: number): Promise<boolean>;
  /** Tells all processes; one that cannot listen at the moment misses it. */
  tellAnomaly(anomaly: ShardAnomaly): Promise<void>;
  /** Says whose rows of the shard its holder cannot follow; nothing when all is well. */
  setUnserved(claim: Claim, unserved: Unserved | undefined): Promise<boolean>;
}

/** How many shards or rows go into one statement, and how much text of packed shards. */
const mostShards = 500;
/** Each of them may have very many rows, which are read in one go. */
const mostClaims = 5;
const mostRows = 5_000;
const mostPackedLength = 4_000_000;

/** How long the packing of one shard waits for others. */
const packWaitMs = 50;

/**
 * How long the effect of a transition may take, and after how long the server hears that its transaction goes on: together
 * less than it waits for the next statement of one.
 */
const mostEffectMs = 5_000;
const mostSilenceMs = 1_000;

/** How many migrations with effects go into one transaction, all of which is undone where one of them fails. */
const mostWithEffects = 100;

/** How long the shard of a lane stays when nothing is in it, so that what the lane has learnt is not learnt again. */
const idleMs = 600_000;

export function createShardStore(
  database: Database,
  schema: string,
  workerId: string,
  onTransition?: TransitionEffect,
  retainTransitions?: number,
): ShardStore {
  const channel = toChannel(schema);
  const owner = `owner as (select id from ${schema}.shards where id = $1::bigint and epoch = $2::bigint for share)`;

  /** The claims that hold. Locks are taken in one order, as one statement is about many shards. */
  const toOwners = (lock: string) => `owner as (
  select s.id from ${schema}.shards s join unnest($1::bigint[], $2::bigint[]) as c (id, epoch) using (id, epoch)
  order by s.id for ${lock} of s
)`;

  const writeText = `
with ${toOwners('share')},
given as (
  select * from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[])
    as g (shard_id, id, sequence, revision, row, state, stopped)
),
happened as (
  select * from unnest($10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::timestamptz[])
    as h (migration_id, sequence, from_state, to_state, at)
),
updated as (
  update ${schema}.migrations m set
    sequence = g.sequence, revision = g.revision, row = g.row, state = g.state, stopped = g.stopped,
    changed_in = pg_current_xact_id(),
    shard_id = case when g.stopped = 'settled' then null else m.shard_id end,
    settled_at = case when g.stopped = 'settled' then coalesce(m.settled_at, now()) end
  from given g join owner on owner.id = g.shard_id
  where m.id = g.id and m.revision <= g.revision and coalesce(m.shard_id, owner.id) = owner.id
  returning m.id
),
inserted as (
  insert into ${schema}.transitions (migration_id, sequence, from_state, to_state, at, worker)
  select h.migration_id, h.sequence, h.from_state, h.to_state, h.at, $15
  from happened h join updated u on u.id = h.migration_id
  on conflict do nothing
  returning migration_id, sequence
),
trimmed as (
  delete from ${schema}.transitions t using happened h
  where t.migration_id = h.migration_id and t.sequence <= h.sequence - $16::bigint
    and exists (select from updated u where u.id = h.migration_id)
)
select (select string_agg(id::text, ',') from owner) as held,
  (select string_agg(migration_id || ':' || sequence, ',') from inserted) as recorded,
  pg_notify('${channel}', 'rows') as told`;

  type Write = { readonly claim: Claim; readonly batch: WriteBatch };

  async function writeAll(querier: Querier, writes: readonly Write[]) {
    const rows = writes.flatMap(({ claim, batch }) =>
      batch.rows.map((member) => ({ shardId: claim.shardId, ...member })),
    );
    const transitions = writes.flatMap(({ batch }) => batch.transitions);
    const [result] = await querier.query(writeText, [
      ...toColumns(writes),
      rows.map(({ shardId }) => shardId),
      rows.map(({ id }) => id),
      rows.map(({ sequence }) => sequence),
      rows.map(({ revision }) => revision),
      rows.map(({ row }) => JSON.stringify(row)),
      rows.map(({ row }) => row.reading?.state ?? null),
      rows.map(({ row }) => row.stopped ?? null),
      transitions.map(({ migrationId }) => migrationId),
      transitions.map(({ sequence }) => sequence),
      transitions.map(({ from }) => from ?? null),
      transitions.map(({ to }) => to),
      transitions.map(({ at }) => at),
      workerId,
      retainTransitions ?? null,
    ]);
    const held = new Set(textOf(result, 'held').split(','));
    const recorded = new Set(textOf(result, 'recorded').split(','));
    return {
      areHeld: writes.map(({ claim }) => held.has(claim.shardId)),
      recorded: transitions.filter(({ migrationId, sequence }) => recorded.has(`${migrationId}:${sequence}`)),
    };
  }

  const writeSoon = gather({
    work: async (writes: readonly Write[]) => (await writeAll(database, writes)).areHeld,
    weigh: ({ batch }) => batch.rows.length,
    most: mostRows,
    waitMs: 0,
  });

  const packSoon = gather({
    async work(packs: readonly { readonly claim: Claim; readonly packed: string }[]) {
      const held = await database.query(
        `with ${toOwners('no key update')}, packed as (
           update ${schema}.shards s set packed = g.packed, packed_in = pg_current_xact_id()
           from unnest($1::bigint[], $3::text[]) as g (id, packed) join owner using (id) where s.id = g.id
           returning s.id
         ) select id::text as id, pg_notify('${channel}', 'rows') as told from packed`,
        [...toColumns(packs), packs.map(({ packed }) => packed)],
      );
      return toAreHeld(packs, held);
    },
    weigh: ({ packed }) => packed.length,
    most: mostPackedLength,
    waitMs: packWaitMs,
  });

  const claimSoon = gather({
    async work(shardIds: readonly string[]): Promise<readonly (ClaimedShard | undefined)[]> {
      const claimed = await database.query(
        `with wanted as (
           select id from ${schema}.shards where id = any ($1::bigint[]) order by id for no key update
         )
         update ${schema}.shards s set epoch = epoch + 1, owner = $2, idle_until = null from wanted where s.id = wanted.id
         returning s.id::text as id, epoch::text as epoch, lane, share, packed, unserved`,
        [shardIds, workerId],
      );
      const found = await database.query(
        `select shard_id::text as shard_id, id::text as id, key, sequence::int as sequence, revision::int as revision, row
         from ${schema}.migrations where shard_id = any ($1::bigint[]) order by id`,
        [shardIds],
      );
      const shards = new Map(claimed.map((shard) => [textOf(shard, 'id'), shard]));
      const byShard = Map.groupBy(found, (entry) => textOf(entry, 'shard_id'));
      return shardIds.map((shardId) => {
        const shard = shards.get(shardId);
        return shard && toClaimedShard(shardId, shard, byShard.get(shardId) ?? []);
      });
    },
    weigh: () => 1,
    most: mostClaims,
    waitMs: 0,
  });

  const readInboxSoon = gather({
    async work(asked: readonly { readonly shardId: string; readonly limit: number }[]) {
      // A migration may have moved to another shard while somebody sent it a message, which then goes after it.
      const found = await database.query(
        `with mail as (
           select s.id as shard_id, i.id, i.migration_id, i.key, i.kind, i.body, coalesce(m.shard_id, s.id) as home
           from unnest($1::bigint[], $2::int[]) as s (id, most) join lateral (
             select * from ${schema}.inbox where shard_id = s.id order by id limit s.most
           ) as i on true left join ${schema}.migrations m on m.id = i.migration_id
         ), strays as (
           update ${schema}.inbox i set shard_id = mail.home from mail where i.id = mail.id and mail.home <> mail.shard_id
         )
         select shard_id::text as shard_id, id::text as id, migration_id::text as migration_id, key, kind, body
         from mail where home = shard_id order by mail.id`,
        [asked.map(({ shardId }) => shardId), asked.map(({ limit }) => limit)],
      );
      const byShard = Map.groupBy(found, (message) => textOf(message, 'shard_id'));
      return asked.map(({ shardId }) => (byShard.get(shardId) ?? []).map(toMessage));
    },
    weigh: () => 1,
    most: mostShards,
    waitMs: 0,
  });

  const clearInboxSoon = gather({
    async work(cleared: readonly { readonly claim: Claim; readonly ids: readonly string[] }[]) {
      const held = await database.query(
        `with ${toOwners('share')}, cleared as (
           delete from ${schema}.inbox i using owner where i.shard_id = owner.id and i.id = any ($3::bigint[]) returning i.id
         ) select id::text as id from owner`,
        [...toColumns(cleared), cleared.flatMap(({ ids }) => ids)],
      );
      return toAreHeld(cleared, held);
    },
    weigh: ({ ids }) => ids.length,
    most: mostRows,
    waitMs: 0,
  });

  const leaveSoon = gather({
    async work(left: readonly { readonly claim: Claim; readonly restAt: number }[]) {
      const held = await database.query(
        `with ${toOwners('no key update')}
         update ${schema}.shards s set idle_until = to_timestamp(g.rest_at / 1000)
         from unnest($1::bigint[], $3::double precision[]) as g (id, rest_at) join owner using (id) where s.id = g.id
         returning s.id::text as id`,
        [...toColumns(left), left.map(({ restAt }) => Math.max(restAt, Date.now() + idleMs))],
      );
      return toAreHeld(left, held);
    },
    weigh: () => 1,
    most: mostShards,
    waitMs: packWaitMs,
  });

  async function record(
    effect: TransitionEffect,
    transition: RecordedTransition,
    querier: Querier,
    signal: AbortSignal | undefined,
  ) {
    signal?.throwIfAborted();
    let isOver = false;
    const limit = Promise.withResolvers<never>();
    const giveUp = () => limit.reject(signal?.reason);
    signal?.addEventListener('abort', giveUp);
    const timer = setTimeout(() => limit.reject(new Error('it did not come back in time')), mostEffectMs);
    const guarded: Querier = {
      async query(text, values) {
        if (isOver) throw new Error('the transaction of this effect is over');
        return querier.query(text, values);
      },
    };
    try {
      await Promise.race([effect(transition, guarded), limit.promise]);
    } catch (cause) {
      if (DatabaseError.isInstance(cause) || (signal?.aborted && cause === signal.reason)) throw cause;
      throw new EffectError({ ...transition, cause });
    } finally {
      isOver = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  }

  async function move(querier: Querier, shardId: string, targetId: string): Promise<ResultRow[]> {
    const moved = await querier.query(
      `update ${schema}.migrations set shard_id = $2::bigint, changed_in = pg_current_xact_id()
       where shard_id = $1::bigint returning id::text as id, key, row`,
      [shardId, targetId],
    );
    await querier.query(`update ${schema}.inbox set shard_id = $2::bigint where shard_id = $1::bigint`, [
      shardId,
      targetId,
    ]);
    return [...moved];
  }

  /** Runs a statement that gives a row only while the claim holds. */
  async function fenced(text: string, values: readonly unknown[]): Promise<boolean> {
    return (await database.query(text, values)).length > 0;
  }

  return {
    claim: claimSoon,

    async write(claim, batch, signal) {
      if (onTransition === undefined || batch.transitions.length === 0) return writeSoon({ claim, batch });
      for (const slice of inSlices(batch, mostWithEffects)) {
        const isHeld = await database.transaction(async (querier) => {
          const { areHeld, recorded } = await writeAll(querier, [{ claim, batch: slice }]);
          let spokenAt = performance.now();
          for (const transition of recorded) {
            if (performance.now() - spokenAt > mostSilenceMs) {
              await querier.query('select 1');
              spokenAt = performance.now();
            }
            await record(onTransition, transition, querier, signal);
          }
          return areHeld[0] ?? false;
        });
        if (!isHeld) return false;
      }
      return true;
    },

    pack: (claim, packed) => packSoon({ claim, packed }),

    async findMail(shardIds) {
      const found = await database.query(
        `select s.id::text as id from unnest($1::bigint[]) as s (id)
         where exists (select from ${schema}.inbox i where i.shard_id = s.id)`,
        [shardIds],
      );
      return found.map((row) => textOf(row, 'id'));
    },

    readInbox: ({ shardId }, limit) => readInboxSoon({ shardId, limit }),
    clearInbox: (claim, ids) => clearInboxSoon({ claim, ids }),

    async reopen({ shardId, epoch }, migrationIds) {
      return fenced(
        `with ${owner}, reopened as (
           update ${schema}.migrations m set shard_id = owner.id from owner where m.id = any ($3::bigint[]) returning m.id
         ), orphaned as (
           delete from ${schema}.inbox i using owner
           where i.shard_id = owner.id and i.migration_id = any ($3::bigint[])
             and not exists (select from ${schema}.migrations m where m.id = i.migration_id)
           returning i.id
         ) select id from owner`,
        [shardId, epoch, migrationIds],
      );
    },

    async split({ shardId, epoch }) {
      return runTransaction(database, async (querier) => {
        const [whole] = await querier.query(
          `select lane, share, packed from ${schema}.shards
           where id = $1::bigint and epoch = $2::bigint for no key update`,
          [shardId, epoch],
        );
        if (whole === undefined) return false;
        const { lanes, rows } = parsePacked(textOf(whole, 'packed'));
        const packed = toPacked({ lanes: lanes.map(toHalfLane), rows });
        await querier.query(
          `update ${schema}.shards set share = share / 2, packed = $2, packed_in = pg_current_xact_id()
           where id = $1::bigint`,
          [shardId, packed],
        );
        const [other] = await querier.query(
          `insert into ${schema}.shards (lane, share, packed, packed_in)
           values ($1, $2::double precision / 2, $3, pg_current_xact_id()) returning id::text as id`,
          [whole.lane, whole.share, packed],
        );
        const target = textOf(other, 'id');
        await querier.query(
          `with middle as (
             select percentile_disc(0.5) within group (order by id) as id from ${schema}.migrations where shard_id = $1::bigint
           ), mail as (
             update ${schema}.inbox i set shard_id = $2::bigint from middle
             where i.shard_id = $1::bigint and i.migration_id > middle.id
           )
           update ${schema}.migrations m set shard_id = $2::bigint from middle
           where m.shard_id = $1::bigint and m.id > middle.id`,
          [shardId, target],
        );
        return true;
      });
    },

    async countFirst({ shardId, epoch }, limit) {
      const [first] = await database.query(
        `select first.id, (select count(*) from (
             select from ${schema}.migrations m where m.shard_id = first.id limit $3) as counted)::int as size
         from ${schema}.shards s join lateral (
           select f.id from ${schema}.shards f where f.lane = s.lane order by f.id limit 1) as first on true
         where s.id = $1::bigint and s.epoch = $2::bigint and first.id <> s.id`,
        [shardId, epoch, limit],
      );
      return first && numberOf(first, 'size');
    },

    async merge({ shardId, epoch }) {
      return runTransaction(database, async (querier) => {
        // All of the lane, in one order, so that no two who do this wait for each other.
        const parts = await querier.query(
          `select id::text as id, epoch::text as epoch, share from ${schema}.shards
           where lane = (select lane from ${schema}.shards where id = $1::bigint) order by id for no key update`,
          [shardId],
        );
        const own = parts.find((part) => part.id === shardId);
        if (own === undefined || textOf(own, 'epoch') !== epoch) return false;
        const target = parts.find((part) => part.id !== shardId);
        const [content] = await querier.query(
          `select exists (select from ${schema}.migrations where shard_id = $1::bigint)
             or exists (select from ${schema}.inbox where shard_id = $1::bigint) as is_full`,
          [shardId],
        );
        if (target === undefined || (content?.is_full && parts[0] === own)) return true;
        const targetId = textOf(target, 'id');
        const moved = await move(querier, shardId, targetId);
        await querier.query(`select from ${schema}.shards where id = $1::bigint for update`, [shardId]);
        // What was put into it until it was locked.
        moved.push(...(await move(querier, shardId, targetId)));
        await querier.query(`delete from ${schema}.shards where id = $1::bigint`, [shardId]);
        await querier.query(
          `update ${schema}.shards set share = share + $2::double precision where id = $1::bigint`,
          [targetId, own.share],
        );
        // Whoever holds the other one has to claim it anew; that of a row which it does not have is why.
        const sample = moved.find((row) => parseExportedRow(textOf(row, 'row')) !== undefined);
        const body = sample && JSON.stringify({ row: JSON.parse(textOf(sample, 'row')), isNew: false });
        await querier.query(
          `with sent as (
             insert into ${schema}.inbox (shard_id, migration_id, key, kind, body)
             values ($1::bigint, $2::bigint, $3, $4, $5) returning id
           ) select pg_notify('${channel}', 'inbox') from sent`,
          [targetId, sample?.id ?? 0, sample?.key ?? '', sample ? 'follow' : 'reclaim', body ?? null],
        );
        return true;
      });
    },

    leave: (claim, restAt) => leaveSoon({ claim, restAt }),

    async tellAnomaly({ key, kind, message }) {
      const text = `anomaly ${JSON.stringify({ key, kind, message: message.slice(0, 500) })}`;
      // A notification that is longer than that is refused.
      if (Buffer.byteLength(text) < 7_900) await database.query('select pg_notify($1, $2)', [channel, text]);
    },

    setUnserved: ({ shardId, epoch }, unserved) =>
      fenced(
        `update ${schema}.shards set unserved = $3, packed_in = pg_current_xact_id()
         where id = $1::bigint and epoch = $2::bigint returning pg_notify('${channel}', 'rows')`,
        [shardId, epoch, unserved === undefined ? null : JSON.stringify(unserved)],
      ),
  };
}

/** So many rows at a time, with all of their transitions. */
function* inSlices({ rows, transitions }: WriteBatch, most: number): Iterable<WriteBatch> {
  const byMigration = Map.groupBy(transitions, ({ migrationId }) => migrationId);
  for (let from = 0; from < rows.length; from += most) {
    const slice = rows.slice(from, from + most);
    yield { rows: slice, transitions: slice.flatMap(({ id }) => byMigration.get(id) ?? []) };
  }
}

type OfShard = { readonly claim: Claim };

/** What `toOwners` is given. */
function toColumns(items: readonly OfShard[]): [string[], string[]] {
  return [items.map(({ claim }) => claim.shardId), items.map(({ claim }) => claim.epoch)];
}

function toAreHeld(items: readonly OfShard[], held: readonly ResultRow[]): boolean[] {
  const ids = new Set(held.map((row) => textOf(row, 'id')));
  return items.map(({ claim }) => ids.has(claim.shardId));
}

function toMessage(message: ResultRow): InboxMessage {
  return {
    id: textOf(message, 'id'),
    migrationId: textOf(message, 'migration_id'),
    key: textOf(message, 'key'),
    kind: textOf(message, 'kind'),
    body: textOf(message, 'body'),
  };
}

/** Of a row that was packed and written, the later one counts. */
function toClaimedShard(shardId: string, shard: ResultRow, found: readonly ResultRow[]): ClaimedShard {
  const { lanes, rows } = parsePacked(textOf(shard, 'packed'));
  const packed = new Map(rows.map((row) => [row.id, row]));
  const entries = found.map((entry) => {
    const id = textOf(entry, 'id');
    const revision = numberOf(entry, 'revision');
    const known = packed.get(id);
    const later = known !== undefined && known.revision >= revision ? known.row : undefined;
    const row = isExportedRow(later) ? later : parseExportedRow(textOf(entry, 'row'));
    return { id, key: textOf(entry, 'key'), sequence: numberOf(entry, 'sequence'), revision, row };
  });
  return {
    shardId,
    epoch: textOf(shard, 'epoch'),
    lane: textOf(shard, 'lane'),
    share: numberOf(shard, 'share'),
    lanes,
    unserved: parseUnserved(textOf(shard, 'unserved')),
    members: entries.flatMap(({ row, ...entry }) => (row === undefined ? [] : [{ ...entry, row }])),
    unreadable: entries.flatMap(({ row, ...entry }) => (row === undefined ? [entry] : [])),
  };
}
