import { isExportedRow } from '@migration-status/core/file-store';
import { type Database, numberOf, type ResultRow, textOf } from '../database/database.ts';
import { gather } from '../database/gather.ts';
import { parseExportedRow, parsePacked } from './packed-rows.ts';
import type { ClaimedShard } from './shard.ts';
import { parseUnserved } from './unserved.ts';

/** How many shards are claimed by one statement: each of them may have very many rows, which are read in one go. */
const mostClaims = 5;

/** Gives a function that takes shards away from whoever held them, several at a time. */
export function createShardClaim(
  database: Database,
  schema: string,
  workerId: string,
): (shardId: string) => Promise<ClaimedShard | undefined> {
  return gather({
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
