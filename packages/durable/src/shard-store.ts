import type { ExportedLane, ExportedRow } from '@migration-status/core';
import { type Database, numberOf, type Querier, textOf } from './database.ts';
import { toChannel } from './names.ts';
import { parseExportedRow, parsePacked } from './packed-rows.ts';
import type { Unserved } from './unserved.ts';

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
  readonly members: readonly Member[];
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

/** Records the effect of a transition in the transaction in which the transition is recorded. */
export type TransitionEffect = (transition: RecordedTransition, querier: Querier) => Promise<void>;

/**
 * What the holder of a shard writes. Each write is fenced: it gives false, and has changed nothing, once somebody else has
 * claimed the shard.
 */
export interface ShardStore {
  /** Takes a shard away from whoever held it; undefined when there is no such shard. */
  claim(shardId: string): Promise<ClaimedShard | undefined>;
  /** Writes rows, and transitions that are not recorded yet, all or nothing. Writing the same again changes nothing. */
  write(claim: Claim, batch: WriteBatch): Promise<boolean>;
  /** Writes what is known of all rows in one piece; what `write` wrote of a row since counts for more. */
  pack(claim: Claim, packed: string): Promise<boolean>;
  /** Which of these shards have messages. */
  findMail(shardIds: readonly string[]): Promise<readonly string[]>;
  readInbox(claim: Claim, limit: number): Promise<readonly InboxMessage[]>;
  clearInbox(claim: Claim, ids: readonly string[]): Promise<boolean>;
  /**
   * Takes migrations that had ended back into the shard, and gives false when the claim is lost. Of those that were
   * forgotten meanwhile the messages go.
   */
  reopen(claim: Claim, migrationIds: readonly string[]): Promise<boolean>;
  /**
   * Cuts the shard in two, each with half of the rows and half of its share of the lane's rate. Whoever did it has to claim
   * the shard anew.
   */
  split(claim: Claim): Promise<boolean>;
  /** Says whose rows of the shard its holder cannot follow; nothing when all is well. */
  setUnserved(claim: Claim, unserved: Unserved | undefined): Promise<boolean>;
}

export function createShardStore(
  database: Database,
  schema: string,
  workerId: string,
  onTransition?: TransitionEffect,
  retainTransitions?: number,
): ShardStore {
  const channel = toChannel(schema);
  const owner = `owner as (select id from ${schema}.shards where id = $1::bigint and epoch = $2::bigint for share)`;

  const writeText = `
with ${owner},
given as (
  select * from unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[])
    as g (id, sequence, revision, row, state, stopped)
),
happened as (
  select * from unnest($9::bigint[], $10::bigint[], $11::text[], $12::text[], $13::timestamptz[])
    as h (migration_id, sequence, from_state, to_state, at)
),
updated as (
  update ${schema}.migrations m set
    sequence = g.sequence, revision = g.revision, row = g.row, state = g.state, stopped = g.stopped,
    changed_in = pg_current_xact_id(),
    shard_id = case when g.stopped = 'settled' then null else m.shard_id end,
    settled_at = case when g.stopped = 'settled' then coalesce(m.settled_at, now()) end
  from given g, owner
  where m.id = g.id and m.revision <= g.revision
  returning m.id
),
inserted as (
  insert into ${schema}.transitions (migration_id, sequence, from_state, to_state, at, worker)
  select h.migration_id, h.sequence, h.from_state, h.to_state, h.at, $14
  from happened h join updated u on u.id = h.migration_id
  on conflict do nothing
  returning migration_id, sequence
),
trimmed as (
  delete from ${schema}.transitions t using happened h
  where t.migration_id = h.migration_id and t.sequence <= h.sequence - $15::bigint
    and exists (select from updated u where u.id = h.migration_id)
)
select (select count(*) from owner)::int as owners,
  (select string_agg(migration_id || ':' || sequence, ',') from inserted) as recorded,
  pg_notify('${channel}', 'rows') as told`;

  async function writeWith(querier: Querier, { shardId, epoch }: Claim, { rows, transitions }: WriteBatch) {
    const [result] = await querier.query(writeText, [
      shardId,
      epoch,
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
    const recorded = new Set(textOf(result, 'recorded').split(','));
    return {
      isHeld: numberOf(result, 'owners') === 1,
      recorded: transitions.filter(({ migrationId, sequence }) => recorded.has(`${migrationId}:${sequence}`)),
    };
  }

  /** Runs a statement that gives a row only while the claim holds. */
  async function fenced(text: string, values: readonly unknown[]): Promise<boolean> {
    return (await database.query(text, values)).length > 0;
  }

  return {
    async claim(shardId) {
      const [shard] = await database.query(
        `update ${schema}.shards set epoch = epoch + 1, owner = $2 where id = $1::bigint
         returning epoch::text as epoch, lane, share, packed`,
        [shardId, workerId],
      );
      if (shard === undefined) return undefined;
      const found = await database.query(
        `select id::text as id, key, sequence::int as sequence, revision::int as revision, row
         from ${schema}.migrations where shard_id = $1::bigint order by id`,
        [shardId],
      );
      const { lanes, rows } = parsePacked(textOf(shard, 'packed'));
      const packed = new Map(rows.map((row) => [row.id, row]));
      return {
        shardId,
        epoch: textOf(shard, 'epoch'),
        lane: textOf(shard, 'lane'),
        share: numberOf(shard, 'share'),
        lanes,
        members: found.map((entry) => {
          const id = textOf(entry, 'id');
          const revision = numberOf(entry, 'revision');
          const known = packed.get(id);
          const row =
            known !== undefined && known.revision >= revision
              ? known.row
              : parseExportedRow(textOf(entry, 'row'));
          return { id, key: textOf(entry, 'key'), sequence: numberOf(entry, 'sequence'), revision, row };
        }),
      };
    },

    async write(claim, batch) {
      if (onTransition === undefined) return (await writeWith(database, claim, batch)).isHeld;
      return database.transaction(async (querier) => {
        const { isHeld, recorded } = await writeWith(querier, claim, batch);
        for (const transition of recorded) await onTransition(transition, querier);
        return isHeld;
      });
    },

    pack: ({ shardId, epoch }, packed) =>
      fenced(
        `update ${schema}.shards set packed = $3, packed_in = pg_current_xact_id()
         where id = $1::bigint and epoch = $2::bigint returning pg_notify('${channel}', 'rows')`,
        [shardId, epoch, packed],
      ),

    async findMail(shardIds) {
      const found = await database.query(
        `select s.id::text as id from unnest($1::bigint[]) as s (id)
         where exists (select from ${schema}.inbox i where i.shard_id = s.id)`,
        [shardIds],
      );
      return found.map((row) => textOf(row, 'id'));
    },

    async readInbox({ shardId }, limit) {
      const found = await database.query(
        `select id::text as id, migration_id::text as migration_id, key, kind, body
         from ${schema}.inbox where shard_id = $1::bigint order by id limit $2`,
        [shardId, limit],
      );
      return found.map((row) => ({
        id: textOf(row, 'id'),
        migrationId: textOf(row, 'migration_id'),
        key: textOf(row, 'key'),
        kind: textOf(row, 'kind'),
        body: textOf(row, 'body'),
      }));
    },

    async clearInbox({ shardId, epoch }, ids) {
      return fenced(
        `with ${owner}, cleared as (
           delete from ${schema}.inbox i using owner where i.shard_id = owner.id and i.id = any ($3::bigint[]) returning i.id
         ) select id from owner`,
        [shardId, epoch, ids],
      );
    },

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
      return database.transaction(async (querier) => {
        const [half] = await querier.query(
          `update ${schema}.shards set share = share / 2 where id = $1::bigint and epoch = $2::bigint
           returning lane, share, packed`,
          [shardId, epoch],
        );
        if (half === undefined) return false;
        const [other] = await querier.query(
          `insert into ${schema}.shards (lane, share, packed, packed_in)
           values ($1, $2::double precision, $3, pg_current_xact_id()) returning id::text as id`,
          [half.lane, half.share, half.packed],
        );
        const target = textOf(other, 'id');
        await querier.query(
          `update ${schema}.migrations set shard_id = $2::bigint where shard_id = $1::bigint and id % 2 = 0`,
          [shardId, target],
        );
        await querier.query(
          `update ${schema}.inbox set shard_id = $2::bigint where shard_id = $1::bigint and migration_id % 2 = 0`,
          [shardId, target],
        );
        return true;
      });
    },

    setUnserved: ({ shardId, epoch }, unserved) =>
      fenced(
        `update ${schema}.shards set unserved = $3, packed_in = pg_current_xact_id()
         where id = $1::bigint and epoch = $2::bigint returning pg_notify('${channel}', 'rows')`,
        [shardId, epoch, unserved === undefined ? null : JSON.stringify(unserved)],
      ),
  };
}
