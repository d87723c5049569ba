import { type Database, numberOf, type Querier, type ResultRow, textOf } from '../database/database.ts';
import { toChannel } from '../database/names.ts';
import { runTransaction } from '../database/run-transaction.ts';
import { toHalfLane } from './lane-part.ts';
import { parseExportedRow, parsePacked, toPacked } from './packed-rows.ts';
import type { Claim } from './shard.ts';

/** How a lane is divided into shards: `split`, `countFirst` and `merge` of a `ShardStore`. */
export function createLaneDivision(database: Database, schema: string) {
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

  return {
    async split({ shardId, epoch }: Claim): Promise<boolean> {
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

    async countFirst({ shardId, epoch }: Claim, limit: number): Promise<number | undefined> {
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

    async merge({ shardId, epoch }: Claim): Promise<boolean> {
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
           ) select pg_notify('${toChannel(schema)}', 'inbox') from sent`,
          [targetId, sample?.id ?? 0, sample?.key ?? '', sample ? 'follow' : 'reclaim', body ?? null],
        );
        return true;
      });
    },
  };
}
