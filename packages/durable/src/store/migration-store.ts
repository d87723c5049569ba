import { type Database, numberOf, type Querier, type ResultRow, textOf } from '../database/database.ts';
import { toChannel, toJobSchema } from '../database/names.ts';
import { runTransaction } from '../database/run-transaction.ts';
import { shardQueue } from '../schema/shard-queue.ts';
import { parseExportedRow } from './packed-rows.ts';
import type { RecordedTransition } from './shard.ts';

/** A migration that is to be followed. */
export interface Registration {
  readonly provider: string;
  readonly key: string;
  readonly lane: string;
  readonly ref: unknown;
  readonly group?: string | undefined;
  readonly name?: string | undefined;
  /** By the wall clock, in epoch milliseconds. */
  readonly trackedAt: number;
}

/** What somebody wants of the holder of a migration. */
export type Command =
  | { readonly kind: 'refresh' }
  /** A read if it is not long until the next, on behalf of somebody who will not wait for that. */
  | { readonly kind: 'look' }
  | { readonly kind: 'push'; readonly status: unknown };

/** What there was to command. */
export interface Commanded {
  readonly isTracked: boolean;
  /** Whether it has not ended. */
  readonly isFollowed: boolean;
  /** What comes of it has a later one. */
  readonly revision: number;
}

/** How much there is on the database, whichever process looks after it. */
export interface StoreCounts {
  readonly migrations: number;
  readonly unsettled: number;
  /** How many migrations are in each state; those that were never read are `unread`. States of none are absent. */
  readonly states: Readonly<Record<string, number>>;
  readonly shards: number;
  /** Shards that some worker holds. */
  readonly heldShards: number;
  /** Shards that have something to follow and that no worker holds. */
  readonly waitingShards: number;
  /** Shards with migrations that no worker which held them has an adapter for. */
  readonly unservedShards: number;
  readonly workers: number;
  readonly waitingMessages: number;
  /** How long the oldest message has been waiting for somebody to take it; 0 where none is. */
  readonly oldestMessageMs: number;
}

/** What became of registrations. */
export interface Registered {
  /** How many of them were not there before. */
  readonly added: number;
  /** Of those that were there under another ref or label, the revision that they had: what comes of it has a later one. */
  readonly revisions: ReadonlyMap<string, number>;
}

/** What any process does with migrations, whoever follows them. */
export interface MigrationStore {
  /** @param onlyNew Leaves as they are those that are there. */
  register(registrations: readonly Registration[], onlyNew?: boolean): Promise<Registered>;
  /** False when it is not there. */
  forget(key: string): Promise<boolean>;
  /** Leaves a message for whoever holds the migration. */
  command(key: string, command: Command): Promise<Commanded>;
  /** Every transition of a migration, oldest first. */
  transitionsOf(key: string): Promise<readonly RecordedTransition[]>;
  /**
   * Forgets some of what had ended before a time, in epoch milliseconds, oldest first, and resolves with how many that were:
   * fewer than the limit where nothing is left. What somebody else is at is passed over.
   */
  retain(endedBeforeMs: number, limit: number): Promise<number>;
  /**
   * Sweeps up some of what was only kept to tell others of what is forgotten, and resolves with how much that was; and the
   * shards of lanes that nothing is followed in.
   */
  sweep(limit: number): Promise<number>;
  count(): Promise<StoreCounts>;
}

export function createMigrationStore(database: Database, schema: string): MigrationStore {
  const channel = toChannel(schema);
  const held = `(select singleton_key from ${toJobSchema(schema)}.job where name = '${shardQueue}' and state = 'active') as h`;

  /**
   * Holds on to the shards of lanes, so that none goes while something is put into it. Makes the first shard of each lane that
   * has none, one at a time, so that no lane has two with its whole rate.
   */
  async function prepareLanes(querier: Querier, lanes: readonly string[]): Promise<void> {
    for (let missing = lanes; missing.length > 0; ) {
      const held = await querier.query(
        `select lane from ${schema}.shards where lane = any ($1::text[]) order by id for key share`,
        [lanes],
      );
      const isThere = new Set(held.map((row) => textOf(row, 'lane')));
      missing = lanes.filter((lane) => !isThere.has(lane)).sort();
      for (const lane of missing) {
        await querier.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [`${schema} ${lane}`]);
        await querier.query(
          `insert into ${schema}.shards (lane)
           select $1::text where not exists (select from ${schema}.shards where lane = $1::text)`,
          [lane],
        );
      }
    }
  }

  const transaction = <Result>(work: (querier: Querier) => Promise<Result>) => runTransaction(database, work);

  /** Removes the shards of lanes that have had nothing to follow for long enough. */
  async function sweepShards(): Promise<void> {
    const isEmpty = `not exists (select from ${schema}.migrations m where m.shard_id = s.id)
      and not exists (select from ${schema}.inbox i where i.shard_id = s.id)`;
    await database.transaction(async (querier) => {
      // Only once they are locked is it sure that nothing comes.
      const idle = await querier.query(
        `select s.id::text as id from ${schema}.shards s where s.idle_until < now() and ${isEmpty}
         limit 1000 for update skip locked`,
      );
      const ids = idle.map((row) => textOf(row, 'id'));
      if (ids.length > 0)
        await querier.query(`delete from ${schema}.shards s where s.id = any ($1::bigint[]) and ${isEmpty}`, [
          ids,
        ]);
    });
  }

  async function send(
    querier: Querier,
    rows: readonly ResultRow[],
    kind: string,
    toBody: (key: string) => string | null,
  ): Promise<void> {
    if (rows.length === 0) return;
    await querier.query(
      `with sent as (
         insert into ${schema}.inbox (shard_id, migration_id, key, kind, body)
         select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[])
         returning id
       ) select pg_notify('${channel}', 'inbox') from (select count(*) from sent) as counted`,
      [
        rows.map((row) => textOf(row, 'shard_id')),
        rows.map((row) => textOf(row, 'id')),
        rows.map((row) => textOf(row, 'key')),
        rows.map(() => kind),
        rows.map((row) => toBody(textOf(row, 'key'))),
      ],
    );
  }

  /** A shard of the lane for a key; the more of the lane's rate a shard has, the more keys fall to it. */
  const shardOf = `(select s.id from ${schema}.shards s where s.lane = g.lane
    order by -ln((('x' || left(md5(s.id::text || g.key), 8))::bit(32)::bigint + 1) / 4294967297.0) / s.share limit 1)`;

  return {
    async register(registrations, onlyNew = false) {
      const byKey = new Map(registrations.map((registration) => [registration.key, registration]));
      const given = [...byKey.values()];
      const columns = [
        given.map(({ key }) => key),
        given.map(({ provider }) => provider),
        given.map(({ lane }) => lane),
      ];
      const names = given.map(({ name }) => name ?? null);
      const toBody = (isNew: boolean) => (key: string) =>
        JSON.stringify({ row: toRow(byKey.get(key)), isNew });
      return transaction(async (querier) => {
        await prepareLanes(querier, [...new Set(columns[2])]);
        const added = await querier.query(
          `insert into ${schema}.migrations (key, provider, lane, shard_id, row, name)
           select g.key, g.provider, g.lane, ${shardOf}, g.row, g.name
           from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
             as g (key, provider, lane, row, name)
           order by g.key
           on conflict (key) do nothing
           returning id::text as id, key, shard_id::text as shard_id`,
          [...columns, given.map((registration) => JSON.stringify(toRow(registration))), names],
        );
        await send(querier, added, 'follow', toBody(true));
        if (added.length === given.length || onlyNew) return { added: added.length, revisions: new Map() };
        await querier.query(
          `update ${schema}.migrations m set name = g.name, changed_in = pg_current_xact_id()
           from unnest($1::text[], $2::text[]) as g (key, name)
           where m.key = g.key and g.name <> coalesce(m.name, '')`,
          [columns[0], names],
        );
        // What is there already goes to whoever holds it under its labels and ref of today, when they are others.
        const isAdded = new Set(added.map((row) => textOf(row, 'key')));
        const known = await querier.query(
          `select m.id::text as id, m.key, coalesce(m.shard_id, ${shardOf})::text as shard_id, m.row,
             m.revision::int as revision
           from unnest($1::text[], $2::text[], $3::text[]) as g (key, provider, lane)
           join ${schema}.migrations m on m.key = g.key`,
          columns,
        );
        const others = known.filter((row) => {
          const registration = byKey.get(textOf(row, 'key'));
          return (
            registration && !isAdded.has(registration.key) && hasChanged(registration, textOf(row, 'row'))
          );
        });
        await send(querier, others, 'follow', toBody(false));
        const revisions = others.map((row) => [textOf(row, 'key'), numberOf(row, 'revision')] as const);
        return { added: added.length, revisions: new Map(revisions) };
      });
    },

    async forget(key) {
      return transaction(async (querier) => {
        const gone = await querier.query(
          `with gone as (
             delete from ${schema}.migrations where key = $1 returning id, key, shard_id
           ), noted as (
             insert into ${schema}.forgotten (migration_id, key) select id, key from gone
           ) select id::text as id, key, shard_id::text as shard_id, pg_notify('${channel}', 'rows') from gone`,
          [key],
        );
        await send(
          querier,
          gone.filter((row) => row.shard_id !== null),
          'forget',
          () => null,
        );
        return gone.length > 0;
      });
    },

    async command(key, command) {
      return transaction(async (querier) => {
        const known = await querier.query(
          `select id::text as id, key, shard_id::text as shard_id, revision::int as revision
           from ${schema}.migrations where key = $1`,
          [key],
        );
        const followed = known.filter((row) => row.shard_id !== null);
        const body = command.kind === 'push' ? JSON.stringify(command.status) : null;
        await send(querier, followed, command.kind, () => body);
        return {
          isTracked: known.length > 0,
          isFollowed: followed.length > 0,
          revision: numberOf(known[0], 'revision'),
        };
      });
    },

    async transitionsOf(key) {
      const found = await database.query(
        `select t.migration_id::text as migration_id, m.key, t.sequence::int as sequence, t.from_state, t.to_state,
           to_char(t.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
         from ${schema}.migrations m join ${schema}.transitions t on t.migration_id = m.id
         where m.key = $1 order by t.sequence`,
        [key],
      );
      return found.map((row) => ({
        migrationId: textOf(row, 'migration_id'),
        key: textOf(row, 'key'),
        sequence: numberOf(row, 'sequence'),
        ...(row.from_state !== null && { from: textOf(row, 'from_state') }),
        to: textOf(row, 'to_state'),
        at: textOf(row, 'at'),
      }));
    },

    async retain(endedBeforeMs, limit) {
      const [gone] = await database.query(
        `with ended as (
           select id from ${schema}.migrations
           where settled_at < to_timestamp($1::double precision / 1000) and shard_id is null
           order by settled_at limit $2 for update skip locked
         ), gone as (
           delete from ${schema}.migrations m using ended where m.id = ended.id returning m.id, m.key
         ), noted as (
           insert into ${schema}.forgotten (migration_id, key) select id, key from gone
         ) select count(*)::int as count, case when count(*) > 0 then pg_notify('${channel}', 'rows') end as told
         from gone`,
        [endedBeforeMs, limit],
      );
      return numberOf(gone, 'count');
    },

    async sweep(limit) {
      await sweepShards();
      const [swept] = await database.query(
        `with old as (
           select migration_id from ${schema}.forgotten where at < now() - interval '1 hour'
           limit $1 for update skip locked
         ), swept as (
           delete from ${schema}.forgotten f using old where f.migration_id = old.migration_id returning 1
         ) select count(*)::int as count from swept`,
        [limit],
      );
      return numberOf(swept, 'count');
    },

    async count() {
      const [counts] = await database.query(
        `select
           (select json_object_agg(state, count)::text
             from (select coalesce(state, 'unread') as state, count(*) as count
                   from ${schema}.migrations group by 1) as by_state) as states,
           (select count(*) from ${schema}.migrations where shard_id is not null)::int as unsettled,
           (select count(*) from ${schema}.shards)::int as shards,
           (select count(*) from ${held})::int as held_shards,
           (select count(*) from ${schema}.shards s
             where exists (select from ${schema}.migrations m where m.shard_id = s.id)
               and not exists (select from ${held} where h.singleton_key = s.id::text))::int as waiting_shards,
           (select count(*) from ${schema}.shards where unserved is not null)::int as unserved_shards,
           (select count(*) from ${schema}.workers where seen_at > now() - interval '15 seconds')::int as workers,
           (select count(*) from ${schema}.inbox)::int as messages,
           (select extract(epoch from now() - min(sent_at)) * 1000 from ${schema}.inbox)::float8 as oldest_message`,
      );
      const states: Readonly<Record<string, number>> = JSON.parse(textOf(counts, 'states') || '{}');
      return {
        migrations: Object.values(states).reduce((sum, count) => sum + count, 0),
        unsettled: numberOf(counts, 'unsettled'),
        states,
        shards: numberOf(counts, 'shards'),
        heldShards: numberOf(counts, 'held_shards'),
        waitingShards: numberOf(counts, 'waiting_shards'),
        unservedShards: numberOf(counts, 'unserved_shards'),
        workers: numberOf(counts, 'workers'),
        waitingMessages: numberOf(counts, 'messages'),
        oldestMessageMs: Math.max(0, numberOf(counts, 'oldest_message')),
      };
    },
  };
}

/** What is kept in the row; the name is beside it. */
function toRow(registration: Registration | undefined) {
  const { name: _name, ...row } = registration ?? {};
  return row;
}

function hasChanged({ ref, group }: Registration, stored: string): boolean {
  const known = parseExportedRow(stored);
  // Whoever holds it cannot read it either, and is told what it is.
  if (known === undefined) return true;
  const isRelabelled = group !== undefined && group !== known.group;
  return isRelabelled || JSON.stringify(ref) !== JSON.stringify(known.ref);
}
