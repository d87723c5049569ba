import { gather } from '../database/gather.ts';
import { toChannel } from '../database/names.ts';
import { toAreHeld, toClaimColumns, toOwners } from './claims.ts';
import { createFencedWrites } from './fenced-writes.ts';
import { createLaneDivision } from './lane-division.ts';
import type {
  Claim,
  ClaimedShard,
  InboxMessage,
  InboxPage,
  ShardAnomaly,
  ShardStoreOptions,
  WriteBatch,
} from './shard.ts';
import { createShardClaim } from './shard-claim.ts';
import { createShardInbox } from './shard-inbox.ts';
import type { Unserved } from './unserved.ts';

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
  /** The oldest messages to migrations of the shard, or to some that are in none; with `after`, of those behind that one. */
  readInbox(claim: Claim, page: InboxPage): Promise<readonly InboxMessage[]>;
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

/** How many shards go into one statement, and how much text of packed ones. */
const mostShards = 500;
const mostPackedLength = 4_000_000;

/** How long the packing of one shard waits for others. */
const packWaitMs = 50;

/** How long the shard of a lane stays when nothing is in it, so that what the lane has learnt is not learnt again. */
const idleMs = 600_000;

export function createShardStore(options: ShardStoreOptions): ShardStore {
  const { database, schema, workerId } = options;
  const channel = toChannel(schema);
  const inbox = createShardInbox(database, schema);
  const lane = createLaneDivision(database, schema);

  const packSoon = gather({
    async work(packs: readonly { readonly claim: Claim; readonly packed: string }[]) {
      const held = await database.query(
        `with ${toOwners(schema, 'no key update')}, packed as (
           update ${schema}.shards s set packed = g.packed, packed_in = pg_current_xact_id()
           from unnest($1::bigint[], $3::text[]) as g (id, packed) join owner using (id) where s.id = g.id
           returning s.id
         ) select id::text as id, pg_notify('${channel}', 'rows') as told from packed`,
        [...toClaimColumns(packs), packs.map(({ packed }) => packed)],
      );
      return toAreHeld(packs, held);
    },
    weigh: ({ packed }) => packed.length,
    most: mostPackedLength,
    waitMs: packWaitMs,
  });

  const leaveSoon = gather({
    async work(left: readonly { readonly claim: Claim; readonly restAt: number }[]) {
      const held = await database.query(
        `with ${toOwners(schema, 'no key update')}
         update ${schema}.shards s set idle_until = to_timestamp(g.rest_at / 1000)
         from unnest($1::bigint[], $3::double precision[]) as g (id, rest_at) join owner using (id) where s.id = g.id
         returning s.id::text as id`,
        [...toClaimColumns(left), left.map(({ restAt }) => Math.max(restAt, Date.now() + idleMs))],
      );
      return toAreHeld(left, held);
    },
    weigh: () => 1,
    most: mostShards,
    waitMs: packWaitMs,
  });

  /** Runs a statement that gives a row only while the claim holds. */
  async function fenced(text: string, values: readonly unknown[]): Promise<boolean> {
    return (await database.query(text, values)).length > 0;
  }

  return {
    claim: createShardClaim(database, schema, workerId),
    write: createFencedWrites(options),
    pack: (claim, packed) => packSoon({ claim, packed }),
    findMail: inbox.findShards,
    readInbox: ({ shardId }, page) => inbox.read({ shardId, ...page }),
    clearInbox: (claim, ids) => inbox.clear({ claim, ids }),
    ...lane,
    leave: (claim, restAt) => leaveSoon({ claim, restAt }),

    async reopen({ shardId, epoch }, migrationIds) {
      return fenced(
        `with ${toOwners(schema, 'share')}, reopened as (
           update ${schema}.migrations m set shard_id = owner.id from owner where m.id = any ($3::bigint[]) returning m.id
         ), orphaned as (
           delete from ${schema}.inbox i using owner
           where i.shard_id = owner.id and i.migration_id = any ($3::bigint[])
             and not exists (select from ${schema}.migrations m where m.id = i.migration_id)
           returning i.id
         ) select id from owner`,
        [[shardId], [epoch], migrationIds],
      );
    },

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
