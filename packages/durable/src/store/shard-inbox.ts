import { type Database, type ResultRow, textOf } from '../database/database.ts';
import { gather } from '../database/gather.ts';
import { toAreHeld, toClaimColumns, toOwners } from './claims.ts';
import type { Claim, InboxMessage, InboxPage } from './shard.ts';

/** How many shards are asked about in one statement, and how many messages go with one. */
const mostShards = 500;
const mostMessages = 5_000;

/** What others have asked the holders of shards to do. */
export function createShardInbox(database: Database, schema: string) {
  const readInboxSoon = gather({
    async work(asked: readonly (InboxPage & { readonly shardId: string })[]) {
      // A migration may have moved to another shard while somebody sent it a message, which then goes after it.
      const found = await database.query(
        `with mail as (
           select s.id as shard_id, i.id, i.migration_id, i.key, i.kind, i.body, coalesce(m.shard_id, s.id) as home
           from unnest($1::bigint[], $2::bigint[], $3::int[]) as s (id, after, most) join lateral (
             select * from ${schema}.inbox where shard_id = s.id and id > s.after order by id limit s.most
           ) as i on true left join ${schema}.migrations m on m.id = i.migration_id
         ), strays as (
           update ${schema}.inbox i set shard_id = mail.home from mail where i.id = mail.id and mail.home <> mail.shard_id
         )
         select shard_id::text as shard_id, id::text as id, migration_id::text as migration_id, key, kind, body
         from mail where home = shard_id order by mail.id`,
        [
          asked.map(({ shardId }) => shardId),
          asked.map(({ after = '0' }) => after),
          asked.map(({ limit }) => limit),
        ],
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
        `with ${toOwners(schema, 'share')}, cleared as (
           delete from ${schema}.inbox i using owner where i.shard_id = owner.id and i.id = any ($3::bigint[]) returning i.id
         ) select id::text as id from owner`,
        [...toClaimColumns(cleared), cleared.flatMap(({ ids }) => ids)],
      );
      return toAreHeld(cleared, held);
    },
    weigh: ({ ids }) => ids.length,
    most: mostMessages,
    waitMs: 0,
  });

  return {
    read: readInboxSoon,
    clear: clearInboxSoon,

    async findShards(shardIds: readonly string[]): Promise<readonly string[]> {
      const found = await database.query(
        `select s.id::text as id from unnest($1::bigint[]) as s (id)
         where exists (select from ${schema}.inbox i where i.shard_id = s.id)`,
        [shardIds],
      );
      return found.map((row) => textOf(row, 'id'));
    },
  };
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
