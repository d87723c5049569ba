import { type ResultRow, textOf } from '../database/database.ts';
import type { Claim } from './shard.ts';

type OfShard = { readonly claim: Claim };

/**
 * The claims that hold, as `owner` of a statement whose first two values are what {@link toClaimColumns} gives. Locks are taken
 * in one order, as one statement is about many shards.
 */
export function toOwners(schema: string, lock: 'share' | 'no key update'): string {
  return `owner as (
  select s.id from ${schema}.shards s join unnest($1::bigint[], $2::bigint[]) as c (id, epoch) using (id, epoch)
  order by s.id for ${lock} of s
)`;
}

/** The ids and the epochs of the claims, each as one value. */
export function toClaimColumns(items: readonly OfShard[]): [string[], string[]] {
  return [items.map(({ claim }) => claim.shardId), items.map(({ claim }) => claim.epoch)];
}

/** Which of the claims hold, when the statement gave the ids of the shards of those that do. */
export function toAreHeld(items: readonly OfShard[], held: readonly ResultRow[]): boolean[] {
  const ids = new Set(held.map((row) => textOf(row, 'id')));
  return items.map(({ claim }) => ids.has(claim.shardId));
}
