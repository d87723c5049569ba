import { type Querier, textOf } from '../database/database.ts';
import { gather } from '../database/gather.ts';
import { toChannel } from '../database/names.ts';
import { toClaimColumns, toOwners } from './claims.ts';
import { recordEffect } from './record-effect.ts';
import type { Claim, ShardStoreOptions, WriteBatch } from './shard.ts';

/** How many rows go into one statement. */
const mostRows = 5_000;

/** How many migrations with effects go into one transaction, all of which is undone where one of them fails. */
const mostWithEffects = 100;

/** After how long the server hears that a transaction with effects goes on. */
const mostSilenceMs = 1_000;

type Write = { readonly claim: Claim; readonly batch: WriteBatch };

/** Gives the `write` of a `ShardStore`: writes of several shards go together, but for those with effects. */
export function createFencedWrites(options: ShardStoreOptions) {
  const { database, schema, workerId, onTransition, retainTransitions } = options;
  const writeText = `
with ${toOwners(schema, 'share')},
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
  pg_notify('${toChannel(schema)}', 'rows') as told`;

  async function writeAll(querier: Querier, writes: readonly Write[]) {
    const rows = writes.flatMap(({ claim, batch }) =>
      batch.rows.map((member) => ({ shardId: claim.shardId, ...member })),
    );
    const transitions = writes.flatMap(({ batch }) => batch.transitions);
    const [result] = await querier.query(writeText, [
      ...toClaimColumns(writes),
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

  return async (claim: Claim, batch: WriteBatch, signal?: AbortSignal): Promise<boolean> => {
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
          await recordEffect(onTransition, transition, querier, signal);
        }
        return areHeld[0] ?? false;
      });
      if (!isHeld) return false;
    }
    return true;
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
